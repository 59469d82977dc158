import Testing

@testable import JOSE

/// Headers that do not fit into a row of `TokenAttack`.
struct HeaderAttackTests {
  @Test func theHonestTokenIsAccepted() {
    #expect(Fixture.failure(Fixture.token()) == nil)
  }

  /// RFC 8725 §3.11, RFC 9068 §4. T12.
  @Test(arguments: ["at+jwt", "application/at+jwt"])
  func refusesAnAccessTokenAsARefreshToken(_ typ: String) {
    let token = Fixture.token(header: ["typ": #""\#(typ)""#])
    #expect(Fixture.failure(token, as: "refresh+jwt") == .wrongType)
  }

  /// RFC 7515 §4.1.9: media types are case-insensitive, and `application/` may be omitted.
  @Test(arguments: [
    ("at+jwt", "at+jwt"), ("AT+JWT", "at+jwt"), ("At+Jwt", "at+jwt"),
    ("application/at+jwt", "at+jwt"), ("Application/AT+JWT", "at+jwt"),
    ("refresh+jwt", "refresh+jwt"), ("Refresh+JWT", "refresh+jwt"),
    ("application/refresh+jwt", "refresh+jwt"),
  ])
  func acceptsTheSpellingsOfAType(_ typ: String, _ type: String) {
    #expect(Fixture.failure(Fixture.token(header: ["typ": #""\#(typ)""#]), as: type) == nil)
  }

  /// Names are compared as bytes. The Kelvin sign is not K, although Swift's `==` treats them as
  /// equal.
  @Test func comparesKeyNamesByBytes() throws {
    let keys = KeySet(current: try HMACKey(secret: Fixture.secret, id: "K"))
    let token = Fixture.token(header: ["kid": "\"\u{212A}\""])
    #expect(Fixture.failure(token, keys: keys) == .unknownKey)
  }

  @Test func previousKeysVerifyAndNeverSign() throws {
    let token = Fixture.token(
      header: ["kid": #""\#(Fixture.previous.id)""#], key: Fixture.previous)
    #expect(Fixture.failure(token) == nil)
    let signed = try Fixture.keys.sign([1, 2, 3], type: "at+jwt")
    #expect(try JWSHeader(CompactJWS(signed).header).keyID == Fixture.key.id)
  }

  /// Only the key of the header's `kid` is tried.
  @Test func triesNoOtherKey() {
    let token = Fixture.token(header: ["kid": #""\#(Fixture.previous.id)""#], key: Fixture.key)
    #expect(Fixture.failure(token) == .wrongSignature)
  }
}
