/// The classes of bytes that HTTP is made of (RFC 9110 §5.6.2, RFC 5234 B.1).
enum ASCII {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")

  /// One bit for each byte below 128 that may stand in a token.
  private static let tokenBits: UInt128 = {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "\(letters)0123456789!#$%&'*+-.^_`|~".utf8.reduce(0) { $0 | 1 << UInt128($1) }
  }()

  static func isToken(_ byte: UInt8) -> Bool { byte < 128 && tokenBits >> UInt128(byte) & 1 == 1 }
  static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// May stand in a field's value: no control character but the tab; bytes above 127 may
  /// (RFC 9110 §5.5).
  static func isFieldContent(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == tab
  }

  static func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
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
