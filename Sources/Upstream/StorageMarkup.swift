private import Support

/// Checks what the parser of XML must not get. It reads a page once, from its start to its end.
enum StorageMarkup {
  /// libxml2 compares each attribute of a tag with all others of this tag.
  static let maximumAttributes = 64

  /// - Throws: `.invalidResponse` for bytes that are no text of XML and for a declaration, `.tooLarge`
  ///   for a tag with too many attributes.
  static func check(_ page: [UInt8]) throws(UpstreamError) {
    guard String(validating: page, as: UTF8.self) != nil else { throw .invalidResponse }  // CWE-838
    // XML 1.0 §2.2 has no other control characters.
    guard page.allSatisfy({ $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) else {
      throw .invalidResponse
    }
    var rest = page[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      rest = rest[start...]
      if rest.starts(with: "<!--".utf8) {
        rest = after("-->", in: rest.dropFirst(4))
      } else if rest.starts(with: "<![CDATA[".utf8) {
        rest = after("]]>", in: rest)
      } else if rest.starts(with: "<?".utf8) {
        rest = after("?>", in: rest)
      } else if rest.starts(with: "<!".utf8) {
        throw .invalidResponse  // CWE-611, CWE-776, ATTACKS O137: no DOCTYPE
      } else {
        rest = try afterTag(rest)
      }
    }
  }

  /// The bytes after the first `end`; none without it.
  private static func after(_ end: String, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while !rest.isEmpty {
      if rest.starts(with: end.utf8) { return rest.dropFirst(end.utf8.count) }
      rest = rest.dropFirst()
    }
    return []
  }

  /// A tag ends at the first `>` that is outside quotes (XML 1.0 §3.1).
  private static func afterTag(
    _ bytes: ArraySlice<UInt8>
  ) throws(UpstreamError) -> ArraySlice<UInt8> {
    var quote: UInt8?
    var attributes = 0
    for index in bytes.indices {
      let byte = bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
      case UInt8(ascii: ">"): return bytes[(index + 1)...]
      case UInt8(ascii: "="):
        attributes += 1
        guard attributes <= maximumAttributes else { throw .tooLarge }  // CWE-407
      default: break
      }
    }
    return []
  }
}
