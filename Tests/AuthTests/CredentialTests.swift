import Support
import Testing

@testable import Auth

struct CredentialTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var authorization: [String] = []
    var apiKey: [String] = []
    let expected: String

    init(
      _ name: String, _ authorization: String..., key: [String] = [], gives expected: String
    ) {
      testDescription = name
      self.authorization = authorization
      apiKey = key
      self.expected = expected
    }
  }

  static func describe(_ credential: Credential) -> String {
    switch credential {
    case .none: "none"
    case .apiKey(let key): "key \(key.exposed)"
    case .bearer(let token): "bearer \(token.exposed)"
    case .password(let user, let password): "basic \(user)|\(password.exposed)"
    case .malformed: "malformed"
    case .ambiguous: "conflict"
    }
  }

  func read(_ row: Row) -> String {
    Self.describe(Credential(authorization: row.authorization, apiKey: row.apiKey, query: nil))
  }

  static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

  /// OAuth 2.1 §5.1, RFC 9110 §11.4 (C1, C4)
  @Test(arguments: [
    Row("nothing", gives: "none"),
    Row("a key", key: ["abc"], gives: "key abc"),
    Row("a key of 512", key: [long(512)], gives: "key \(long(512))"),
    Row("a key of 513", key: [long(513)], gives: "malformed"),
    Row("an empty key", key: [""], gives: "malformed"),
    Row("a key with a space", key: ["a b"], gives: "malformed"),
    Row("a key with NUL", key: ["a\u{0}"], gives: "malformed"),
    Row("a key that is not ASCII", key: ["schlüssel"], gives: "malformed"),
    Row("two keys", key: ["abc", "abc"], gives: "conflict"),
    Row("a token", "Bearer abc", gives: "bearer abc"),
    Row("all that a token may have", "Bearer aZ09-._~+/==", gives: "bearer aZ09-._~+/=="),
    Row("in small letters", "bearer abc", gives: "bearer abc"),
    Row("in any case", "bEARER abc", gives: "bearer abc"),
    Row("many spaces", "Bearer    abc", gives: "bearer abc"),
    Row("the longest", "Bearer \(long(8192))", gives: "bearer \(long(8192))"),
    Row("longer", "Bearer \(long(8192))0123456789", gives: "malformed"),
    Row("two lines", "Bearer abc", "Bearer abc", gives: "conflict"),
    Row("two kinds in two lines", "Bearer abc", "Basic YTpi", gives: "conflict"),
    Row("a token and a key", "Bearer abc", key: ["abc"], gives: "conflict"),
    Row("an empty line and a key", "", key: ["abc"], gives: "conflict"),
    Row("an empty line", "", gives: "malformed"),
    Row("Bearer alone", "Bearer", gives: "malformed"),
    Row("Bearer and a space", "Bearer ", gives: "malformed"),
    Row("two tokens", "Bearer a b", gives: "malformed"),
    Row("a list", "Bearer a, Bearer b", gives: "malformed"),
    Row("a comma", "Bearer a,b", gives: "malformed"),
    Row("a parameter", "Bearer token=a", gives: "malformed"),
    Row("= alone", "Bearer =", gives: "malformed"),
    Row("a tab", "Bearer\tabc", gives: "malformed"),
    Row("a space in front", " Bearer abc", gives: "malformed"),
    Row("a space behind", "Bearer abc ", gives: "malformed"),
    Row("another scheme", "Token abc", gives: "malformed"),
    Row("no scheme", "abc", gives: "malformed"),
    Row("the Kelvin sign is no k", "To\u{212A}en abc", gives: "malformed"),
    Row("quotes", "Bearer \"abc\"", gives: "malformed"),
  ])
  func reads(_ row: Row) {
    #expect(read(row) == row.expected)
  }

  static func basic(_ text: String) -> String { Base64.standard.text(of: Array(text.utf8)) }

  /// RFC 7617 §2 (C5, C6)
  @Test(arguments: [
    Row(
      "the example of RFC 7617 §2", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
      gives: "basic Aladdin|open sesame"),
    Row("the example of §2.1", "Basic dGVzdDoxMjPCow==", gives: "basic test|123£"),
    Row("in any case", "bASIC dGVzdDoxMjPCow==", gives: "basic test|123£"),
    Row("colons in the password", "Basic \(basic("a:b:c::"))", gives: "basic a|b:c::"),
    Row(
      "a password that begins with an accent", "Basic \(basic("a:\u{301}b"))",
      gives: "basic a|\u{301}b"),
    Row("an empty password", "Basic \(basic("a:"))", gives: "basic a|"),
    Row("no normalization", "Basic \(basic("e\u{301}:é"))", gives: "basic e\u{301}|é"),
    Row("no colon", "Basic \(basic("abc"))", gives: "malformed"),
    Row("a colon alone", "Basic \(basic(":"))", gives: "malformed"),
    Row("no user", "Basic \(basic(":b"))", gives: "malformed"),
    Row("nothing", "Basic ", gives: "malformed"),
    Row("a control in the user", "Basic \(basic("a\u{1}:b"))", gives: "malformed"),
    Row("CRLF in the user", "Basic \(basic("a\r\nb:c"))", gives: "malformed"),
    Row("NUL in the password", "Basic \(basic("a:b\u{0}"))", gives: "malformed"),
    Row("DEL", "Basic \(basic("a:b\u{7F}"))", gives: "malformed"),
    Row("a C1 control", "Basic \(basic("a:b\u{85}"))", gives: "malformed"),
    Row(
      "a user of 256", "Basic \(basic("\(long(256)):"))",
      gives: "basic \(long(256))|"),
    Row("a user of 257", "Basic \(basic("\(long(257)):"))", gives: "malformed"),
    Row(
      "a password of 1024", "Basic \(basic("a:\(long(1024))"))",
      gives: "basic a|\(long(1024))"),
    Row("a password of 1025", "Basic \(basic("a:\(long(1025))"))", gives: "malformed"),
    Row("64 kB", "Basic \(basic("a:" + String(repeating: "x", count: 65536)))", gives: "malformed"),
    Row("no UTF-8", "Basic \(Base64.standard.text(of: [0x61, 0x3A, 0xFF]))", gives: "malformed"),
    Row(
      "overlong", "Basic \(Base64.standard.text(of: [0x61, 0xC0, 0xBA, 0x62]))",
      gives: "malformed"),
    Row("no padding (RFC 4648 §3.2)", "Basic YTpiYw", gives: "malformed"),
    Row("with it", "Basic YTpiYw==", gives: "basic a|bc"),
    Row("half of it", "Basic YTpiYw=", gives: "malformed"),
    Row("more of it", "Basic YTpiYw===", gives: "malformed"),
    Row("where none belongs", "Basic YTpi====", gives: "malformed"),
    Row("in the middle", "Basic YT==piYw", gives: "malformed"),
    Row("stray bits (RFC 4648 §3.5)", "Basic YTpiYx==", gives: "malformed"),
    Row("the other alphabet", "Basic YTo_Pj8-", gives: "malformed"),
    Row("a space inside", "Basic YTpi YTpi", gives: "malformed"),
    Row("no base64", "Basic a:b", gives: "malformed"),
  ])
  func readsBasic(_ row: Row) {
    #expect(read(row) == row.expected)
  }

  /// RFC 9110 §11.2: each byte alone and among others.
  @Test(arguments: 0...255 as ClosedRange<UInt8>)
  func looksAtEachByteOfAToken(_ byte: UInt8) {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
    let character = Character(Unicode.Scalar(byte))
    for token in ["\(character)", "\(Self.long(77))\(character)\(Self.long(50))"] {
      let credential = Credential(authorization: ["Bearer \(token)"], apiKey: [], query: nil)
      let expected = letters.contains(character) ? "bearer \(token)" : "malformed"
      #expect(Self.describe(credential) == expected)
    }
  }
}
