/// The name of a caller: 1 to 256 bytes without control characters (U+0000 to U+001F, U+007F to
/// U+009F), which could forge log lines. Names are compared as bytes: Swift's `==` of `String`
/// treats composed and decomposed letters as equal.
package struct Subject: Sendable, Hashable, CustomStringConvertible {
  /// In bytes of UTF-8.
  package static let maximumLength = 256

  package let text: String

  package init?(_ text: String) {
    guard Self.isValid(text) else { return nil }
    self.text = text
  }

  /// A constant name of the program.
  package init(constant text: String) {
    precondition(Self.isValid(text), "a constant name is not valid")
    self.text = text
  }

  /// Whether a text has the form of a name.
  package static func isValid(_ text: String) -> Bool {
    1...maximumLength ~= text.utf8.count
      && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }
  }

  package var description: String { text }

  package static func == (one: Subject, other: Subject) -> Bool {
    one.text.utf8.elementsEqual(other.text.utf8)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
