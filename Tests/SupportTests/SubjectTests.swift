import Support
import TestSupport
import Testing

struct SubjectTests {
  @Test(arguments: [
    "a", String(repeating: "a", count: 256), String(repeating: "é", count: 128), "😀", "a b:c",
    "a\u{2028}b",
  ])
  func accepts(_ text: String) {
    #expect(Subject(text)?.text == text)
  }

  /// A name with a control character could forge a line of the log.
  @Test(arguments: [
    "", String(repeating: "a", count: 257), String(repeating: "é", count: 129), "a\r\nb", "\u{0}",
    "\u{1F}", "\u{7F}", "\u{9F}", "a\tb",
  ])
  func refuses(_ text: String) {
    #expect(Subject(text) == nil)
  }

  /// Composed and decomposed letters are two names; so are K and the Kelvin sign.
  @Test(arguments: [("\u{E9}", "e\u{301}"), ("K", "\u{212A}"), ("a", "A")] as [(Subject, Subject)])
  func comparesBytes(_ one: Subject, _ other: Subject) {
    #expect(one != other)
    #expect(Set([one, other]).count == 2)
  }
}
