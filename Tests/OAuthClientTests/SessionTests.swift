import HTTPClient
import JOSE
import Crypto
import OAuth
import OAuthClient
import Support
import Synchronization
import TestSupport
import Testing

struct SessionTests {
  private let fixture = SessionFixture()
  private static let random = String(repeating: "AQEB", count: 10) + "AQE"

  @Test func aSignInSendsTheseBytes() async throws {
    let session = fixture.session()
    #expect(try await session.accessToken() == nil)
    #expect(
      try await session.isRenewed(
        after: 401, challenges: [SessionFixture.challenge], sent: nil))
    let digest = Base64.url.text(of: SHA256Digest(of: Self.random.utf8).bytes)
    #expect(
      fixture.agent.takeOpened() == [
        "https://as.example/authorize?response_type=code"
          + "&client_id=client%20of%20https%3A%2F%2Fas.example"
          + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1000%2Fcallback&state=\(Self.random)"
          + "&code_challenge=\(digest)&code_challenge_method=S256"
          + "&resource=https%3A%2F%2Fmcp.example%2Fmcp&scope=read"
      ])
    #expect(
      fixture.servers.takeRequests() == [
        "GET \(SessionFixture.resourceURL)",
        "GET https://as.example/.well-known/oauth-authorization-server",
        "POST https://as.example/register "
          + #"{"client_name":"Bridge","redirect_uris":["http://127.0.0.1:1000/callback"],"#
          + #""grant_types":["authorization_code","refresh_token"],"response_types":["code"],"#
          + #""token_endpoint_auth_method":"none","application_type":"native"}"#,
        "POST https://as.example/token grant_type=authorization_code&code=c0de"
          + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1000%2Fcallback&code_verifier=\(Self.random)"
          + "&resource=https%3A%2F%2Fmcp.example%2Fmcp"
          + "&client_id=client+of+https%3A%2F%2Fas.example",
      ])
    #expect(try await session.accessToken()?.exposed == "first")
    let other = fixture.session()
    #expect(try await other.accessToken()?.exposed == "first")
    let status = try #require(await other.status())
    #expect(status.scopes == ["read"])
    #expect(status.client == .dynamic)
  }

  private typealias Redirect = (String, String?, Bool, OAuthClientError)
  private static let redirects: [Redirect] = [
    ("code=x", "wrong", false, .invalidRedirect),
    ("code=x&state=AQ", nil, false, .invalidRedirect),
    ("code=x&iss=https%3A%2F%2Fas.example%2F", nil, false, .wrongRedirectIssuer),
    ("code=x&iss=https%3A%2F%2FAS.example", nil, false, .wrongRedirectIssuer),
    ("code=x&iss=https%3A%2F%2Fas.example%3A443", nil, false, .wrongRedirectIssuer),
    ("error=access_denied&iss=https%3A%2F%2Fevil.example", nil, false, .wrongRedirectIssuer),
    ("code=x", nil, true, .wrongRedirectIssuer),
    ("error=access_denied", nil, true, .wrongRedirectIssuer),
    ("error=access_denied", nil, false, .signInRefused(.accessDenied)),
    ("error=%1B%5B31m", nil, false, .invalidRedirect),
    ("error=text+of+a+server", nil, false, .signInRefused(nil)),
    ("x=y", nil, false, .invalidRedirect),
  ]

  @Test(arguments: redirects)
  func aRedirectOfAnotherRequestIsRefused(
    _ response: String, _ state: String?, _ sendsIssuer: Bool, _ expected: OAuthClientError
  ) async throws {
    if sendsIssuer {
      fixture.setIssuer(
        SessionFixture.issuer,
        metadata: SessionFixture.metadata(
          of: SessionFixture.issuer, #","authorization_response_iss_parameter_supported":true"#))
    }
    fixture.agent.state.withLock {
      $0.response = response
      $0.state = state
    }
    let session = fixture.session()
    await #expect(throws: expected) { try await session.signIn() }
    #expect(!fixture.servers.takeRequests().contains { $0.contains("/token") })
  }

  private static let rightIssuer = "iss=https%3A%2F%2Fas.example"
  private static let repetitions: [String] = [
    "code=x&\(rightIssuer)&\(rightIssuer)",
    "code=x&\(rightIssuer)&iss=https%3A%2F%2Fevil.example",
    "code=x&iss=https%3A%2F%2Fevil.example&\(rightIssuer)",
    "code=x&\(rightIssuer)&%69ss=https%3A%2F%2Fevil.example",
    "code=x&iss=&\(rightIssuer)",
    "code=x&code=x&\(rightIssuer)",
    "code=x&code=y&\(rightIssuer)",
    "code=x&state=\(random)&\(rightIssuer)",
    "code=x&state=&\(rightIssuer)",
    "error=access_denied&error=access_denied&\(rightIssuer)",
  ]

  /// RFC 6749 §3.1 and RFC 9207 §2.4: of two values, this program and another may take different
  /// ones. Two equal values are refused as well.
  @Test(arguments: repetitions)
  func aRedirectThatRepeatsAParameterIsRefused(_ response: String) async throws {
    fixture.setIssuer(
      SessionFixture.issuer,
      metadata: SessionFixture.metadata(
        of: SessionFixture.issuer, #","authorization_response_iss_parameter_supported":true"#))
    fixture.agent.state.withLock { $0.response = response }
    let session = fixture.session()
    await #expect(throws: OAuthClientError.invalidRedirect) { try await session.signIn() }
    #expect(!fixture.servers.takeRequests().contains { $0.contains("/token") })
    fixture.agent.state.withLock { $0.response = "code=x&\(Self.rightIssuer)" }
    try await session.signIn()
    #expect(try await session.accessToken()?.exposed == "first")
  }

  @Test(arguments: [
    (
      "another issuer", #""issuer":"https://as.example""#, #""issuer":"https://as.example/""#,
      OAuthClientError.wrongIssuer
    ),
    (
      "file:", #""authorization_endpoint":"https://as.example/authorize""#,
      #""authorization_endpoint":"file:///bin/sh""#, .refusedURL
    ),
    (
      "cloud metadata", #""token_endpoint":"https://as.example/token""#,
      #""token_endpoint":"http://169.254.169.254/""#, .refusedURL
    ),
    ("no PKCE", #""code_challenge_methods_supported":["S256"]"#, #""x":0"#, .noPKCE),
    ("plain PKCE", #"["S256"]"#, #"["plain"]"#, .noPKCE),
    ("no registration", "registration_endpoint", "x", .noRegistration),
  ])
  func metadataThatIsNotAcceptedStopsTheSignIn(
    _ name: String, _ old: String, _ new: String, _ expected: OAuthClientError
  ) async throws {
    let text = SessionFixture.metadata(of: SessionFixture.issuer)
    let changed = text.replacing(old, with: new)
    #expect(changed != text)
    fixture.setIssuer(SessionFixture.issuer, metadata: changed)
    let session = fixture.session()
    await #expect(throws: expected) { try await session.signIn() }
    #expect(fixture.agent.takeOpened() == [])
    #expect(!fixture.servers.takeRequests().contains { $0.utf8.starts(with: "POST".utf8) })
  }

  @Test(arguments: ["https://10.0.0.1/m", "file:///m", "http://mcp.example/m"])
  func aChallengeNamesOnlyAnAllowedAddress(_ url: String) async throws {
    let session = fixture.session()
    await #expect(throws: OAuthClientError.refusedURL) {
      try await session.signIn(challenges: [#"Bearer resource_metadata="\#(url)""#])
    }
    #expect(fixture.servers.takeRequests() == [])
  }

  @Test(arguments: [
    (200, #"{"error":"invalid_grant"}"#, OAuthClientError.tokenRefused(.invalidGrant)),
    (200, #"{"error":"a text","access_token":"a","token_type":"Bearer"}"#, .tokenRefused(nil)),
    (200, #"{"access_token":"a","token_type":"DPoP"}"#, .invalidTokenResponse),
    (200, #"{"access_token":"a b","token_type":"Bearer"}"#, .invalidTokenResponse),
    (200, #"{"access_token":"a","token_type":"Bearer","expires_in":0}"#, .invalidTokenResponse),
    (200, #"{"access_token":"a","token_type":"Bearer","expires_in":3e12}"#, .invalidTokenResponse),
    (200, "[]", .invalidTokenResponse),
    (302, #"{"access_token":"a","token_type":"Bearer"}"#, .wrongStatus(302)),
    (500, "", .wrongStatus(500)),
  ])
  func aTokenResponseIsChecked(
    _ status: Int, _ body: String, _ expected: OAuthClientError
  ) async throws {
    fixture.servers["https://as.example/token"] = FakeServers.json(body, status: status)
    let session = fixture.session()
    await #expect(throws: expected) { try await session.signIn() }
    #expect(try await session.accessToken() == nil)
  }

  @Test(arguments: [
    (SessionFixture.resourceURL, OAuthClientError.noResourceMetadata),
    ("https://as.example/.well-known/oauth-authorization-server", .noServerMetadata),
    ("https://as.example/register", .wrongStatus(302)),
  ])
  func aRedirectIsNotFollowed(_ url: String, _ expected: OAuthClientError) async throws {
    fixture.servers[url] = .success(
      OutboundResponse(
        status: 302, fields: [("Location", "https://mcp.example/other")], body: []))
    let session = fixture.session()
    await #expect(throws: expected) {
      try await session.signIn(challenges: [SessionFixture.challenge])
    }
    #expect(!fixture.servers.takeRequests().contains { $0.contains("/other") })
  }

  // MARK: Renewal

  private static func refresh(_ token: String) -> String {
    "POST https://as.example/token grant_type=refresh_token&refresh_token=\(token)"
      + "&resource=https%3A%2F%2Fmcp.example%2Fmcp&client_id=client+of+https%3A%2F%2Fas.example"
  }

  @Test func aTokenIsRenewedAMinuteBeforeItsEnd() async throws {
    let session = try await fixture.signedIn()
    fixture.setTokens("second", refresh: "refresh2")
    fixture.clock.advance(seconds: 3539)
    #expect(try await session.accessToken()?.exposed == "first")
    #expect(fixture.servers.takeRequests() == [])
    fixture.clock.advance(seconds: 1)
    #expect(try await session.accessToken()?.exposed == "second")
    #expect(fixture.servers.takeRequests().last == Self.refresh("refresh1"))
    #expect(fixture.store.text.contains("refresh2"))
  }

  /// RFC 6749 §5.1, `expires_in`: a minute would be the whole lifetime, or most of it.
  @Test(arguments: [(2, 1), (40, 20), (119, 60), (120, 60), (122, 62)])
  func aTokenWithAShortLifetimeIsRenewedAtHalfOfIt(
    _ lifetime: Int, _ renewedAt: Int
  ) async throws {
    fixture.setTokens("first", refresh: "refresh1", lifetime: lifetime)
    let session = try await fixture.signedIn()
    fixture.setTokens("second", refresh: "refresh2")
    fixture.clock.advance(seconds: renewedAt - 1)
    #expect(try await session.accessToken()?.exposed == "first")
    #expect(fixture.servers.takeRequests() == [])
    fixture.clock.advance(seconds: 1)
    #expect(try await session.accessToken()?.exposed == "second")
    #expect(fixture.servers.takeRequests().last == Self.refresh("refresh1"))
  }

  private static let failures: [(String, FakeServers.Answer)] = [
    ("no response", .failure(.timeout)),
    ("an error", FakeServers.json(#"{"error":"temporarily_unavailable"}"#, status: 503)),
    ("no token", FakeServers.json("{}")),
  ]

  /// RFC 6749 §6: the old access token is still valid, so an authorization server in trouble does
  /// not get a renewal with each request.
  @Test(arguments: failures)
  func afterAFailedRenewalTheNextOneIsTenSecondsLater(
    _ name: String, _ failure: FakeServers.Answer
  ) async throws {
    let session = try await fixture.signedIn()
    fixture.servers["https://as.example/token"] = failure
    fixture.clock.advance(seconds: 3540)
    for _ in 0..<2 {
      #expect(try await session.accessToken()?.exposed == "first")
      #expect(fixture.servers.takeRequests().last == Self.refresh("refresh1"))
      fixture.clock.advance(seconds: 9)
      #expect(try await session.accessToken()?.exposed == "first")
      #expect(fixture.servers.takeRequests() == [])
      fixture.clock.advance(seconds: 1)
    }
    fixture.setTokens("second", refresh: "refresh2")
    #expect(try await session.accessToken()?.exposed == "second")
  }

  /// RFC 6749 §6 and RFC 9700 §4.14.2: after the request the old refresh token may be worth
  /// nothing, so the next holder of the lock must find the new one.
  @Test func theRenewedTokenIsStoredUnderTheLock() async throws {
    let session = try await fixture.signedIn()
    _ = fixture.store.takeEvents()
    fixture.setTokens("second", refresh: "refresh2")
    fixture.clock.advance(seconds: 3540)
    fixture.servers.hold()
    let renewal = Task { try await session.accessToken() }
    while fixture.servers.requestCount == 0 { await Task.yield() }
    #expect(fixture.store.takeEvents() == ["lock"])
    fixture.servers.release()
    #expect(try await renewal.value?.exposed == "second")
    #expect(fixture.store.takeEvents() == ["save", "release"])
    #expect(fixture.store.text.contains("refresh2"))
  }

  @Test func aTokenThatCannotBeStoredIsNotUsed() async throws {
    let session = try await fixture.signedIn()
    fixture.setTokens("second", refresh: "refresh2")
    fixture.store.state.withLock { $0.failure = .unavailable }
    fixture.clock.advance(seconds: 4000)
    await #expect(throws: OAuthClientError.store(.unavailable)) { try await session.accessToken() }
  }

  /// RFC 6749 §6: what is used is what is stored.
  @Test func aTokenThatCannotBeStoredDoesNotReplaceAValidOne() async throws {
    let session = try await fixture.signedIn()
    fixture.setTokens("second", refresh: "refresh2")
    fixture.store.state.withLock { $0.failure = .unavailable }
    fixture.clock.advance(seconds: 3540)
    for _ in 0..<2 { #expect(try await session.accessToken()?.exposed == "first") }
    #expect(!fixture.store.text.contains("refresh2"))
    fixture.store.state.withLock { $0.failure = nil }
    fixture.clock.advance(seconds: 10)
    #expect(try await session.accessToken()?.exposed == "second")
    #expect(fixture.store.text.contains("refresh2"))
  }

  @Test func eightCallersCauseOneRenewal() async throws {
    let session = try await fixture.signedIn()
    fixture.setTokens("second", refresh: "refresh2")
    fixture.servers.hold()
    let sent = Secret("first")
    let tasks = (0..<8).map { _ in
      Task { try await session.isRenewed(after: 401, challenges: [], sent: sent) }
    }
    while fixture.servers.requestCount == 0 { await Task.yield() }
    fixture.servers.release()
    for task in tasks { #expect(try await task.value) }
    #expect(
      fixture.servers.takeRequests().filter { $0.contains("/token") } == [Self.refresh("refresh1")])
    #expect(try await session.accessToken()?.exposed == "second")
  }

  @Test func whatAnotherProcessHasRenewedIsUsed() async throws {
    let session = try await fixture.signedIn()
    let other = fixture.session()
    fixture.setTokens("second", refresh: "refresh2")
    #expect(try await other.isRenewed(after: 401, challenges: [], sent: Secret("first")))
    _ = fixture.servers.takeRequests()
    #expect(try await session.isRenewed(after: 401, challenges: [], sent: Secret("first")))
    #expect(fixture.servers.takeRequests() == [])
    #expect(try await session.accessToken()?.exposed == "second")
  }

  /// RFC 9700 §4.14.2: a refresh token that was replaced ends the grant if it is sent again.
  @Test func whatIsStoredWhileTheSessionWaitsForTheLockIsUsed() async throws {
    let session = try await fixture.signedIn()
    let before = fixture.store.state.withLock { $0.document }
    fixture.clock.advance(seconds: 3540)
    fixture.setTokens("second", refresh: "refresh2")
    let other = fixture.session()
    #expect(try await other.isRenewed(after: 401, challenges: [], sent: Secret("first")))
    fixture.store.state.withLock { state in
      state.storedMeanwhile = state.document
      state.document = before
    }
    _ = fixture.servers.takeRequests()
    #expect(try await session.accessToken()?.exposed == "second")
    #expect(fixture.servers.takeRequests() == [])
    #expect(fixture.store.text.contains("refresh2"))
    fixture.setTokens("third", refresh: "refresh3")
    fixture.clock.advance(seconds: 3540)
    #expect(try await session.accessToken()?.exposed == "third")
    #expect(fixture.servers.takeRequests().last == Self.refresh("refresh2"))
  }

  @Test func anotherAuthorizationServerGetsNothingOfTheFirst() async throws {
    let session = try await fixture.signedIn()
    fixture.setIssuer("https://other.example")
    fixture.setTokens("other", issuer: "https://other.example")
    #expect(
      try await session.isRenewed(
        after: 401, challenges: [SessionFixture.challenge], sent: Secret("first")))
    let requests = fixture.servers.takeRequests()
    #expect(requests.contains { $0.contains("other.example/register") })
    for request in requests + fixture.agent.takeOpened() where request.contains("other.example/") {
      #expect(!request.contains("refresh1"))
      #expect(!request.contains("as.example%"))
      #expect(!request.contains("client+of+https%3A%2F%2Fas.example"))
    }
    #expect(try await session.accessToken()?.exposed == "other")
  }

  /// The identifier is the same at both servers, so only the issuer keeps the tokens apart.
  @Test func aClientWithADocumentSendsNoTokenToAnotherAuthorizationServer() async throws {
    let more = #","client_id_metadata_document_supported":true"#
    let session = fixture.session(documentURL: "https://app.example/client.json")
    for (issuer, token) in [(SessionFixture.issuer, "first"), ("https://other.example", "other")] {
      fixture.setIssuer(issuer, metadata: SessionFixture.metadata(of: issuer, more))
      fixture.setTokens(
        token, refresh: "refresh of \(token)".replacing(" ", with: "-"), issuer: issuer)
      let sent = try await session.accessToken()
      _ = fixture.agent.takeOpened()
      #expect(
        try await session.isRenewed(after: 401, challenges: [SessionFixture.challenge], sent: sent))
      #expect(fixture.agent.takeOpened().count == 1)
      #expect(!fixture.servers.takeRequests().contains { $0.contains("refresh-of-first") })
    }
  }

  @Test func anEndedGrantEndsTheTokensAndAFailedRequestDoesNot() async throws {
    let session = try await fixture.signedIn()
    fixture.servers["https://as.example/token"] = .failure(.unreachable)
    fixture.clock.advance(seconds: 3600)
    await #expect(throws: OAuthClientError.noResponse(.unreachable)) {
      try await session.accessToken()
    }
    #expect(fixture.store.text.contains("refresh1"))
    fixture.servers["https://as.example/token"] = FakeServers.json(
      #"{"error":"invalid_grant"}"#, status: 400)
    #expect(try await session.accessToken() == nil)
    #expect(!fixture.store.text.contains("refresh1"))
    #expect(fixture.agent.takeOpened() == [])
  }

  // MARK: Scopes

  private static let more =
    #"Bearer error="insufficient_scope", scope="write", resource_metadata="\#(SessionFixture.resourceURL)""#

  @Test func aStepUpAsksForAllScopesAndEnds() async throws {
    let session = try await fixture.signedIn()
    for name in ["second", "third"] {
      let token = try await session.accessToken()
      fixture.setTokens(name)
      #expect(try await session.isRenewed(after: 403, challenges: [Self.more], sent: token))
      #expect(fixture.agent.takeOpened().allSatisfy { $0.contains("&scope=read%20write") })
    }
    await #expect(throws: OAuthClientError.tooManySignIns) {
      try await session.isRenewed(after: 403, challenges: [Self.more], sent: Secret("third"))
    }
    #expect(fixture.agent.takeOpened() == [])
    #expect(try await !session.isRenewed(after: 403, challenges: ["Bearer"], sent: Secret("third")))
  }

  /// RFC 6750 §3.1: if no browser can be opened, the scopes that the call needs are stored. The next
  /// sign-in on the command line asks for them.
  @Test func aStepUpWithoutABrowserIsAskedForAtTheNextSignIn() async throws {
    let session = try await fixture.signedIn()
    fixture.agent.state.withLock { $0.isInteractive = false }
    await #expect(throws: OAuthClientError.userAgent(.notInteractive)) {
      try await session.isRenewed(after: 403, challenges: [Self.more], sent: Secret("first"))
    }
    #expect(try await session.accessToken()?.exposed == "first")
    #expect(try await session.status()?.scopes == ["read"])
    fixture.agent.state.withLock { $0.isInteractive = true }
    try await fixture.session().signIn(challenges: [SessionFixture.challenge])
    let opened = fixture.agent.takeOpened()
    #expect(opened.count == 1 && opened[0].contains("&scope=read%20write"))
  }

  /// What one authorization server was to be asked for is no matter of another one. ATTACKS O171
  @Test func theScopesOfAnotherServerAreNotKept() async throws {
    let session = try await fixture.signedIn()
    fixture.agent.state.withLock { $0.isInteractive = false }
    fixture.setIssuer("https://other.example")
    let before = fixture.store.text
    await #expect(throws: OAuthClientError.userAgent(.notInteractive)) {
      try await session.isRenewed(after: 403, challenges: [Self.more], sent: Secret("first"))
    }
    #expect(fixture.store.text == before)
  }

  private static func missing(_ scope: String) -> String {
    #"Bearer error="insufficient_scope", scope="\#(scope)""#
  }

  /// RFC 6750 §3.1: a server may name other scopes each time. A sign-in that the person wants is
  /// not bounded, and lets the count begin anew.
  @Test func otherScopesEachTimeCauseOnlySixteenStepUps() async throws {
    let session = try await fixture.signedIn()
    for number in 0..<16 {
      let token = try await session.accessToken()
      fixture.setTokens("token\(number)")
      let challenge = Self.missing("scope\(number)")
      #expect(try await session.isRenewed(after: 403, challenges: [challenge], sent: token))
    }
    #expect(fixture.agent.takeOpened().count == 16)
    let last = Secret("token15")
    let challenge = Self.missing("scope16")
    await #expect(throws: OAuthClientError.tooManySignIns) {
      try await session.isRenewed(after: 403, challenges: [challenge], sent: last)
    }
    #expect(fixture.agent.takeOpened() == [])
    try await session.signIn()
    #expect(try await session.isRenewed(after: 403, challenges: [challenge], sent: last))
    #expect(fixture.agent.takeOpened().count == 2)
  }

  @Test func refusedTokensCauseOnlyThreeSignIns() async throws {
    fixture.setTokens("same")
    let session = fixture.session()
    for _ in 0..<3 {
      let token = try await session.accessToken()
      #expect(try await session.isRenewed(after: 401, challenges: [], sent: token))
    }
    await #expect(throws: OAuthClientError.tooManySignIns) {
      try await session.isRenewed(after: 401, challenges: [], sent: Secret("same"))
    }
    #expect(fixture.agent.takeOpened().count == 3)
  }

  /// RFC 6750 §3.1, `invalid_token`.
  @Test func tenMinutesLaterARefusedTokenCausesASignInAgain() async throws {
    fixture.setTokens("same")
    let session = fixture.session()
    for _ in 0..<3 {
      let token = try await session.accessToken()
      #expect(try await session.isRenewed(after: 401, challenges: [], sent: token))
    }
    fixture.clock.advance(seconds: 599)
    await #expect(throws: OAuthClientError.tooManySignIns) {
      try await session.isRenewed(after: 401, challenges: [], sent: Secret("same"))
    }
    fixture.clock.advance(seconds: 1)
    #expect(try await session.isRenewed(after: 401, challenges: [], sent: Secret("same")))
    #expect(fixture.agent.takeOpened().count == 4)
  }

  @Test func offlineAccessIsAskedForWhereItIsSupported() async throws {
    fixture.setIssuer(
      SessionFixture.issuer,
      metadata: SessionFixture.metadata(
        of: SessionFixture.issuer, #","scopes_supported":["offline_access"]"#))
    try await fixture.session().signIn(challenges: [SessionFixture.challenge])
    #expect(
      fixture.agent.takeOpened().allSatisfy {
        $0.contains("&scope=read%20offline_access&prompt=consent")
      })
  }

  // MARK: Clients

  @Test func aPortThatDiffersIsRegisteredAnew() async throws {
    let session = try await fixture.signedIn()
    try await session.signIn()
    #expect(!fixture.servers.takeRequests().contains { $0.contains("/register") })
    #expect(fixture.agent.state.withLock { $0.known } == "http://127.0.0.1:1000/callback")
    fixture.agent.state.withLock { $0.port = 2000 }
    try await session.signIn()
    #expect(fixture.servers.takeRequests().contains { $0.contains("127.0.0.1:2000") })
  }

  /// RFC 8252 §8.5, RFC 8414 §2
  @Test(
    arguments: [
      (nil, "client_secret_basic"), ([], "client_secret_basic"),
      (["private_key_jwt"], "client_secret_basic"),
      (["client_secret_basic", "none"], "none"),
      (["tls_client_auth", "client_secret_post", "client_secret_basic"], "client_secret_post"),
      (["client_secret_basic", "client_secret_post"], "client_secret_basic"),
    ] as [([String]?, String)])
  func aPublicClientIsRegisteredWhereThereMayBeOne(_ methods: [String]?, _ method: String) {
    let request = ClientRegistration.request(
      name: "n", redirectURI: "http://127.0.0.1:1/callback", methods: methods)
    #expect(request.method.rawValue == method)
    let member = #""token_endpoint_auth_method":"\#(method)""#
    #expect(String(decoding: request.body, as: UTF8.self).contains(member))
  }

  @Test func aSecretThatHasExpiredIsRegisteredAnew() async throws {
    fixture.servers["https://as.example/register"] = FakeServers.json(
      #"{"client_id":"c","client_secret":"s","client_secret_expires_at":\#(ManualClock.start + 60),"#
        + #""token_endpoint_auth_method":"client_secret_basic"}"#, status: 201)
    let session = try await fixture.signedIn()
    fixture.clock.advance(seconds: 59)
    try await session.signIn()
    #expect(!fixture.servers.takeRequests().contains { $0.contains("/register") })
    fixture.clock.advance(seconds: 1)
    await #expect(throws: OAuthClientError.invalidRegistration) { try await session.signIn() }
    #expect(fixture.servers.takeRequests().contains { $0.contains("/register") })
  }

  /// RFC 6749 §5.2, `invalid_client`: the authorization server has forgotten the client.
  @Test func aClientThatIsNoLongerKnownIsRegisteredAnew() async throws {
    let session = try await fixture.signedIn()
    fixture.servers["https://as.example/token"] = FakeServers.json(
      #"{"error":"invalid_client"}"#, status: 401)
    fixture.clock.advance(seconds: 3600)
    #expect(try await session.accessToken() == nil)
    #expect(fixture.servers.takeRequests().last == Self.refresh("refresh1"))
    #expect(!fixture.store.text.contains("client of"))
    fixture.servers["https://as.example/register"] = FakeServers.json(
      #"{"client_id":"another"}"#, status: 201)
    fixture.setTokens("second")
    #expect(
      try await session.isRenewed(
        after: 401, challenges: [SessionFixture.challenge], sent: nil))
    let requests = fixture.servers.takeRequests()
    #expect(requests.contains { $0.contains("/register") })
    #expect(requests.last?.contains("&client_id=another") == true)
    #expect(try await session.accessToken()?.exposed == "second")
  }

  /// RFC 6749 §5.2: also if the server says so at a sign-in.
  @Test func aClientThatASignInFindsUnknownIsRegisteredAnew() async throws {
    let session = try await fixture.signedIn()
    fixture.servers["https://as.example/token"] = FakeServers.json(
      #"{"error":"invalid_client"}"#, status: 401)
    await #expect(throws: OAuthClientError.tokenRefused(.invalidClient)) {
      try await session.signIn()
    }
    #expect(!fixture.servers.takeRequests().contains { $0.contains("/register") })
    fixture.setTokens("second")
    try await session.signIn()
    #expect(fixture.servers.takeRequests().contains { $0.contains("/register") })
    #expect(try await session.accessToken()?.exposed == "second")
  }

  /// RFC 6749 §5.2: only a person can correct the settings. The client stays, and stays at its
  /// authorization server.
  @Test func theClientOfTheSettingsStaysWhenItIsNotKnown() async throws {
    let session = fixture.session(client: RegisteredClient(id: "id", .none))
    try await session.signIn()
    fixture.servers["https://as.example/token"] = FakeServers.json(
      #"{"error":"invalid_client"}"#, status: 401)
    fixture.clock.advance(seconds: 3600)
    #expect(try await session.accessToken() == nil)
    #expect(!fixture.store.text.contains("refresh1"))
    fixture.setIssuer("https://other.example")
    await #expect(throws: OAuthClientError.issuerChanged) { try await session.signIn() }
    fixture.setIssuer(SessionFixture.issuer)
    fixture.setTokens("second")
    try await session.signIn()
    let requests = fixture.servers.takeRequests()
    #expect(!requests.contains { $0.contains("/register") })
    #expect(requests.last?.contains("&client_id=id") == true)
    #expect(try await session.accessToken()?.exposed == "second")
  }

  /// RFC 6749 §2.3.1: the secret is in the body, encoded as a form, and not in the header as well.
  @Test(arguments: [true, false])
  func aSecretIsInTheBodyWhereOnlyThatIsSupported(_ isOfSettings: Bool) async throws {
    let metadata = SessionFixture.metadata(of: SessionFixture.issuer)
      .replacing(#"["none"]"#, with: #"["client_secret_post"]"#)
    fixture.setIssuer(SessionFixture.issuer, metadata: metadata)
    fixture.servers["https://as.example/register"] = FakeServers.json(
      #"{"client_id":"id","client_secret":"k&y +"}"#, status: 201)
    let client: RegisteredClient? =
      isOfSettings ? RegisteredClient(id: "id", .secret(Secret("k&y +"))) : nil
    let session = fixture.session(client: client)
    try await session.signIn()
    let end = "&resource=https%3A%2F%2Fmcp.example%2Fmcp&client_id=id&client_secret=k%26y+%2B"
    let exchange =
      "POST https://as.example/token grant_type=authorization_code&code=c0de"
      + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1000%2Fcallback"
      + "&code_verifier=\(Self.random)\(end)"
    #expect(fixture.servers.takeRequests().last == exchange)
    fixture.setTokens("second")
    fixture.clock.advance(seconds: 3540)
    #expect(try await session.accessToken()?.exposed == "second")
    let renewal =
      "POST https://as.example/token grant_type=refresh_token&refresh_token=refresh1\(end)"
    #expect(fixture.servers.takeRequests().last == renewal)
  }

  @Test func theClientOfTheSettingsComesFirstAndStaysAtItsServer() async throws {
    let text = SessionFixture.metadata(
      of: SessionFixture.issuer, #","client_id_metadata_document_supported":true"#
    )
    .replacing(#"["none"]"#, with: #"["client_secret_post","client_secret_basic"]"#)
    fixture.setIssuer(
      SessionFixture.issuer, metadata: text)
    let document = "https://app.example/client.json"
    let session = fixture.session(
      client: RegisteredClient(id: "id", .secret(Secret("key"))), documentURL: document)
    try await session.signIn()
    let request = try #require(fixture.servers.takeRequests().last)
    #expect(request.contains(" Basic aWQ6a2V5"))
    // Servers of the MCP SDK for Python find the client with it.
    #expect(request.contains("client_id=id") && !request.contains("client_secret"))
    fixture.setIssuer("https://other.example")
    await #expect(throws: OAuthClientError.issuerChanged) { try await session.signIn() }
    fixture.setIssuer(
      SessionFixture.issuer, metadata: text)
    _ = fixture.servers.takeRequests()
    try await fixture.session(documentURL: document, store: FakeStore()).signIn()
    let requests = fixture.servers.takeRequests()
    #expect(!requests.contains { $0.contains("/register") })
    #expect(requests.last?.contains("client_id=https%3A%2F%2Fapp.example%2Fclient.json") == true)
  }

  @Test func aProgramGetsATokenWithItsKey() async throws {
    let key = ES256Key(SigningKey())
    let session = fixture.session(
      grant: .clientCredentials, client: RegisteredClient(id: "robot", .key(key)))
    #expect(
      try await session.isRenewed(
        after: 401, challenges: [SessionFixture.challenge], sent: nil))
    let request = try #require(fixture.servers.takeRequests().last)
    let parts = request.split(separator: "client_assertion=")
    #expect(
      parts[0]
        == "POST https://as.example/token grant_type=client_credentials&scope=read"
        + "&resource=https%3A%2F%2Fmcp.example%2Fmcp&client_id=robot&client_assertion_type="
        + "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&")
    let assertion = try CompactJWS(String(parts[1]))
    let start = ManualClock.start
    #expect(
      String(decoding: assertion.payload, as: UTF8.self)
        == #"{"iss":"robot","sub":"robot","aud":"https://as.example","#
        + #""jti":"AQEBAQEBAQEBAQEBAQEBAQ","iat":\#(start),"exp":\#(start + 60)}"#)
    #expect(fixture.agent.takeOpened() == [])
  }

  // MARK: Sign-out and the document

  @Test func aSignOutRevokesAndRemoves() async throws {
    let session = try await fixture.signedIn()
    fixture.servers["https://as.example/revoke"] = FakeServers.json("")
    #expect(try await session.signOut() == .revoked)
    let client = "&client_id=client+of+https%3A%2F%2Fas.example"
    #expect(
      fixture.servers.takeRequests().suffix(2) == [
        "POST https://as.example/revoke token=refresh1&token_type_hint=refresh_token\(client)",
        "POST https://as.example/revoke token=first&token_type_hint=access_token\(client)",
      ])
    #expect(fixture.store.text == "")
    #expect(try await session.accessToken() == nil)
    #expect(try await session.signOut() == .nothingStored)
  }

  /// RFC 7009 §2.1: the client of the settings may be missing on the command line.
  @Test(
    arguments: [
      ("a client of the settings", RegisteredClient(id: "fixed", .none), nil, "fixed"),
      ("a metadata document", nil, "https://c.example/c", "https%3A%2F%2Fc.example%2Fc"),
    ] as [(String, RegisteredClient?, String?, String)])
  func aSignOutWithoutTheSettingsOfTheSignIn(
    _ name: String, _ client: RegisteredClient?, _ documentURL: String?, _ id: String
  ) async throws {
    fixture.setIssuer(
      SessionFixture.issuer,
      metadata: SessionFixture.metadata(
        of: SessionFixture.issuer, #","client_id_metadata_document_supported":true"#))
    let session = fixture.session(client: client, documentURL: documentURL)
    let challenges = [SessionFixture.challenge]
    #expect(try await session.isRenewed(after: 401, challenges: challenges, sent: nil))
    fixture.servers["https://as.example/revoke"] = FakeServers.json("")
    #expect(try await fixture.session().signOut() == .revoked)
    let last = try #require(fixture.servers.takeRequests().last)
    #expect(last.hasBytes(atEnd: "&client_id=\(id)"))
  }

  /// The settings name another client by now: it cannot revoke the tokens of the first one, and the
  /// first one is not used.
  @Test(
    arguments: [
      (RegisteredClient(id: "other", .none), nil), (nil, "https://other.example/c"),
    ] as [(RegisteredClient?, String?)])
  func aSignOutUsesNoOtherClientThanThatOfTheSettings(
    _ client: RegisteredClient?, _ documentURL: String?
  ) async throws {
    let session = fixture.session(client: RegisteredClient(id: "fixed", .none))
    let challenges = [SessionFixture.challenge]
    #expect(try await session.isRenewed(after: 401, challenges: challenges, sent: nil))
    fixture.servers["https://as.example/revoke"] = FakeServers.json("")
    let other = fixture.session(client: client, documentURL: documentURL)
    #expect(try await other.signOut() == .removed)
    #expect(fixture.servers.takeRequests().allSatisfy { !$0.contains("/revoke") })
  }

  /// The key of the file was changed: it is not used, and it is not called nothing.
  @Test func aDocumentThatNoKeyOpens() async throws {
    _ = try await fixture.signedIn()
    let before = fixture.store.text
    fixture.store.state.withLock { $0.isSealed = true }
    let session = fixture.session()
    await #expect(throws: OAuthClientError.store(.wrongKey)) { try await session.accessToken() }
    #expect(fixture.store.text == before)
    try await session.signIn(challenges: [SessionFixture.challenge])
    #expect(try await session.accessToken() != nil)
    fixture.store.state.withLock { $0.isSealed = true }
    #expect(try await fixture.session().signOut() == .removed)
    #expect(fixture.store.text == "")
  }

  @Test func aSignOutRemovesAlsoWithoutAnAnswer() async throws {
    let session = try await fixture.signedIn()
    fixture.servers["https://as.example/revoke"] = .failure(.timeout)
    #expect(try await session.signOut() == .removed)
    #expect(fixture.store.text == "")
  }

  @Test(arguments: [
    "", "[]", #"{"version":2}"#, #"{"version":1,"tokens":{}}"#, #"{"version":1,"clients":[1]}"#,
    #"{"version":1,"registered":1}"#, #"{"version":1,"metadata":null}"#,
  ])
  func aDocumentOfAnotherFormIsNone(_ text: String) async throws {
    #expect(StoredSignIn(Array(text.utf8)) == nil)
    fixture.store.state.withLock { $0.document = Array(text.utf8) }
    #expect(try await fixture.session().accessToken() == nil)
  }

  @Test func theSessionPrintsNoSecret() async throws {
    _ = try await fixture.signedIn()
    let stored = try #require(StoredSignIn(Array(fixture.store.text.utf8)))
    var text = ""
    dump(stored, to: &text)
    #expect(!text.contains("refresh1"))
    #expect(fixture.store.text.contains("refresh1"))
  }
}
