import Auth
import JOSE
import JSON
import Support
import TestSupport
import Testing

@testable import ResourceServer

private typealias Fixture = ProviderFixture

struct ProviderTokenPolicyTests {
  @Test(arguments: ProviderTokenAttack.all)
  func refuses(_ attack: ProviderTokenAttack) {
    #expect(Fixture.failure(attack.token) == attack.error)
  }

  /// Each attack has one row, so that a failure identifies it.
  @Test func everyRowHasItsName() {
    let names = ProviderTokenAttack.all.map(\.description)
    #expect(Set(names).count == names.count)
  }

  // MARK: Valid tokens

  @Test func returnsTheCaller() throws {
    let expected = Identity(
      subject: "anshika", method: .oauth, permissions: [.calculateBasic],
      provider: .init(issuer: TestIssuer.url, client: "agent"))
    #expect(try Fixture.identity() == expected)
  }

  static let valid: [(String, [String: String?], [String: String?])] = [
    ("application/ before the type", [:], ["typ": #""application/at+jwt""#]),
    ("the type in upper case", [:], ["typ": #""AT+JWT""#]),
    ("our audience in an array", ["aud": #"["https://b.example","https://mcp.example/mcp"]"#], [:]),
    ("iat 30 s ahead", ["iat": "1790000030"], [:]), ("nbf 30 s ahead", ["nbf": "1790000030"], [:]),
    ("exp 29.999 s ago", ["exp": "1789999970.001"], [:]),
    ("a subject of 256 bytes", ["sub": TokenAttack.quoted("a", 256)], [:]),
    ("no client", ["client_id": nil], [:]), ("no scope", ["scope": nil], [:]),
    ("an empty scope", ["scope": #""""#], [:]), ("a nonce", ["nonce": #""n""#], [:]),
    ("256 scopes", ["scope": nil, "scp": TokenAttack.strings(256)], [:]),
    ("Entra's groups overage", ["_claim_names": #"{"groups":"src1"}"#], [:]),
  ]

  @Test(arguments: valid)
  func accepts(_ name: String, _ claims: [String: String?], _ header: [String: String?]) {
    #expect(Fixture.failure(TestIssuer.token(claims, header: header)) == nil)
  }

  @Test func acceptsTheLongestToken() {
    #expect(Fixture.failure(ProviderTokenAttack.long(8192)) == nil)
  }

  @Test(arguments: [TestSigningKey.ed25519, .rsa, .rsaPSS, .p256])
  func acceptsEveryAlgorithm(_ key: TestSigningKey) {
    let keys = Fixture.set([key.jwk()])
    #expect(Fixture.failure(TestIssuer.token(key: key), keys: keys) == nil)
  }

  /// ATTACKS O3: Entra sends a GUID, and a server may have several names.
  @Test(arguments: [
    (TestIssuer.audience, true), ("6e74172b-be56-4843-9ff4-e66a39bb12e3", true),
    ("6E74172B-BE56-4843-9FF4-E66A39BB12E3", false),
  ])
  func acceptsEachOfItsAudiences(_ audience: String, _ isAccepted: Bool) {
    let policy = Fixture.policy(
      audiences: [TestIssuer.audience, "6e74172b-be56-4843-9ff4-e66a39bb12e3"])
    let failure = Fixture.failure(TestIssuer.token(["aud": #""\#(audience)""#]), under: policy)
    #expect(failure == (isAccepted ? nil : .invalidToken(.wrongAudience)))
  }

  @Test func withoutAudiencesItAcceptsNothing() {
    let policy = Fixture.policy(audiences: [])
    #expect(
      Fixture.failure(TestIssuer.token(["aud": #""""#]), under: policy)
        == .invalidToken(.wrongAudience))
  }

  // MARK: Key sets: RFC 7517 §4, §5

  static let sets: [(String, [String], AuthenticationError?)] = {
    let key = TestSigningKey.ed25519
    return [
      (
        "a broken key first", [#"{"kty":"OKP","kid":"ed","crv":"Ed25519","x":"AA"}"#, key.jwk()],
        nil
      ),
      ("a key of an unknown type first", [#"{"kty":"new","kid":"ed"}"#, key.jwk()], nil),
      ("a key for encryption", [key.jwk(["use": #""enc""#])], .invalidToken(.unknownKey)),
      (
        "the kid twice", [key.jwk(), TestSigningKey.ed25519("ed", seed: 8).jwk()],
        .invalidToken(.unknownKey)
      ),
      (
        "a key of another algorithm", [TestSigningKey.p256.named("ed").jwk()],
        .invalidToken(.wrongAlgorithm)
      ),
      ("a key without alg", [key.jwk(["alg": nil])], nil),
      ("no keys", [], .invalidToken(.unknownKey)),
    ]
  }()

  /// ATTACKS O1
  @Test(arguments: sets)
  func usesOneKeyOfTheSet(_ name: String, _ jwks: [String], _ error: AuthenticationError?) {
    #expect(Fixture.failure(TestIssuer.token(), keys: Fixture.set(jwks)) == error)
  }

  /// The keys may be fetched between the steps.
  @Test func readsTheHeaderBeforeTheKeyIsKnown() throws {
    let token = try UnverifiedToken(TestIssuer.token(), for: Fixture.policy)
    #expect(token.header.keyID == "ed")
    let key = try Fixture.keys.key(for: token.header)
    #expect(try Fixture.policy.verify(token, with: key, now: Fixture.now).subject == "anshika")
  }

  // MARK: Types that ID tokens have too: RFC 8725 §2.8, RFC 9068 §5

  static let kinds: [(String, [String: String?], AuthenticationError?)] = [
    ("scope", [:], nil), ("scp, no scope", ["scope": nil, "scp": #""calculate:basic""#], nil),
    ("an empty scope", ["scope": #""""#], nil),
    ("roles, no scope", ["scope": nil, "roles": #"["r"]"#], nil),
    ("payload typ Bearer (Keycloak)", ["typ": #""Bearer""#], nil), ("no iat", ["iat": nil], nil),
    ("an ID token", ["scope": nil, "nonce": #""n""#], .notAnAccessToken),
    ("no scope, no roles", ["scope": nil], .notAnAccessToken),
    (
      "an ID token with roles (Entra)", ["scope": nil, "client_id": nil, "roles": #"["r"]"#],
      .notAnAccessToken
    ),
    ("nonce", ["nonce": #""n""#], .notAnAccessToken),
    ("nonce null", ["nonce": "null"], .notAnAccessToken),
    ("at_hash", ["at_hash": #""a""#], .notAnAccessToken),
    ("c_hash", ["c_hash": #""c""#], .notAnAccessToken),
    ("s_hash", ["s_hash": #""s""#], .notAnAccessToken),
    ("a logout token", ["events": "{}"], .notAnAccessToken),
    ("token_use access (Cognito)", ["token_use": #""access""#], nil),
    ("token_use id (Cognito)", ["token_use": #""id""#], .notAnAccessToken),
    ("token_use as array", ["token_use": #"["access"]"#], .notAnAccessToken),
    ("token_type refresh_token", ["token_type": #""refresh_token""#], .notAnAccessToken),
    ("payload typ ID (Keycloak)", ["typ": #""ID""#], .notAnAccessToken),
    ("payload typ Refresh (Keycloak)", ["typ": #""Refresh""#], .notAnAccessToken),
    ("payload typ Offline (Keycloak)", ["typ": #""Offline""#], .notAnAccessToken),
    ("payload typ bearer", ["typ": #""bearer""#], .notAnAccessToken),
    ("payload typ null", ["typ": "null"], .notAnAccessToken),
    ("payload typ as array", ["typ": #"["Bearer"]"#], .notAnAccessToken),
    ("bound", ["cnf": "{}"], .boundToken),
  ]

  /// ATTACKS O5
  @Test(arguments: kinds)
  func tellsAccessTokensFromOthers(
    _ name: String, _ claims: [String: String?], _ error: AuthenticationError?
  ) {
    for (type, typ) in [(ProviderTokenType.jwt, #""JWT""#), (.absent, nil)] {
      let token = TestIssuer.token(claims, header: ["typ": typ])
      #expect(Fixture.failure(token, under: Fixture.policy(types: [type])) == error)
    }
  }

  static let types: [(String?, ProviderTokenType?)] = [
    (#""at+jwt""#, .accessToken), (#""JWT""#, .jwt), (#""application/jwt""#, .jwt), (nil, .absent),
    ("5", nil), (#""""#, nil), ("null", nil), (#""refresh+jwt""#, nil),
  ]

  /// ATTACKS O5: each type is enabled by itself.
  @Test(arguments: types)
  func acceptsTheTypesThatAreEnabled(_ typ: String?, _ type: ProviderTokenType?) {
    for enabled in ProviderTokenType.allCases {
      let failure = Fixture.failure(
        TestIssuer.token(header: ["typ": typ]), under: Fixture.policy(types: [enabled]))
      #expect(failure == (enabled == type ? nil : .invalidToken(.wrongType)))
    }
  }

  // MARK: Callers

  static let callers: [(String, [String: String?], Subject?, Bool)] = [
    ("client_id", [:], "agent", false), ("azp", ["client_id": nil, "azp": #""a""#], "a", false),
    ("cid", ["client_id": nil, "cid": #""c""#], "c", false),
    ("appid", ["client_id": nil, "appid": #""i""#], "i", false),
    (
      "client_id before the others", ["azp": #""a""#, "cid": #""c""#, "appid": #""i""#], "agent",
      false
    ),
    ("none", ["client_id": nil], nil, false),
    ("client credentials (RFC 9068)", ["sub": #""agent""#], "agent", true),
    ("client credentials (Okta)", ["client_id": nil, "cid": #""anshika""#], "anshika", true),
    ("client credentials (Entra)", ["idtyp": #""app""#], "agent", true),
    ("a user (Entra)", ["idtyp": #""user""#], "agent", false),
    ("client credentials (Auth0)", ["gty": #""client-credentials""#], "agent", true),
    ("another case", ["sub": #""AGENT""#], "agent", false),
    (
      "letters that look the same", ["sub": #""\u00e9""#, "client_id": #""e\u0301""#],
      Subject(constant: "e\u{301}"), false
    ),
  ]

  /// RFC 9068 §2.2 (ATTACKS O8)
  @Test(arguments: callers)
  func tellsClientsFromUsers(
    _ name: String, _ claims: [String: String?], _ client: Subject?, _ isClient: Bool
  ) throws {
    let provider = try #require(Fixture.identity(claims).provider)
    #expect(provider.client == client)
    #expect(provider.isClient == isClient)
  }

  static let names: [(String, [String: String?], Subject?, Subject?)] = [
    ("both", ["name": #""Anshika""#, "email": #""a@example.com""#], "Anshika", "a@example.com"),
    ("none", [:], nil, nil), ("a number", ["name": "1", "email": "[]"], nil, nil),
    ("a line feed", ["name": #""a\nb""#, "email": #""a\nb""#], nil, nil),
  ]

  @Test(arguments: names)
  func namesAreForTheLogAlone(
    _ row: String, _ claims: [String: String?], _ name: Subject?, _ email: Subject?
  ) throws {
    let logged = try #require(
      Fixture.identity(claims, under: Fixture.policy(namesInLog: true)).provider)
    #expect(logged.name == name)
    #expect(logged.email == email)
    let silent = try #require(Fixture.identity(claims).provider)
    #expect(silent.name == nil && silent.email == nil)
  }
}
