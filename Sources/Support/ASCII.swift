/// The character classes of HTTP (RFC 9110 §5.6.2, RFC 5234 B.1).
///
/// They are inlinable, because the parser of HTTP in another module calls them for each byte.
package enum ASCII {
  @inlinable package static var tab: UInt8 { UInt8(ascii: "\t") }
  @inlinable package static var lineFeed: UInt8 { UInt8(ascii: "\n") }
  @inlinable package static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
  @inlinable package static var space: UInt8 { UInt8(ascii: " ") }

  /// One bit for each byte that may occur in a token: !#$%&'*+-. and digits below 64, letters and
  /// ^_`|~ from 64. They are computed from a literal, because Swift checks at each access to the stored
  /// property of another module whether it is initialized.
  @inlinable package static var lowTokens: UInt64 { 0x03FF_6CFA_0000_0000 }
  @inlinable package static var highTokens: UInt64 { 0x57FF_FFFF_C7FF_FFFE }

  @inlinable package static func isToken(_ byte: UInt8) -> Bool {
    byte < 128 && (byte < 64 ? lowTokens : highTokens) >> (byte & 63) & 1 == 1
  }
  @inlinable package static func isToken(_ bytes: Span<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.indices.allSatisfy { isToken(bytes[$0]) }
  }
  @inlinable package static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
  @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// No control character except the tab. Bytes above 127 count as text (RFC 9110 §5.5).
  @inlinable package static func isText(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == tab
  }

  /// Whether the bytes may be a field's value: no control character except the tab. Bytes above 127
  /// are allowed (RFC 9110 §5.5).
  ///
  /// The loop has no branches, so that the compiler can vectorize it.
  @inlinable package static func isFieldContent(_ bytes: Span<UInt8>) -> Bool {
    var outside: UInt8 = 0  // 1 after a byte that is not allowed
    for index in 0..<bytes.count {
      let byte = bytes[index]
      outside |= (byte < 0x20 ? 1 : 0) & (byte == tab ? 0 : 1) | (byte == 0x7F ? 1 : 0)
    }
    return outside == 0
  }

  @inlinable package static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for index in 0..<bytes.count { all |= bytes[index] }
    return all < 0x80
  }

  @inlinable package static func equal(_ bytes: Span<UInt8>, _ text: String) -> Bool {
    bytes.count == text.utf8.count
      && zip(bytes.indices, text.utf8).allSatisfy { bytes[$0] == $1 }
  }

  @inlinable package static func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }

  @inlinable package static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// The bytes without optional white space at both ends (RFC 9110 §5.6.3).
  @inlinable package static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let start = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return [] }
    return bytes[start...last]
  }

  /// A number of decimal digits only; `nil` if it is above `maximum`.
  /// - Precondition: `maximum` < `Int.max` / 10.
  @inlinable package static func decimal(_ bytes: ArraySlice<UInt8>, maximum: Int) -> Int? {
    guard !bytes.isEmpty else { return nil }
    var number = 0
    for byte in bytes {
      guard isDigit(byte) else { return nil }
      number = number * 10 + Int(byte &- UInt8(ascii: "0"))
      guard number <= maximum else { return nil }
    }
    return number
  }

  @inlinable package static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Whether two texts are equal, with ASCII letters in either case. It compares bytes: `==` treats
  /// some different texts as equal, such as K and the Kelvin sign.
  @inlinable package static func areEqual(
    _ one: some Collection<UInt8>, _ other: some Collection<UInt8>
  ) -> Bool {
    one.count == other.count
      && zip(one, other).allSatisfy { lowercase($0) == lowercase($1) }
  }
}
