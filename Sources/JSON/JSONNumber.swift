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

  /// The value, if it is an integer that fits into `Int`, in any spelling: `600`, `600.0`, `6e2`.
  package var integer: Int? {
    if let value = Int(text) { return value }
    let parts = text.utf8.split { $0 | 0x20 == UInt8(ascii: "e") }
    var digits = parts[0].filter { 0x30...0x39 ~= $0 }
    // Check for zero before the arithmetic: the parser does not limit the exponent of zero
    // (JSONParser.maximumExponent).
    guard digits.contains(where: { $0 != 0x30 }) else { return 0 }
    let point = parts[0].firstIndex(of: UInt8(ascii: "."))
    let decimals = point.map { parts[0].distance(from: $0, to: parts[0].endIndex) - 1 } ?? 0
    guard let exponent = parts.count > 1 ? Int(String(Substring(parts[1]))) : 0 else { return nil }
    var zeros = exponent - decimals
    while digits.last == 0x30 {
      digits.removeLast()
      zeros += 1
    }
    guard zeros >= 0 else { return nil }
    digits += Array(repeating: 0x30, count: zeros)
    return Int(
      (text.utf8.first == UInt8(ascii: "-") ? "-" : "") + String(decoding: digits, as: UTF8.self))
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
