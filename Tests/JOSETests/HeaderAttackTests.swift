import Testing

@testable import JOSE

/// Headers that an attacker chose, where a row of `TokenAttack` is not enough.
struct HeaderAttackTests {
  @Test func theHonestTokenIsAccepted() {
    #expect(Fixture.failure(Fixture.token()) == nil)
  }

  /// RFC 8725 §3.11, RFC 9068 §4. T12.
  @Test(arguments: ["at+jwt", "application/at+jwt"])
  func refusesAnAccessTokenAsARefreshToken(_ typ: String) {
    let token = Fixture.token(header: ["typ": #""\#(typ)""#])
    #expect(Fixture.failure(token, as: .refreshToken) == .wrongType)
  }

  /// RFC 7515 §4.1.9: media types, without regard to case, `application/` understood.
  @Test(arguments: [
    ("at+jwt", TokenType.accessToken), ("AT+JWT", .accessToken), ("At+Jwt", .accessToken),
    ("application/at+jwt", .accessToken), ("Application/AT+JWT", .accessToken),
    ("refresh+jwt", .refreshToken), ("Refresh+JWT", .refreshToken),
    ("application/refresh+jwt", .refreshToken),
  ])
  func takesTheSpellingsOfAType(_ typ: String, _ type: TokenType) {
    #expect(Fixture.failure(Fixture.token(header: ["typ": #""\#(typ)""#]), as: type) == nil)
  }

  /// Names are bytes: the Kelvin sign is not K, though Swift's `==` says so.
  @Test func comparesKeyNamesByBytes() throws {
    let keys = KeySet(current: try HMACKey(secret: Fixture.secret, id: "K"))
    let verifier = TokenVerifier(issuer: "https://calculator", audience: "mcp", keys: keys)
    let token = Fixture.token(header: ["kid": "\"\u{212A}\""])
    #expect(throws: TokenFailure.unknownKey) {
      try verifier.verify(token, as: .accessToken, now: Fixture.now)
    }
  }

  @Test func previousKeysVerifyAndNeverSign() throws {
    let token = Fixture.token(
      header: ["kid": #""\#(Fixture.previous.id)""#], key: Fixture.previous)
    #expect(Fixture.failure(token) == nil)
    let claims = try Fixture.verifier.verify(token, as: .accessToken, now: Fixture.now)
    let signed = try TokenSigner(keys: Fixture.keys).sign(claims, as: .accessToken)
    #expect(try TokenHeader(CompactToken(signed).header()).keyID == Fixture.key.id)
  }

  /// The key that the header names is the only one that is tried.
  @Test func triesNoOtherKey() {
    let token = Fixture.token(header: ["kid": #""\#(Fixture.previous.id)""#], key: Fixture.key)
    #expect(Fixture.failure(token) == .wrongSignature)
  }
}
