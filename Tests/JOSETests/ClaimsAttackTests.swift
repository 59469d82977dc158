import JSON
import Testing

@testable import JOSE

/// Payloads under a signature that holds: an issuer that errs, or one that was deceived.
struct ClaimsAttackTests {
  /// RFC 7519 §4.1.4 to §4.1.6. T18, T19. Now is 1790000000.
  @Test(
    arguments: [
      .claims("expired by a second", ["exp": "1789999999"], .expired),
      .claims("expired by a millisecond", ["exp": "1789999999.999"], .expired),
      .claims("expires now", ["exp": "1790000000"], .expired),
      .claims("expires within this millisecond", ["exp": "1790000000.0009"], .expired),
      .claims("expired in 1970", ["exp": "0"], .expired),
      .claims("expires at zero, with an exponent", ["exp": "0e999999999999999999999"], .expired),
      .claims("no exp", ["exp": nil], .malformedExpiry),
      .claims("exp is a string", ["exp": #""1790003600""#], .malformedExpiry),
      .claims("exp is 1e300", ["exp": "1e300"], .malformedExpiry),
      .claims("exp is 1e6144", ["exp": "1e6144"], .malformedExpiry),
      .claims("exp is in the year 10000", ["exp": "253402300800"], .malformedExpiry),
      .claims("exp is in milliseconds", ["exp": "1790003600000"], .malformedExpiry),
      .claims("exp is over 64 bits", ["exp": "18446744075499555216"], .malformedExpiry),
      .claims("exp is -1", ["exp": "-1"], .malformedExpiry),
      .claims("exp is -0", ["exp": "-0"], .malformedExpiry),
      .claims("exp is null", ["exp": "null"], .malformedExpiry),
      .claims("exp is true", ["exp": "true"], .malformedExpiry),
      .claims("exp is an array", ["exp": "[1790003600]"], .malformedExpiry),
      .claims("exp is NaN", ["exp": "NaN"], .malformedPayload),
      .claims("nbf in a second", ["nbf": "1790000001"], .notYetValid),
      .claims("nbf in a millisecond", ["nbf": "1790000000.001"], .notYetValid),
      .claims("nbf is null", ["nbf": "null"], .malformedNotBefore),
      .claims("nbf is a string", ["nbf": #""0""#], .malformedNotBefore),
      .claims("nbf is -1", ["nbf": "-1"], .malformedNotBefore),
      .claims("iat in a second", ["iat": "1790000001"], .issuedInTheFuture),
      .claims("no iat", ["iat": nil], .malformedIssueTime),
      .claims("iat is a string", ["iat": #""1790000000""#], .malformedIssueTime),
      .claims("iat is 1e300", ["iat": "1e300"], .malformedIssueTime),
    ] as [AttackRow])
  func refusesTimes(_ row: AttackRow) {
    #expect(Fixture.failure(row.token) == row.failure)
  }

  /// RFC 7519 §4.1.1 and §4.1.3, RFC 8725 §3.8 and §3.9. T20.
  @Test(
    arguments: [
      .claims("no iss", ["iss": nil], .malformedIssuer),
      .claims("iss is empty", ["iss": #""""#], .malformedIssuer),
      .claims("iss is an array", ["iss": #"["https://calculator"]"#], .malformedIssuer),
      .claims("iss is another", ["iss": #""https://attacker.example""#], .wrongIssuer),
      .claims("iss is cut", ["iss": #""https://calc""#], .wrongIssuer),
      .claims("iss goes on", ["iss": #""https://calculator.attacker.example""#], .wrongIssuer),
      .claims("iss with a slash", ["iss": #""https://calculator/""#], .wrongIssuer),
      .claims("iss in capitals", ["iss": #""HTTPS://calculator""#], .wrongIssuer),
      .claims("no aud", ["aud": nil], .malformedAudience),
      .claims("aud is null", ["aud": "null"], .malformedAudience),
      .claims("aud is an empty array", ["aud": "[]"], .malformedAudience),
      .claims("aud has a number in it", ["aud": #"["mcp",1]"#], .malformedAudience),
      .claims("aud has an array in it", ["aud": #"[["mcp"]]"#], .malformedAudience),
      .claims("aud is an object", ["aud": #"{"mcp":true}"#], .malformedAudience),
      .claims("aud is empty", ["aud": #""""#], .wrongAudience),
      .claims("aud is another", ["aud": #""other""#], .wrongAudience),
      .claims("aud is others", ["aud": #"["other","another"]"#], .wrongAudience),
      .claims("aud has ours inside", ["aud": #""mcp other""#], .wrongAudience),
      .claims("aud is a part of ours", ["aud": #"["mc","cp"]"#], .wrongAudience),
      .claims("aud is a star", ["aud": #""*""#], .wrongAudience),
    ] as [AttackRow])
  func refusesOthersTokens(_ row: AttackRow) {
    #expect(Fixture.failure(row.token) == row.failure)
  }

  /// T22, T23.
  @Test(
    arguments: [
      .claims("no sub", ["sub": nil], .malformedSubject),
      .claims("sub is empty", ["sub": #""""#], .malformedSubject),
      .claims("sub is a number", ["sub": "1"], .malformedSubject),
      .claims("sub with CRLF", ["sub": #""a\r\nb""#], .malformedSubject),
      .claims("sub with NUL", ["sub": #""a\u0000""#], .malformedSubject),
      .claims("sub with an escape sequence", ["sub": #""\u001b[2J""#], .malformedSubject),
      .claims("sub with DEL", ["sub": #""\u007f""#], .malformedSubject),
      .claims("sub with a C1 control", ["sub": #""\u009b""#], .malformedSubject),
      .claims("sub of 257 bytes", ["sub": quoted("a", 257)], .malformedSubject),
      .claims("sub of 129 letters of 2 bytes", ["sub": quoted("é", 129)], .malformedSubject),
      .claims("no jti", ["jti": nil], .malformedIdentifier),
      .claims("jti is empty", ["jti": #""""#], .malformedIdentifier),
      .claims("jti is a number", ["jti": "1"], .malformedIdentifier),
      .claims("jti of 257 bytes", ["jti": quoted("a", 257)], .malformedIdentifier),
      .claims("no permissions", ["permissions": nil], .malformedPermissions),
      .claims(
        "permissions is a string", ["permissions": #""calculate:basic""#], .malformedPermissions),
      .claims("permissions is a star", ["permissions": #""*""#], .malformedPermissions),
      .claims("permissions is null", ["permissions": "null"], .malformedPermissions),
      .claims("permissions is true", ["permissions": "true"], .malformedPermissions),
      .claims(
        "permissions is an object", ["permissions": #"{"calculate:basic":true}"#],
        .malformedPermissions),
      .claims(
        "a number in permissions", ["permissions": #"["calculate:basic",1]"#],
        .malformedPermissions),
      .claims(
        "an array in permissions", ["permissions": #"[["calculate:basic"]]"#],
        .malformedPermissions),
      .claims("65 permissions", ["permissions": strings(65)], .malformedPermissions),
      .claims("10,000 permissions", ["permissions": strings(10_000)], .tooLong),
      .claims("family is a number", ["family": "1"], .malformedFamily),
      .claims("family is null", ["family": "null"], .malformedFamily),
      .claims("family is empty", ["family": #""""#], .malformedFamily),
    ] as [AttackRow])
  func refusesShapes(_ row: AttackRow) {
    #expect(Fixture.failure(row.token) == row.failure)
  }

  /// 10,000 permissions that no limit of length stops.
  @Test func refusesTenThousandPermissionsInAPayload() {
    let payload = Fixture.text(Fixture.claims, ["permissions": Self.strings(10_000)])
    #expect(throws: TokenFailure.malformedPermissions) {
      try Claims(payload: Array(payload.utf8))
    }
  }

  /// RFC 7519 §4 and §7.2 (10). T24, T25.
  @Test(arguments: [
    ("an array", "[]"), ("an array of claims", "[\(Fixture.text(Fixture.claims))]"),
    ("a string", #""sub""#), ("null", "null"), ("no JSON", "Test"), ("nothing", ""),
    ("a nested token", Fixture.token()), ("a nested token in quotes", #""\#(Fixture.token())""#),
    ("sub twice", #"{"sub":"admin",\#(Fixture.text(Fixture.claims).dropFirst())"#),
    ("exp twice, once escaped", #"{"e\u0078p":1,\#(Fixture.text(Fixture.claims).dropFirst())"#),
    ("a byte-order mark", "\u{FEFF}" + Fixture.text(Fixture.claims)),
    ("a second object behind", Fixture.text(Fixture.claims) + "{}"),
  ])
  func refusesPayloadsThatAreNoObject(_ name: String, _ payload: String) {
    let token = Fixture.token(header: Fixture.text(Fixture.header), payload: payload)
    #expect(Fixture.failure(token) == .malformedPayload)
  }

  /// RFC 7519 §3: the claims are UTF-8.
  @Test(arguments: ["UTF-16LE", "UTF-16BE", "UTF-16 with a byte-order mark", "ISO-8859-1"])
  func refusesOtherEncodings(_ name: String) {
    let text = Fixture.text(Fixture.claims, ["sub": #""é""#])
    let units = Array(text.utf16)
    let bytes: [UInt8] =
      switch name {
      case "UTF-16LE": units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      case "UTF-16BE": units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
      case "ISO-8859-1": units.map { UInt8(truncatingIfNeeded: $0) }
      default: [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
      }
    let header = Array(Fixture.text(Fixture.header).utf8)
    let token = TokenSigner.compact(header: header, payload: bytes, key: Fixture.key)
    #expect(Fixture.failure(token) == .malformedPayload)
  }

  /// A name is its bytes: a lookalike of a claim is another claim, which is ignored.
  @Test func takesNoLookalikeForAClaim() {
    #expect(
      Fixture.failure(Fixture.token(claims: ["exp": nil, "ехр": "1790003600"])) == .malformedExpiry)
  }

  /// RFC 7519 §7.3: issuer and audience are compared by bytes; composed is not decomposed.
  @Test func comparesIssuerAndAudienceByBytes() {
    let verifier = TokenVerifier(issuer: "\u{E9}", audience: "\u{E9}", keys: Fixture.keys)
    func failure(_ iss: String, _ aud: String) -> TokenFailure? {
      do throws(TokenFailure) {
        let token = Fixture.token(claims: ["iss": "\"\(iss)\"", "aud": "\"\(aud)\""])
        _ = try verifier.verify(token, as: .accessToken, now: Fixture.now)
        return nil
      } catch { return error }
    }
    #expect(failure("\u{E9}", "\u{E9}") == nil)
    #expect(failure("e\u{301}", "\u{E9}") == .wrongIssuer)
    #expect(failure("\u{E9}", "e\u{301}") == .wrongAudience)
  }

  static func quoted(_ letter: String, _ count: Int) -> String {
    #""\#(String(repeating: letter, count: count))""#
  }

  static func strings(_ count: Int) -> String {
    "[" + Array(repeating: #""p""#, count: count).joined(separator: ",") + "]"
  }
}
