/// A JSON number (RFC 8259 §6), kept as its text so that nothing is lost before somebody calculates.
package struct JSONNumber: Sendable, Equatable {
  /// The text, a valid JSON number.
  package let text: String

  /// Whether the text has neither fraction nor exponent, as an identifier must (JSON-RPC 2.0 §4).
  package var isIntegerText: Bool {
    text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || $0 <= 0x39 && $0 >= 0x30 }
  }

  package init(_ value: Int) { text = String(value) }

  /// `nil` where `text` is no JSON number or is out of range.
  package init?(_ text: String) {
    guard let value = try? JSONParser.parse(Array(text.utf8)), case .number(let number) = value,
      number.text.utf8.count == text.utf8.count
    else { return nil }
    self = number
  }

  /// For the parser, which has read the grammar already.
  init(validated text: String) { self.text = text }
}
