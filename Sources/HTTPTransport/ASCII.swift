private import Support

/// The character classes of HTTP (RFC 9110 §5.6.2, RFC 5234 B.1).
package enum ASCII {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")

  /// One bit for each byte that may occur in a token: !#$%&'*+-. and digits below 64, letters and
  /// ^_`|~ from 64. They are literals, because Swift checks at each access whether a computed table
  /// is initialized.
  private static let lowTokens: UInt64 = 0x03FF_6CFA_0000_0000
  private static let highTokens: UInt64 = 0x57FF_FFFF_C7FF_FFFE

  package static func isToken(_ byte: UInt8) -> Bool {
    byte < 128 && (byte < 64 ? lowTokens : highTokens) >> (byte & 63) & 1 == 1
  }
  static func isToken(_ bytes: Span<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.indices.allSatisfy { isToken(bytes[$0]) }
  }
  static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// No control character except the tab. Bytes above 127 count as text (RFC 9110 §5.5).
  static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == tab }

  /// Whether the bytes may be a field's value: no control character except the tab. Bytes above 127
  /// are allowed (RFC 9110 §5.5).
  ///
  /// The loop has no branches, so that the compiler can vectorize it.
  static func isFieldContent(_ bytes: Span<UInt8>) -> Bool {
    var outside: UInt8 = 0  // 1 after a byte that is not allowed
    for index in 0..<bytes.count {
      let byte = bytes[index]
      outside |= (byte < 0x20 ? 1 : 0) & (byte == tab ? 0 : 1) | (byte == 0x7F ? 1 : 0)
    }
    return outside == 0
  }

  static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for index in 0..<bytes.count { all |= bytes[index] }
    return all < 0x80
  }

  static func equal(_ bytes: Span<UInt8>, _ text: String) -> Bool {
    bytes.count == text.utf8.count
      && zip(bytes.indices, text.utf8).allSatisfy { bytes[$0] == $1 }
  }

  package static func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// The bytes without optional white space at both ends (RFC 9110 §5.6.3).
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let start = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return [] }
    return bytes[start...last]
  }

  /// A number of decimal digits only; `nil` if it is above `maximum`.
  /// - Precondition: `maximum` < `Int.max` / 10.
  static func decimal(_ bytes: ArraySlice<UInt8>, maximum: Int) -> Int? {
    guard !bytes.isEmpty else { return nil }
    var number = 0
    for byte in bytes {
      guard isDigit(byte) else { return nil }
      number = number * 10 + Int(byte &- UInt8(ascii: "0"))
      guard number <= maximum else { return nil }
    }
    return number
  }

  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
