import Auth
import Testing

struct UserNameTests {
  /// RFC 7617 §2: a colon would end the name.
  @Test(arguments: [("anshika", true), ("a b", true), ("a:b", false), (":", false), ("", false)])
  func hasNoColon(_ text: String, _ isName: Bool) {
    #expect((UserName(text) != nil) == isName)
  }
}
