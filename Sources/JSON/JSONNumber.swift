private import Support

/// A JSON number (RFC 8259 §6). It is stored as text, so that no digit is lost.
package struct JSONNumber: Sendable, Equatable {
  /// A valid JSON number.
  package let text: String

  /// Whether the text has no fraction and no exponent. A JSON-RPC `id` must have neither (JSON-RPC
  /// 2.0 §4).
  package var isIntegerText: Bool {
    text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || $0 <= 0x39 && $0 >= 0x30 }
  }

  package var isNegative: Bool { text.utf8.first == UInt8(ascii: "-") }

  /// The magnitude: `digits` times ten to the `exponent`, without zeros at both ends of the digits. Zero
  /// has no digits.
  package var decimal: (digits: [UInt8], exponent: Int) {
    let parts = text.utf8.split { $0 | 0x20 == UInt8(ascii: "e") }
    var digits: [UInt8] = []
    var decimals: Int?
    for byte in parts[0] {
      if byte == UInt8(ascii: ".") { decimals = 0 }
      guard ASCII.isDigit(byte) else { continue }
      decimals = decimals.map { $0 + 1 }
      if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
    }
    if digits.isEmpty { return ([], 0) }
    guard let power = parts.count > 1 ? Int(Substring(parts[1])) : 0 else {
      preconditionFailure("the parser bounds the exponent of all numbers but zero")
    }
    let zeros = digits.reversed().prefix { $0 == 0 }.count
    return (Array(digits.dropLast(zeros)), power - (decimals ?? 0) + zeros)
  }

  /// The value, if it is an integer that fits into `Int`, in any spelling: `600`, `600.0`, `6e2`.
  package var integer: Int? {
    if let value = Int(text) { return value }
    let (digits, exponent) = decimal
    if digits.isEmpty { return 0 }
    guard exponent >= 0 else { return nil }
    let all = digits.map { $0 + UInt8(ascii: "0") } + Array(repeating: 0x30, count: exponent)
    return Int((isNegative ? "-" : "") + String(decoding: all, as: UTF8.self))
  }

  package init(_ value: Int) { text = String(value) }

  /// `nil` if `text` is not a JSON number or is out of range.
  package init?(_ text: String) {
    guard let value = try? JSONParser.parse(Array(text.utf8)), case .number(let number) = value,
      number.text.utf8.count == text.utf8.count
    else { return nil }
    self = number
  }

  /// For the parser, which has already checked the grammar.
  init(validated text: String) { self.text = text }
}
