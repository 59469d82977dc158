import Auth
import HTTPClient
import JOSE
import Support
import TestSupport
import Testing

@testable import ResourceServer

/// Introspection: the request, the responses, and providers that fail. The file is long because of
/// its tables.
struct IntrospectionTests {
  typealias Fixture = IntrospectionFixture
  typealias Answer = FakeProvider.Answer

  /// RFC 7662 §2.1, RFC 6749 §2.3.1 and appendix B.
  @Test func sendsTheToken() async {
    let fixture = Fixture()
    #expect(await fixture.ask("a.b-c_d~e+f/g==") == .success(Fixture.identity))
    // calculator+server:s%3Ae%2Bc%2Fr%3De%25t%C3%A9
    let basic = "Y2FsY3VsYXRvcitzZXJ2ZXI6cyUzQWUlMkJjJTJGciUzRGUlMjV0JUMzJUE5"
    #expect(
      fixture.provider.takeRequests() == [
        """
        POST https://idp.example/introspect
        Authorization: Basic \(basic)
        Content-Type: application/x-www-form-urlencoded
        Accept: application/json
        token=a.b-c_d%7Ee%2Bf%2Fg%3D%3D&token_type_hint=access_token
        """
      ])
    #expect(fixture.provider.clients == [Fixture.client], "the client uses its share of the queue")
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let changes: [String: String?]
    let error: AuthenticationError?
    var testDescription: String { name }

    init(_ name: String, _ changes: [String: String?], _ error: AuthenticationError? = nil) {
      (self.name, self.changes, self.error) = (name, changes, error)
    }
  }

  static let start = ManualClock.start
  static let rows =
    [
      Row("as it is", [:]), Row("without token_type", ["token_type": nil]),
      Row("token_type in lower case", ["token_type": #""bearer""#]),
      Row("without iss", ["iss": nil]), Row("without exp", ["exp": nil]),
      Row("without iat", ["iat": nil]),
      Row("our audience among others", ["aud": #"["account","https://mcp.example/mcp"]"#]),
      Row("Keycloak's typ", ["typ": #""Bearer""#]), Row("token_use", ["token_use": #""access""#]),
      Row("nbf is now", ["nbf": "\(start)"]),
      Row(
        "null for what is optional",
        [
          "iss": "null", "exp": "null", "iat": "null", "nbf": "null", "token_type": "null",
          "cnf": "null",
        ]),
      Row("an unknown member", ["username": "1"]),
    ]
    + ["false", #""true""#, "1", "null", #"{"a":1}"#, #"["true"]"#].map { (value: String) in
      Row("O25 active is \(value)", ["active": value], .inactiveToken)
    }
    + [
      Row("active is missing", ["active": nil], .providerUnavailable),
      Row("another issuer", ["iss": #""https://evil.example""#], .invalidToken(.wrongIssuer)),
      Row("a slash more in iss", ["iss": #""https://idp.example/""#], .invalidToken(.wrongIssuer)),
      Row("aud is null", ["aud": "null"], .invalidToken(.malformedClaim("aud"))),
      Row("sub is null", ["sub": "null"], .invalidToken(.malformedClaim("sub"))),
      Row("iss is a number", ["iss": "1"], .invalidToken(.malformedClaim("iss"))),
      Row("O25 without our audience", ["aud": #""account""#], .invalidToken(.wrongAudience)),
      Row("no audience", ["aud": nil], .invalidToken(.malformedClaim("aud"))),
      Row(
        "a prefix of our audience", ["aud": #""https://mcp.example""#],
        .invalidToken(.wrongAudience)),
      Row("expires now", ["exp": "\(start)"], .invalidToken(.expired)),
      Row("exp is a string", ["exp": #""\#(start + 9)""#], .invalidToken(.malformedClaim("exp"))),
      Row("nbf in a second", ["nbf": "\(start + 1)"], .invalidToken(.notYetValid)),
      Row("iat in a second", ["iat": "\(start + 1)"], .invalidToken(.issuedInTheFuture)),
      Row("no sub", ["sub": nil], .invalidToken(.malformedClaim("sub"))),
      Row("scope is an array", ["scope": "[]"], .invalidToken(.malformedClaim("scope"))),
      Row("bound to a key", ["cnf": #"{"jkt":"a"}"#], .boundToken),
    ]
    + [
      ("token_type", #""refresh_token""#), ("token_type", #""id_token""#),
      ("token_type", #""N_A""#), ("token_type", #""DPoP""#), ("token_type", #""Refresh""#),
      ("token_type", "1"), ("token_use", #""id""#), ("typ", #""ID""#),
      ("typ", #""Refresh""#), ("typ", #""Offline""#), ("nonce", #""a""#), ("at_hash", #""a""#),
      ("scope", nil),
    ].map { name, value in
      Row("O25 \(name) is \(value ?? "missing")", [name: value], .notAnAccessToken)
    }

  /// RFC 7662 §2.2, O25
  @Test(arguments: rows)
  func checksTheResponse(_ row: Row) async {
    let fixture = Fixture()
    fixture.provider[Fixture.url] = Fixture.active(row.changes)
    let result = await fixture.ask()
    #expect(result == row.error.map(Result.failure) ?? .success(Fixture.identity))
    #expect(fixture.requests() == 1)
  }

  // MARK: Providers that fail

  static let credentialsNotice =
    #""message":"The identity provider refuses the client credentials for introspection.""#
  static let notice = #""message":"The identity provider could not be asked about a token.""#
  static let large = #"{"active":true,"a":""# + String(repeating: "a", count: 65_536) + #""}"#
  static let failures: [(Answer, String)] = [
    (.response(401, "{}"), credentialsNotice + #","reason":"wrong_status","status":401"#),
    (.response(403, "{}"), credentialsNotice + #","reason":"wrong_status","status":403"#),
    (
      .response(400, #"{"error":"invalid_request"}"#),
      notice + #","reason":"wrong_status","status":400"#
    ),
    (.response(404, "{}"), notice + #","reason":"wrong_status","status":404"#),
    (.response(500, "{}"), notice + #","reason":"wrong_status","status":500"#),
    (
      .response(
        302, TokenAttack.text(Fixture.members, [:]), [("Location", "https://evil.example")]),
      notice + #","reason":"wrong_status","status":302"#
    ),
    (.error(.timeout), notice + #","reason":"timeout""#),
    (.error(.unreachable), notice + #","reason":"unreachable""#),
    (.error(.tooLarge), notice + #","reason":"too_large""#),
    (.json("<html>"), notice + #","reason":"malformed_response""#),
    (.json("[]"), notice + #","reason":"malformed_response""#),
    (.json(#"{"active":true,"active":true}"#), notice + #","reason":"malformed_response""#),
    (.json(#"{"error":"server_error"}"#), notice + #","reason":"malformed_response""#),
    (.json(large), notice + #","reason":"malformed_response""#),
  ]

  /// O24: 503 and never 401, nothing is cached, and at most one notice a minute.
  @Test(arguments: failures.indices)
  func aFailureOfTheProviderIsNotTheFaultOfTheToken(_ index: Int) async {
    let (answer, text) = Self.failures[index]
    let fixture = Fixture()
    fixture.provider[Fixture.url] = answer
    for _ in 0..<3 { #expect(await fixture.ask() == .failure(.providerUnavailable)) }
    #expect(fixture.requests() == 3)
    fixture.advance(seconds: 59)
    #expect(await fixture.ask() == .failure(.providerUnavailable))
    let line = #"{"event":"notice",\#(text)}"#
    #expect(fixture.lines.take() == [line])
    fixture.advance(seconds: 1)
    #expect(await fixture.ask() == .failure(.providerUnavailable))
    #expect(fixture.lines.take() == [line])
    fixture.provider[Fixture.url] = Fixture.active()
    #expect(await fixture.ask() == .success(Fixture.identity))
  }

  /// Our own queue is full: the provider did not fail.
  @Test func aFullQueueIsNoFailureOfTheProvider() async {
    let fixture = Fixture()
    fixture.provider[Fixture.url] = .error(.overloaded)
    #expect(await fixture.ask() == .failure(.overloaded))
    #expect(fixture.lines.take() == [])
    fixture.provider[Fixture.url] = Fixture.active()
    #expect(await fixture.ask() == .success(Fixture.identity))
  }

  // MARK: The endpoint

  @Test func theMetadataNamesTheEndpoint() async {
    let fixture = Fixture(url: nil)
    #expect(await fixture.ask() == .success(Fixture.identity))
    #expect(await fixture.ask("another") == .success(Fixture.identity))
    let requests = fixture.provider.takeRequests()
    #expect(requests.count == 3, "the metadata once, and two introspections")
    #expect(requests.first == "GET \(Fixture.metadataURL)\nAccept: application/json")
  }

  /// O22
  @Test func theMetadataIsAskedOnceInThirtySeconds() async {
    let fixture = Fixture(url: nil)
    fixture.provider[Fixture.metadataURL] = .error(.timeout)
    for number in 0..<100 {
      #expect(await fixture.ask("token-\(number)") == .failure(.providerUnavailable))
    }
    fixture.advance(seconds: 29)
    fixture.provider[Fixture.metadataURL] = Fixture.metadata
    #expect(await fixture.ask() == .failure(.providerUnavailable))
    #expect(fixture.requests() == 1)
    fixture.advance(seconds: 1)
    #expect(await fixture.ask() == .success(Fixture.identity))
  }

  @Test func allCallersThatWaitShareOneSearch() async {
    let fixture = Fixture(url: nil)
    let executor = TestExecutor()
    fixture.provider.hold()
    let waiting = (0..<20).map { number in
      executor.start { await fixture.ask("token-\(number)") }
    }
    fixture.provider.release()
    for pending in waiting {
      #expect(await executor.value(of: pending) == .success(Fixture.identity))
    }
    #expect(fixture.requests() == 21)
  }

  /// An endpoint that has moved is found again.
  @Test func anEndpointThatIsGoneIsFoundAgain() async {
    let fixture = Fixture(url: nil)
    #expect(await fixture.ask() == .success(Fixture.identity))
    let other = "https://idp.example/new"
    fixture.provider[Fixture.url] = nil
    fixture.provider[other] = Fixture.active()
    fixture.provider[Fixture.metadataURL] = .json(
      #"{"issuer":"\#(Fixture.issuer)","introspection_endpoint":"\#(other)"}"#)
    fixture.advance(seconds: 60)
    #expect(await fixture.ask() == .failure(.providerUnavailable))
    #expect(await fixture.ask() == .success(Fixture.identity))
    // A setting stays as it is.
    let fixed = Fixture()
    fixed.provider[Fixture.url] = nil
    for _ in 0..<2 { #expect(await fixed.ask() == .failure(.providerUnavailable)) }
    #expect(fixed.provider.takeRequests().allSatisfy { $0.contains("POST \(Fixture.url)\n") })
  }

  /// O67: a token that the provider answers with 404 or a redirect stops no other token.
  @Test(arguments: [404, 302])
  func oneStrangeResponseDoesNotStopTheOthers(_ status: Int) async {
    let fixture = Fixture(url: nil)
    #expect(await fixture.ask() == .success(Fixture.identity))
    fixture.provider[Fixture.url] = .response(status, "{}")
    #expect(await fixture.ask("strange") == .failure(.providerUnavailable))
    fixture.provider[Fixture.url] = Fixture.active()
    #expect(await fixture.ask("good") == .success(Fixture.identity))
    // Nor does it while the metadata cannot be had.
    fixture.provider[Fixture.metadataURL] = .error(.timeout)
    fixture.advance(seconds: 60)
    #expect(await fixture.ask("better") == .success(Fixture.identity))
  }

  /// O20
  @Test func theServerStartsWhileTheProviderIsDown() async {
    let fixture = Fixture(url: nil)
    fixture.provider[Fixture.metadataURL] = .json(#"{"issuer":"https://evil.example"}"#)
    await fixture.introspection.prefetch()
    #expect(
      fixture.lines.take() == [
        #"{"event":"notice","message":"The server starts without the introspection endpoint of "#
          + #"the identity provider. Until it has it, each token gets status 503. It looks for it "#
          + #"again for a token that comes 30 s or more after the last attempt.","#
          + #""reason":"wrong_issuer","found":"https://evil.example"}"#
      ])
    fixture.provider[Fixture.metadataURL] = Fixture.metadata
    fixture.advance(seconds: 30)
    await fixture.introspection.prefetch()
    #expect(fixture.lines.take() == [])
  }
}
