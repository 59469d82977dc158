import HTTPClient
import Support
import TestSupport
import Testing

@testable import IdentityProviders
@testable import JOSE

struct OpenIDConnectTests {
  static let issuer = TestIssuer.url
  static let metadataURL = "\(issuer)/.well-known/openid-configuration"
  static let keysURL = "\(issuer)/keys"
  static let token = "\(issuer)/token"
  static let userInfo = "\(issuer)/userinfo"
  static let metadata: [(String, String)] = [
    ("issuer", #""\#(issuer)""#), ("authorization_endpoint", #""\#(issuer)/authorize?t=1""#),
    ("token_endpoint", #""\#(token)""#), ("jwks_uri", #""\#(keysURL)""#),
    ("userinfo_endpoint", #""\#(userInfo)""#),
  ]
  static let claims: [(String, String)] = [
    ("iss", #""\#(issuer)""#), ("sub", #""248289761001""#), ("aud", #""the client""#),
    ("exp", "1790000300"), ("iat", "1790000000"), ("nonce", #""the nonce""#),
  ]
  static let info: [(String, String)] = [
    ("sub", #""248289761001""#), ("name", #""Jane Doe""#), ("preferred_username", #""jane""#),
    ("email", #""jane@example.com""#), ("email_verified", "true"),
  ]
  static let person = person()

  static func person(
    login: String? = "jane", name: String? = "Jane Doe", email: String? = "jane@example.com",
    groups: [String] = []
  ) -> ProviderUser {
    ProviderUser(id: "248289761001", login: login, name: name, email: email, groups: groups)
  }

  static func idToken(
    _ changes: [String: String?] = [:], header: [String: String?] = [:],
    key: TestSigningKey = .ed25519
  ) -> String {
    var types = header
    if header["typ"] == nil { types["typ"] = #""JWT""# }
    return TestIssuer.token(
      header: text(TestIssuer.header(of: key), types), payload: text(claims, changes), key: key)
  }

  static func tokens(_ idToken: String) -> ProviderTokens {
    ProviderTokens(access: Secret("the-access-token"), id: Secret(idToken))
  }

  /// A provider as the standard describes it.
  static func fixture(
    metadata changes: [String: String?] = [:], info infoChanges: [String: String?] = [:]
  ) -> Fixture {
    let fixture = Fixture()
    fixture.http[metadataURL] = FakeHTTP.json(text(metadata, changes))
    // RFC 8414: the same issuer without `userinfo_endpoint`.
    fixture.http["\(issuer)/.well-known/oauth-authorization-server"] = FakeHTTP.json(
      text(metadata, ["userinfo_endpoint": nil]))
    fixture.http[keysURL] = FakeHTTP.json(TestIssuer.jwks(.ed25519, .rsa))
    let codes = Codes(["the code&"])
    fixture.http.answer(token) { request in
      guard codes.take(in: request.body),
        request.body.contains("code_verifier=\(Fixture.verifier)")
      else { return FakeHTTP.json(#"{"error":"invalid_grant"}"#, status: 400) }
      return FakeHTTP.json(
        #"{"access_token":"the-access-token","token_type":"Bearer","id_token":"\#(idToken())"}"#)
    }
    fixture.http[userInfo] = FakeHTTP.json(text(info, infoChanges))
    return fixture
  }

  // MARK: The flow

  @Test func theAddressOfThePage() async throws {
    let fixture = Self.fixture()
    let url = try await fixture.provider(.oidc).authorizeURL(Fixture.request)
    #expect(
      url == "https://idp.example/authorize?t=1&response_type=code&client_id=the%20client"
        + "&redirect_uri=https%3A%2F%2Fcalculator.example%2Fgithub%2Fcallback"
        + "&scope=openid%20profile%20email&state=the%20state&nonce=the%20nonce"
        + "&code_challenge=\(Fixture.challenge)&code_challenge_method=S256")
    #expect(
      fixture.http.takeRequests() == ["GET \(Self.metadataURL)\nAccept: application/json"],
      "OpenID Connect Discovery 1.0 §4 has this address alone")
  }

  @Test func signsIn() async throws {
    let fixture = Self.fixture()
    let provider = fixture.provider(.oidc)
    let tokens = try await Fixture.exchange(provider).get()
    #expect(await Fixture.profile(provider, tokens) == .success(Self.person))
    // the+client:s%3Ae%2Bc%2Fr%3De%25t
    let basic = "dGhlK2NsaWVudDpzJTNBZSUyQmMlMkZyJTNEZSUyNXQ="
    let requests = fixture.http.takeRequests()
    #expect(
      requests.contains(
        """
        POST https://idp.example/token
        Content-Type: application/x-www-form-urlencoded
        Accept: application/json
        Authorization: Basic \(basic)
        grant_type=authorization_code&code=the+code%26\
        &redirect_uri=https%3A%2F%2Fcalculator.example%2Fgithub%2Fcallback\
        &code_verifier=\(Fixture.verifier)
        """))
    #expect(
      requests.last == """
        GET https://idp.example/userinfo
        Authorization: Bearer the-access-token
        Accept: application/json
        """)
    #expect(fixture.lines.take() == [])
  }

  static let methods: [(methods: String?, isPost: Bool)] = [
    (nil, false), (#"["client_secret_basic"]"#, false),
    (#"["client_secret_post","client_secret_basic"]"#, false), (#"["client_secret_post"]"#, true),
    (#"["private_key_jwt","client_secret_post"]"#, true), (#"["private_key_jwt"]"#, false),
    ("[]", false), (#""client_secret_post""#, false),
  ]

  /// OpenID Connect Core 1.0 §9, Discovery 1.0 §3
  @Test(arguments: methods)
  func theSecretGoesAsTheProviderSays(_ methods: String?, isPost: Bool) async throws {
    let fixture = Self.fixture(metadata: ["token_endpoint_auth_methods_supported": methods])
    _ = try await Fixture.exchange(fixture.provider(.oidc)).get()
    let request = try #require(fixture.http.takeRequests().last)
    let end = "&client_id=the+client&client_secret=s%3Ae%2Bc%2Fr%3De%25t"
    #expect(request.hasBytes(atEnd: end) == isPost)
    #expect(request.contains("client_secret=") == isPost)
    #expect(request.contains("\nAuthorization: Basic ") == !isPost)
  }

  static let discovery: [(name: String, changes: [String: String?], reason: String)] = [
    ("another issuer", ["issuer": #""https://evil.example""#], "wrong_issuer"),
    ("a slash more", ["issuer": #""https://idp.example/""#], "wrong_issuer"),
    ("no issuer", ["issuer": nil], "no_metadata"),
    ("no page", ["authorization_endpoint": nil], "no_metadata"),
    (
      "a page that is a script", ["authorization_endpoint": #""javascript:alert(1)""#],
      "no_metadata"
    ),
    ("no token endpoint", ["token_endpoint": nil], "no_metadata"),
    ("no keys", ["jwks_uri": nil], "no_metadata"),
  ]

  /// OpenID Connect Discovery 1.0 §4.3, O20
  @Test(arguments: discovery.indices)
  func theMetadataMustBeOfTheIssuer(_ index: Int) async {
    let (name, changes, reason) = Self.discovery[index]
    let fixture = Self.fixture(metadata: changes)
    let provider = fixture.provider(.oidc)
    await #expect(throws: ProviderError.unavailable, "\(name)") {
      try await provider.authorizeURL(Fixture.request)
    }
    #expect(await Fixture.failure(provider) == .unavailable)
    #expect(
      fixture.lines.take() == [
        #"{"event":"notice","message":"A sign-in failed at the identity provider.","#
          + #""provider":"oidc","reason":"\#(reason)"}"#
      ])
    #expect(fixture.http.takeRequests().count == 1, "O22: asked once in 30 s")
  }

  /// The token endpoint of the metadata may move.
  @Test func anEndpointThatHasMovedIsFoundAgain() async throws {
    let fixture = Self.fixture()
    let provider = fixture.provider(.oidc)
    _ = try await provider.authorizeURL(Fixture.request)
    fixture.http[Self.metadataURL] = FakeHTTP.json(
      text(Self.metadata, ["token_endpoint": #""https://idp.example/new""#]))
    fixture.http["https://idp.example/new"] = FakeHTTP.json(
      #"{"access_token":"new","token_type":"Bearer"}"#)
    fixture.http[Self.token] = FakeHTTP.json("{}", status: 404)
    fixture.clock.advance(seconds: 30)
    #expect(await Fixture.failure(provider) == .refused)
    #expect(try await Fixture.exchange(provider).get().access.exposed == "new")
  }

  // MARK: ID tokens

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let token: String
    let reason: String?
    var testDescription: String { name }

    init(_ name: String, _ changes: [String: String?], _ reason: String? = nil) {
      self.init(name, token: idToken(changes), reason)
    }

    init(_ name: String, token: String, _ reason: String? = nil) {
      (self.name, self.token, self.reason) = (name, token, reason)
    }
  }

  private static func unsigned(_ algorithm: String) -> String {
    let token = idToken(header: ["alg": #""\#(algorithm)""#])
    return token.parts(at: ".").dropLast().joined(separator: ".") + "."
  }

  /// A signature of HS256 with a text that the attacker knows: the client secret, or a public key.
  private static func hmac(_ secret: String, _ id: String) -> String {
    guard let key = try? HMACKey(secret: Array(secret.utf8)) else { fatalError("too short") }
    let header = Base64.url.text(
      of: Array(#"{"alg":"HS256","kid":"\#(id)","typ":"JWT"}"#.utf8))
    let input = header + "." + Base64.url.text(of: Array(text(claims).utf8))
    return input + "." + Base64.url.text(of: key.signature(over: Array(input.utf8)[...]))
  }

  private static func list(_ count: Int) -> String {
    "[" + (0..<count).map { #""g\#($0)""# }.joined(separator: ",") + "]"
  }

  static let accepted = [
    Row("as it is", [:]),
    Row("our client among others", ["aud": #"["a","the client"]"#, "azp": #""the client""#]),
    Row("azp for one audience", ["azp": #""the client""#]),
    Row("a list with our client", ["aud": #"["the client"]"#]),
    Row(
      "without typ",
      token: TestIssuer.token(
        header: text(TestIssuer.header(of: .ed25519), ["typ": nil]), payload: text(claims))),
    Row("RS256", token: idToken(key: .rsa)),
    Row("29 s after exp", ["exp": "1789999971"]), Row("iat in 30 s", ["iat": "1790000030"]),
    Row("nbf in 30 s", ["nbf": "1790000030"]), Row("no groups", ["groups": "[]"]),
  ]

  static let refused =
    [
      Row("of another client", ["aud": #""another client""#], "wrong_audience"),
      Row("of a client with a longer name", ["aud": #""the client2""#], "wrong_audience"),
      Row("of other clients", ["aud": #"["a","b"]"#, "azp": #""the client""#], "wrong_audience"),
      Row("of no client", ["aud": nil], "wrong_audience"),
      Row("aud is empty", ["aud": "[]"], "wrong_audience"),
      Row("aud is a number", ["aud": "1"], "malformed_aud"),
      Row("two audiences without azp", ["aud": #"["a","the client"]"#], "malformed_azp"),
      Row(
        "issued to another client", ["aud": #"["a","the client"]"#, "azp": #""a""#],
        "wrong_audience"),
      Row("azp of another client", ["azp": #""a""#], "wrong_audience"),
      Row("azp is a number", ["azp": "1"], "malformed_azp"),
      Row("of another issuer", ["iss": #""https://evil.example""#], "wrong_issuer"),
      Row("a slash more in iss", ["iss": #""https://idp.example/""#], "wrong_issuer"),
      Row("no iss", ["iss": nil], "wrong_issuer"),
      Row("of another sign-in", ["nonce": #""another nonce""#], "malformed_nonce"),
      Row("a prefix of the nonce", ["nonce": #""the""#], "malformed_nonce"),
      Row("an empty nonce", ["nonce": #""""#], "malformed_nonce"),
      Row("no nonce", ["nonce": nil], "malformed_nonce"),
      Row("nonce is a number", ["nonce": "1"], "malformed_nonce"),
      Row("expired", ["exp": "1789999970"], "expired"),
      Row("no exp", ["exp": nil], "malformed_exp"),
      Row("exp is a string", ["exp": #""1790000300""#], "malformed_exp"),
      Row("issued in the future", ["iat": "1790000031"], "issued_in_the_future"),
      Row("no iat", ["iat": nil], "malformed_iat"),
      Row("not valid yet", ["nbf": "1790000031"], "not_yet_valid"),
      Row("no sub", ["sub": nil], "malformed_sub"),
      Row("sub is a number", ["sub": "1"], "malformed_sub"),
      Row("groups is a text", ["groups": #""admins""#], "malformed_groups"),
      Row("groups has a number", ["groups": #"["a",1]"#], "malformed_groups"),
      Row("257 groups", ["groups": list(257)], "malformed_groups"),
      Row("a group with a line break", ["groups": #"["a\nb"]"#], "malformed_groups"),
      Row("an empty group", ["groups": #"[""]"#], "malformed_groups"),
    ]
    + ["none", "None", ""].map { Row("alg \"\($0)\"", token: unsigned($0), "wrong_algorithm") }
    + [
      Row(
        "HS256 with the client secret",
        token: hmac("s:e+c/r=e%t" + String(repeating: "0", count: 21), "ed"), "wrong_algorithm"),
      Row(
        "HS256 with a public key", token: hmac(TestSigningKey.rsa.jwk(), "rsa"), "wrong_algorithm"),
      Row(
        "alg of another key", token: idToken(header: ["alg": #""RS256""#]), "wrong_algorithm"),
      Row("signed by another key", token: idToken(key: .ed25519("ed", seed: 8)), "wrong_signature"),
      Row(
        "with a key in it", token: idToken(header: ["jwk": TestSigningKey.ed25519.jwk()]),
        "embedded_key"),
      Row("an unknown key", token: idToken(header: ["kid": #""x""#]), "unknown_key"),
      Row("an access token", token: idToken(header: ["typ": #""at+jwt""#]), "wrong_type"),
      Row("a logout token", token: idToken(header: ["typ": #""logout+jwt""#]), "wrong_type"),
      Row(
        "a signature is checked before claims",
        token: idToken(["iss": nil, "exp": nil], key: .ed25519("ed", seed: 8)), "wrong_signature"),
      Row(
        "not JSON",
        token: TestIssuer.token(
          header: text(TestIssuer.header(of: .ed25519), ["typ": nil]), payload: "{"),
        "malformed_payload"),
      Row(
        "a claim twice",
        token: TestIssuer.token(
          header: text(TestIssuer.header(of: .ed25519), ["typ": nil]),
          payload: text(claims + [("sub", #""admin""#)])), "malformed_payload"),
      Row("no token", token: "a.b", "not_three_parts"),
      Row("encrypted", token: "a.b.c.d.e", "not_three_parts"),
      Row("huge", token: String(repeating: "a", count: 8193), "token_too_long"),
    ]

  /// OpenID Connect Core 1.0 §3.1.3.7
  @Test(arguments: accepted + refused)
  func checksTheIDToken(_ row: Row) async {
    let fixture = Self.fixture()
    let result = await Fixture.profile(fixture.provider(.oidc), Self.tokens(row.token))
    #expect(result == (row.reason == nil ? .success(Self.person) : .failure(.invalidResponse)))
    #expect(
      fixture.lines.take().map { $0.contains(#""reason":"\#(row.reason ?? "")"}"#) }
        == (row.reason == nil ? [] : [true]))
    let requests = fixture.http.takeRequests()
    #expect(requests.contains { $0.contains("userinfo") } == (row.reason == nil))
  }

  /// §3.1.3.3
  @Test func theTokensMustHaveAnIDToken() async {
    let fixture = Self.fixture()
    #expect(await Fixture.profile(fixture.provider(.oidc)) == .failure(.invalidResponse))
    #expect(fixture.http.takeRequests() == [])
  }

  @Test func withoutKeysTheProviderIsUnavailable() async {
    let fixture = Self.fixture()
    fixture.http[Self.keysURL] = .failure(.timeout)
    #expect(
      await Fixture.profile(fixture.provider(.oidc), Self.tokens(Self.idToken()))
        == .failure(.unavailable))
  }

  // MARK: Profiles

  struct Profile: CustomTestStringConvertible, Sendable {
    let name: String
    let claims: [String: String?]
    /// `nil`: the provider has no userinfo endpoint.
    let info: [String: String?]?
    let user: ProviderUser?
    var testDescription: String { name }

    init(
      _ name: String, claims: [String: String?] = [:], info: [String: String?]? = [:],
      _ user: ProviderUser? = nil
    ) {
      (self.name, self.claims, self.info, self.user) = (name, claims, info, user)
    }
  }

  private static let mail: [String: String?] = [
    "email": #""token@example.com""#, "email_verified": "true",
  ]

  static let profiles = [
    Profile("userinfo of another person", info: ["sub": #""1""#]),
    Profile("userinfo of nobody", info: ["sub": nil]),
    Profile("userinfo with a number as sub", info: ["sub": "248289761001"]),
    Profile(
      "an address that is not verified", info: ["email_verified": "false"], person(email: nil)),
    Profile("nothing says that it is verified", info: ["email_verified": nil], person(email: nil)),
    Profile("verified is a string", info: ["email_verified": #""true""#], person(email: nil)),
    Profile(
      "the ID token says verified, userinfo has the address",
      claims: ["email_verified": "true"], info: ["email_verified": nil], person(email: nil)),
    Profile(
      "userinfo says verified, the ID token has the address",
      claims: ["email": #""token@example.com""#], info: ["email": nil], person(email: nil)),
    Profile(
      "the address of the ID token", claims: mail, info: ["email": nil],
      person(email: "token@example.com")),
    Profile("userinfo comes first", claims: mail, person),
    Profile(
      "without userinfo", claims: mail, info: nil,
      person(login: nil, name: nil, email: "token@example.com")),
    Profile(
      "names of the ID token", claims: ["name": #""J""#, "preferred_username": #""j""#], info: nil,
      person(login: "j", name: "J", email: nil)),
    Profile(
      "groups of the ID token", claims: ["groups": #"["admins","staff"]"#],
      person(groups: ["admins", "staff"])),
    Profile("no groups of userinfo", info: ["groups": #"["admins"]"#], person),
    Profile("the address is no identifier", claims: ["sub": #""a\nb""#], info: ["sub": #""a\nb""#]),
  ]

  /// OpenID Connect Core 1.0 §5.1, §5.3.2
  @Test(arguments: profiles)
  func readsTheProfile(_ row: Profile) async {
    let fixture = Self.fixture(
      metadata: row.info == nil ? ["userinfo_endpoint": nil] : [:], info: row.info ?? [:])
    let result = await Fixture.profile(
      fixture.provider(.oidc), Self.tokens(Self.idToken(row.claims)))
    #expect(result == (row.user.map(Result.success) ?? .failure(.invalidResponse)))
  }

  @Test func theLargestNumberOfGroups() async throws {
    let fixture = Self.fixture()
    let user = try await Fixture.profile(
      fixture.provider(.oidc), Self.tokens(Self.idToken(["groups": Self.list(256)]))
    ).get()
    #expect(user.groups.count == 256)
  }

  /// §5.3: a userinfo that fails does not become a person without it.
  @Test(arguments: [(500, ProviderError.unavailable), (403, .refused), (302, .invalidResponse)])
  func aUserinfoThatFailsIsAnError(_ status: Int, _ error: ProviderError) async {
    let fixture = Self.fixture()
    fixture.http[Self.userInfo] = FakeHTTP.json(text(Self.info), status: status)
    #expect(
      await Fixture.profile(fixture.provider(.oidc), Self.tokens(Self.idToken()))
        == .failure(error))
  }
}
