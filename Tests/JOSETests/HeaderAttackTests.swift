import Testing

@testable import JOSE

/// Headers that an attacker chose. But for the rows that say so, the signature holds: what refuses
/// them is never luck.
struct HeaderAttackTests {
  @Test func theHonestTokenIsAccepted() {
    #expect(Fixture.failure(Fixture.token()) == nil)
  }

  /// RFC 8725 §2.1 and §3.1: the algorithm is the key's. T1 to T6.
  @Test(
    arguments: [
      .header("no alg", ["alg": nil], .wrongAlgorithm),
      .header("alg is empty", ["alg": #""""#], .wrongAlgorithm),
      .header("alg is zzz", ["alg": #""zzz""#], .wrongAlgorithm),
      .header("alg in small letters", ["alg": #""hs256""#], .wrongAlgorithm),
      .header("alg with a space behind", ["alg": #""HS256 ""#], .wrongAlgorithm),
      .header("alg with a NUL behind", ["alg": #""HS256\u0000""#], .wrongAlgorithm),
      .header("alg in full-width digits", ["alg": #""HS２５６""#], .wrongAlgorithm),
      .header("alg is an array", ["alg": #"["HS256"]"#], .wrongAlgorithm),
      .header("alg is a number", ["alg": "256"], .wrongAlgorithm),
      .header("alg is null", ["alg": "null"], .wrongAlgorithm),
      .header("alg is an object", ["alg": #"{"HS256":true}"#], .wrongAlgorithm),
      .header("alg is RS256", ["alg": #""RS256""#], .wrongAlgorithm),
      .header("alg is ES256", ["alg": #""ES256""#], .wrongAlgorithm),
      .header("alg is HS384", ["alg": #""HS384""#], .wrongAlgorithm),
      .header("alg is HS512", ["alg": #""HS512""#], .wrongAlgorithm),
      .header(
        "alg is one of encryption", ["alg": #""dir""#, "enc": #""A256GCM""#], .wrongAlgorithm),
      .header("alg twice, one of them escaped", [#"al\u0067"#: #""none""#], .malformedHeader),
      AttackRow(
        "alg twice",
        Fixture.token(
          header: #"{"alg":"none",\#(Fixture.text(Fixture.header).dropFirst())"#,
          payload: Fixture.text(Fixture.claims)), .malformedHeader),
    ] as [AttackRow])
  func refusesOtherAlgorithms(_ row: AttackRow) {
    #expect(Fixture.failure(row.token) == row.failure)
  }

  /// Each of the 16 spellings, with the right signature, with an empty one and without the point.
  @Test func refusesNoneInEverySpelling() {
    for spelling in 0..<16 {
      let none = String(
        "none".enumerated().map { index, letter in
          spelling >> index & 1 == 1 ? Character(letter.uppercased()) : letter
        })
      let token = Fixture.token(header: ["alg": #""\#(none)""#])
      let bare = token[..<(token.lastIndex(of: ".") ?? token.endIndex)]
      #expect(Fixture.failure(token) == .wrongAlgorithm, "\(none)")
      #expect(Fixture.failure("\(bare).") == .wrongAlgorithm, "\(none), empty signature")
      #expect(Fixture.failure("\(bare)") == .notThreeParts, "\(none), no signature")
    }
  }

  /// RFC 7515 §4.1.2 to §4.1.6 and §4.1.11, RFC 7797 §6. T7 to T10.
  @Test(
    arguments: [
      .header(
        "jwk with the key that signed",
        ["jwk": #"{"kty":"oct","k":"\#(Fixture.base64("sixteen bytes ok"))"}"#], .embeddedKey),
      .header("jku", ["jku": #""https://attacker.example/keys""#], .embeddedKey),
      .header("x5u", ["x5u": #""https://attacker.example/cert""#], .embeddedKey),
      .header("x5c", ["x5c": #"["MIIB"]"#], .embeddedKey),
      .header("jwk is null", ["jwk": "null"], .embeddedKey),
      AttackRow(
        "jwk, signed with the key it brings",
        Fixture.token(header: ["jwk": #"{"kty":"oct"}"#], key: Fixture.stranger), .embeddedKey),
      .header("crit", ["crit": #"["exp"]"#, "exp": "1790003600"], .criticalExtension),
      .header("crit is empty", ["crit": "[]"], .criticalExtension),
      .header("crit is null", ["crit": "null"], .criticalExtension),
      .header("b64 with crit", ["b64": "false", "crit": #"["b64"]"#], .criticalExtension),
      .header("b64 is false", ["b64": "false"], .unencodedPayload),
      .header("b64 is true", ["b64": "true"], .unencodedPayload),
    ] as [AttackRow])
  func refusesWhatAsksForMore(_ row: AttackRow) {
    #expect(Fixture.failure(row.token) == row.failure)
  }

  /// RFC 8725 §3.11, RFC 9068 §4. T11 and T12.
  @Test(
    arguments: [
      .header("no typ", ["typ": nil], .wrongType),
      .header("typ is JWT", ["typ": #""JWT""#], .wrongType),
      .header("typ is empty", ["typ": #""""#], .wrongType),
      .header("typ is application/", ["typ": #""application/""#], .wrongType),
      .header(
        "typ with application/ twice", ["typ": #""application/application/at+jwt""#], .wrongType),
      .header("typ of another tree", ["typ": #""text/at+jwt""#], .wrongType),
      .header("typ with a parameter", ["typ": #""at+jwt;v=1""#], .wrongType),
      .header("typ with a space", ["typ": #"" at+jwt""#], .wrongType),
      .header("typ is an array", ["typ": #"["at+jwt"]"#], .wrongType),
      .header("typ is null", ["typ": "null"], .wrongType),
      .header("refresh taken for access", ["typ": #""refresh+jwt""#], .wrongType),
      AttackRow("access taken for refresh", Fixture.token(), .wrongType, as: .refreshToken),
      AttackRow(
        "application/at+jwt taken for refresh",
        Fixture.token(header: ["typ": #""application/at+jwt""#]), .wrongType, as: .refreshToken),
    ] as [AttackRow])
  func refusesOtherTypes(_ row: AttackRow) {
    #expect(Fixture.failure(row.token, as: row.type) == row.failure)
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

  /// RFC 7515 §4.1.4, RFC 8725 §3.10: a name to look up, nothing else.
  @Test(
    arguments: [
      .header("no kid", ["kid": nil], .missingKeyID),
      .header("kid is a number", ["kid": "1"], .missingKeyID),
      .header("kid is null", ["kid": "null"], .missingKeyID),
      .header("kid is an array", ["kid": #"["\#(Fixture.key.id)"]"#], .missingKeyID),
      .header("kid is empty", ["kid": #""""#], .unknownKey),
      .header("kid is unknown", ["kid": #""\#(Fixture.stranger.id)""#], .unknownKey),
      .header("kid is a path", ["kid": #""../../dev/null""#], .unknownKey),
      .header("kid is SQL", ["kid": #""' OR 1=1""#], .unknownKey),
      .header("kid is a command", ["kid": #""|/bin/true""#], .unknownKey),
      .header("kid is cut", ["kid": #""\#(Fixture.key.id.dropLast())""#], .unknownKey),
      .header("kid goes on", ["kid": #""\#(Fixture.key.id)\u0000""#], .unknownKey),
      .header("kid in other letters", ["kid": #""\#(Fixture.key.id.lowercased())""#], .unknownKey),
    ] as [AttackRow])
  func refusesOtherKeys(_ row: AttackRow) {
    #expect(Fixture.failure(row.token) == row.failure)
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
