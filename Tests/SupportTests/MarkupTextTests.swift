import Support
import Testing

struct MarkupTextTests {
  /// A base URL is any text of the configuration, and a client chooses its name.
  @Test func escapesAsBytes() {
    #expect(
      MarkupText.escaped("<\u{301}b>\u{FE0F}\"'&\u{200D}")
        == "&lt;\u{301}b&gt;\u{FE0F}&quot;&#39;&amp;\u{200D}")
  }
}
