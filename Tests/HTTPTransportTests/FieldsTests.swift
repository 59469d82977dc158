import Testing

@testable import HTTPTransport

struct FieldsTests {
  /// RFC 9110 §5.1. Texts that Unicode treats as equivalent are different bytes.
  @Test(arguments: [
    ("Host", "hOST", true), ("", "", true), ("a", "", false), ("ab", "a", false), ("@", "`", false),
    ("[", "{", false), ("\u{212B}", "A\u{30A}", false), ("\u{e9}", "\u{c9}", false),
  ])
  func comparesBytesWithoutCase(_ one: String, _ other: String, _ areEqual: Bool) {
    #expect(HTTPFields.equal(one, other) == areEqual)
    #expect(HTTPFields.equal(other, one) == areEqual)
  }

  /// H34: names are compared as bytes.
  @Test func findsFieldsInTheOrderOfTheWire() {
    let fields = HTTPFields([("A", "1"), ("A\u{301}", "2"), ("a", "3")])
    #expect(fields["a"] == ["1", "3"])
  }
}
