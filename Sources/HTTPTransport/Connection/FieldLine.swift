internal import NIOCore
private import Support

/// `field-name ":" OWS field-value OWS` (RFC 9112 §5).
struct FieldLine {
  let name: String
  let value: String

  /// Reads the line at the start of the buffer, which is `length` bytes long.
  ///
  /// - Throws: `malformed`, also for a folded line and for white space before the colon.
  init(_ buffer: ByteBuffer, length: Int) throws(HTTPFault) {
    let line = buffer.readableBytesUInt8Span.extracting(first: length)
    var nameEnd = 0
    while nameEnd < length, ASCII.isToken(line[nameEnd]) { nameEnd += 1 }
    // RFC 9112 §5.1: no space between name and colon; §5.2: a folded line starts with space.
    guard nameEnd > 0, nameEnd < length, line[nameEnd] == UInt8(ascii: ":") else {
      throw .malformed
    }
    var start = nameEnd + 1
    var end = length
    while start < end, ASCII.isSpace(line[start]) { start += 1 }
    while end > start, ASCII.isSpace(line[end - 1]) { end -= 1 }
    // RFC 9110 §5.5: NUL and CR are dangerous, and no other control character is useful.
    let content = line.extracting(start..<end)
    guard ASCII.isFieldContent(content) else { throw .malformed }
    // Refuse invalid UTF-8: after a repair, two different values could be equal. ASCII, the usual
    // case, skips the validation, which takes as long as the rest of this function.
    let (nameStart, valueStart) = (buffer.readerIndex, buffer.readerIndex + start)
    guard let name = buffer.getString(at: nameStart, length: nameEnd),
      let value = ASCII.isASCII(content)
        ? buffer.getString(at: valueStart, length: end - start)
        : try? buffer.getUTF8ValidatedString(at: valueStart, length: end - start)
    else { throw .malformed }
    self.name = name
    self.value = value
  }
}
