import Auth
import Support
import Testing

@testable import AuthorizationServer

/// What is read of a request of a browser.
struct BrowserTests {
  static let cookies: [(String, lines: [String], value: String?)] = [
    ("alone", ["a=1"], "1"), ("among others", ["x=0; a=1; y=2"], "1"),
    ("without a space", ["x=0;a=1"], "1"), ("in the second line", ["x=0", "a=1"], "1"),
    ("a value with =", ["a=1=2"], "1=2"), ("an empty value", ["a="], ""), ("no line", [], nil),
    ("a name alone", ["a"], nil), ("a name that ends alike", ["xa=1"], nil),
    ("a name that begins alike", ["ab=1"], nil), ("the name in upper case", ["A=1"], nil),
    ("a name with a combining mark", ["a\u{301}=1"], nil), ("the name in a value", ["x=a=1"], nil),
    ("twice in one line", ["a=1; a=2"], nil), ("twice in two lines", ["a=1", "a=1"], nil),
  ]

  /// O100. RFC 6265 §4.2.1, §8.6
  @Test(arguments: cookies)
  func readsACookie(_ row: (name: String, lines: [String], value: String?)) {
    let browser = Browser(
      address: IPAddress(v4: 0x7F00_0001), client: .local, cookies: row.lines, origins: [],
      sites: [])
    #expect(browser.cookie("a") == row.value)
  }
}
