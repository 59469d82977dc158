import Support
import Testing

@testable import Auth

/// ATTACKS S19, C15: texts that are not secrets.
struct SecretRulesTests {
  @Test(arguments: [
    "replace-with-the-output-of-openssl-rand-hex-32", "REPLACE_ME_PLEASE", "replaceme",
    "changeme", "ChangeMe123", "change-me-now", "change_me", "your-api-key-here", "YOUR_KEY",
    // Secrets from the examples of jwt.io.
    "your-256-bit-secret", "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    // References that were not expanded.
    "$CALCULATOR_API_KEY", "$key", "${CALCULATOR_API_KEY}", "${env:KEY}", "$(cat /run/secret)",
    "$env:CALCULATOR_API_KEY", "%CALCULATOR_API_KEY%", "{env:CALCULATOR_API_KEY}",
    "{{ calculator_api_key }}", "op://vault/calculator/key", "vault:secret/data/calculator#key",
    "ref+vault://secret/calculator", "@Microsoft.KeyVault(SecretUri=https://x)",
    "arn:aws:secretsmanager:eu-central-1:1:secret:x", "<your key>", "<API_KEY>",
    // One repeated character.
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "00", "****************", "........................",
  ])
  func isAPlaceholder(_ text: String) {
    #expect(Placeholder.matches(text.utf8))
  }

  @Test(arguments: [
    "0123456789abcdef", "correct-horse-battery-staple", "$2y-Pa55word", "$1", "100%sure%",
    "%20abc%-", "<b", "b>", "x", "", "ab", "abab", "my-your-key", "calc_9Zk", "{key}", "$",
    "op:/x", "\u{e9}\u{e9}",
  ])
  func isNone(_ text: String) {
    #expect(!Placeholder.matches(text.utf8))
  }

  // MARK: Passwords

  @Test(
    arguments: [
      ("password", "anshika"), ("PASSWORD", "anshika"), ("password2024!", "anshika"),
      ("P@ssw0rd", "anshika"), ("12345678", "anshika"), ("1234567890", "anshika"),
      ("qwertyuiop", "anshika"), ("iloveyou", "x"), ("letmein1234", "x"), ("administrator", "x"),
      ("jonathan", "jonathan"), ("JONATHAN", "jonathan"), ("jonathan99", "Jonathan"),
      ("12345678", "12345678"),
    ] as [(String, UserName)])
  func aPasswordThatIsTriedFirstIsRefused(_ password: String, _ user: UserName) {
    let problem = PasswordUser.problem(with: Secret(password), of: user, allowingWeak: false)
    #expect(problem == "must not be one of the most common passwords or the user's name")
    #expect(PasswordUser.problem(with: Secret(password), of: user, allowingWeak: true) == nil)
  }

  @Test(arguments: ["correct horse battery", "pass:w\u{f6}rd", "jonathan-is-my-name", "a1b2c3d4e5"])
  func anotherPasswordIsAccepted(_ password: String) {
    #expect(
      PasswordUser.problem(with: Secret(password), of: "jonathan", allowingWeak: false) == nil)
  }

  // MARK: Keys

  @Test(arguments: [#""0123456789abcdef""#, "'0123456789abcdef'", "`0123456789abcdef`"])
  func aKeyInQuotesIsRefused(_ key: String) {
    #expect(throws: APIKeyError.inQuotes(2)) {
      try APIKeyList(list: Secret("fedcba9876543210,\(key)"), allowingWeak: true)
    }
  }

  /// RFC 6750 §2.1: which keys cannot be sent as a Bearer token, and why.
  @Test(
    arguments: [
      ("0123456789abcdef", nil), ("abcDEF-._~+/0123==", nil), ("a.b", nil), ("a.b.c.d", nil),
      ("0123=456789abcdef", .character("=")), ("0123#456789abcdef", .character("#")),
      ("0123456789abc!ef=", .character("!")), ("=a==", .character("=")),
      ("abc:def", .character(":")), ("header.payload.signature", .looksLikeToken),
      ("a..b", .looksLikeToken), ("a.b#c.d", .character("#")),
    ] as [(String, BearerProblem?)])
  func aKeyMayNotBeABearerToken(_ key: String, _ problem: BearerProblem?) throws {
    #expect(BearerProblem(of: Array(key.utf8)) == problem)
    let keys = try APIKeyList(list: Secret("0123456789abcdef,\(key)"), allowingWeak: true)
    #expect(keys.bearerProblems.map(\.place) == (problem == nil ? [] : [2]))
  }

  /// The warning agrees with the parser of Bearer tokens.
  @Test(arguments: 0x21...0x7E as ClosedRange<UInt8>)
  func theNoticeAgreesWithTheParser(_ byte: UInt8) {
    for key in [[0x61, byte, 0x61], [0x61, byte]] {
      let text = String(decoding: key, as: UTF8.self)
      let read = Credential(authorization: ["Bearer \(text)"], apiKey: [], query: nil)
      #expect((BearerProblem(of: key) == nil) == (read.kind == .bearer), "\(text)")
    }
  }
}
