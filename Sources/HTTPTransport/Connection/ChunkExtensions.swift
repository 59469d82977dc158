private import Support

/// The syntax of the extensions after a chunk's size (RFC 9112 §7.1.1):
///
///     chunk-ext = *( ";" token [ "=" ( token / quoted-string ) ] )
///
/// The RFC also allows white space around ";" and "=", but forbids senders to write it (RFC 9110
/// §5.6.3). Parsers treat it differently, so it is refused.
enum ChunkExtensions {
  /// ATTACKS H35: parsers that accept different extensions may find the end of the line, and so the
  /// chunk, in different places.
  static func areValid(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: ";") else { return false }
      guard let nameEnd = endOfToken(bytes, from: index + 1) else { return false }
      index = nameEnd
      guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { continue }
      index += 1
      guard let end = endOfQuotedString(bytes, from: index) ?? endOfToken(bytes, from: index) else {
        return false
      }
      index = end
    }
    return true
  }

  private static func endOfToken(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    var end = start
    while end < bytes.count, ASCII.isToken(bytes[end]) { end += 1 }
    return end > start ? end : nil
  }

  /// RFC 9110 §5.6.4: no control character except the tab, and so no line end.
  private static func endOfQuotedString(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\"") { return index + 1 }
      if bytes[index] == UInt8(ascii: "\\") { index += 1 }
      guard index < bytes.count, ASCII.isText(bytes[index]) else { return nil }
      index += 1
    }
    return nil
  }
}
