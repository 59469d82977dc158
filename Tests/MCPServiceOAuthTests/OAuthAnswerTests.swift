import HTTPTransport
import Support
import TestHarness
import TestSupport
import Testing

@testable import MCPServiceOAuth

/// What `CalculatorOAuth` answers, byte for byte where a client reads it.
struct OAuthAnswerTests {
  static let start = #"Bearer realm="calculator""#
  static let invalid =
    #", error="invalid_token", error_description="The token is not valid here: get a new one for this resource""#

  // MARK: 401

  struct Stranger: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var query: String?
    var fields: [(String, String)] = []
    var status = 401
    /// The challenge; `nil` for none.
    let challenge: String?
    let reason: String
  }

  /// O63, RFC 6750 §3, RFC 9728 §5.1: where to get a token, and with which scope.
  @Test(arguments: [
    Stranger(
      testDescription: "no token: no error",
      challenge: #"\#(start), scope="calculate:basic", \#(OAuthHarness.metadata)"#,
      reason: "missing_credential"),
    Stranger(
      testDescription: "a token that is none",
      fields: [("Authorization", "Bearer abc")],
      challenge: #"\#(start)\#(invalid), scope="calculate:basic", \#(OAuthHarness.metadata)"#,
      reason: "not_three_parts"),
    Stranger(
      testDescription: "a token of another server",
      fields: [
        ("Authorization", "Bearer \(TestIssuer.token(["aud": #""https://other.example/mcp""#]))")
      ],
      challenge: #"\#(start)\#(invalid), scope="calculate:basic", \#(OAuthHarness.metadata)"#,
      reason: "wrong_audience"),
    Stranger(
      testDescription: "a token in the query is no token", query: "access_token=abc",
      challenge: #"\#(start), scope="calculate:basic", \#(OAuthHarness.metadata)"#,
      reason: "missing_credential"),
    Stranger(
      testDescription: "a token in the query beside another", query: "access_token=abc",
      fields: [("Authorization", "Bearer \(TestIssuer.token())")], status: 400,
      challenge: #"\#(start), error="invalid_request""#, reason: "ambiguous_credential"),
    Stranger(
      testDescription: "an API key is no token", fields: [("X-API-Key", "correct-horse-battery")],
      challenge: #"\#(start), scope="calculate:basic", \#(OAuthHarness.metadata)"#,
      reason: "unsupported_credential"),
    Stranger(
      testDescription: "a forwarded host changes nothing",
      fields: [("X-Forwarded-Host", #"evil.example""#), ("Forwarded", "host=evil.example")],
      challenge: #"\#(start), scope="calculate:basic", \#(OAuthHarness.metadata)"#,
      reason: "missing_credential"),
  ])
  func aStrangerLearnsWhereToGetAToken(_ row: Stranger) async throws {
    let harness = try OAuthHarness()
    let response = await harness.send(query: row.query, fields: row.fields, body: "{}")
    #expect(response.status == row.status)
    #expect(response["WWW-Authenticate"] == (row.challenge.map { [$0] } ?? []))
    let log = harness.takeLog()
    #expect(log.count == 1)
    #expect(log.first?.contains(#""reason":"\#(row.reason)""#) == true)
  }

  // MARK: Metadata

  static let document =
    #"{"resource":"https://mcp.example/mcp","authorization_servers":["https://idp.example"],"scopes_supported":["calculate:basic"],"bearer_methods_supported":["header"],"resource_name":"Calculator"}"#

  /// RFC 9728 §2, §3.1: the same bytes at both addresses, without a token, for pages of any origin.
  @Test(arguments: [
    "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
  ])
  func theMetadataIsPublic(_ path: String) async throws {
    let harness = try OAuthHarness()
    let response = await harness.send(
      "GET", path, fields: [("Origin", "https://page.example"), ("X-Forwarded-Host", "evil")])
    #expect(response.status == 200)
    #expect(response.text == Self.document)
    #expect(response["Content-Type"] == ["application/json"])
    #expect(response["Access-Control-Allow-Origin"] == ["*"])
    let preflight = await harness.send(
      "OPTIONS", path, fields: [("Origin", "https://page.example")])
    #expect(preflight.status == 204)
    #expect(preflight["Access-Control-Allow-Origin"] == ["*"])
    #expect(preflight["Access-Control-Allow-Methods"] == ["GET, HEAD"])
  }

  /// A page of an allowed origin gets one `Access-Control-Allow-Origin`, never two.
  @Test func theMetadataHasOneOrigin() async throws {
    let harness = try OAuthHarness(["CALCULATOR_ALLOWED_ORIGINS": "https://page.example"])
    let response = await harness.send(
      "GET", "/.well-known/oauth-protected-resource", fields: [("Origin", "https://page.example")])
    #expect(response["Access-Control-Allow-Origin"] == ["*"])
  }

  /// O63, RFC 9728 §7.3: a foreign `Host` gets no metadata that a cache could keep.
  @Test(arguments: ["evil.example", "mcp.example.evil.example", #"mcp.example""#])
  func aForeignHostGetsNoMetadata(_ host: String) async throws {
    let harness = try OAuthHarness()
    let response = await harness.send(
      "GET", "/.well-known/oauth-protected-resource", fields: [("Host", host)])
    #expect(response.status == 403)
    #expect(!response.text.contains("evil"))
  }

  @Test func theMetadataIsOnlyRead() async throws {
    let harness = try OAuthHarness()
    let response = await harness.send("POST", "/.well-known/oauth-protected-resource", body: "{}")
    #expect(response.status == 405)
    #expect(response["Allow"] == ["GET, HEAD"])
  }

  /// Another server of this package has no metadata.
  @Test func aServerWithoutOAuthHasNoMetadata() async throws {
    let harness = try HTTPHarness()
    let response = harness.send(
      "GET", "/.well-known/oauth-protected-resource",
      fields: [
        ("Host", "localhost")
      ])
    #expect(response.status == 404)
  }

  // MARK: Calls

  @Test func aTokenOfTheProviderCalls() async throws {
    let harness = try OAuthHarness()
    let response = await harness.call("add", token: TestIssuer.token())
    #expect(response.status == 200)
    #expect(response.text.contains(#""structuredContent":{"result":5}"#))
    let log = harness.takeLog()
    #expect(log.count == 1)
    #expect(
      log.first?.contains(
        #""method":"oauth","subject":"anshika","issuer":"https://idp.example","client":"agent","outcome":"accepted""#
      ) == true)
  }

  /// Names of people are in the log only if the setting says so.
  @Test(arguments: [("true", true), ("false", false)])
  func theLogHasNamesOnlyIfTheSettingSaysSo(_ value: String, _ isThere: Bool) async throws {
    let harness = try OAuthHarness(["CALCULATOR_OAUTH_LOG_NAMES": value])
    let token = TestIssuer.token(["name": #""Anshika R""#, "email": #""a@example.org""#])
    #expect(await harness.call("add", token: token).status == 200)
    let log = harness.takeLog().joined()
    #expect(log.contains(#""name":"Anshika R","email":"a@example.org""#) == isThere)
    #expect(log.contains("example.org") == isThere)
    #expect(!log.contains(token))
  }

  /// MCP 2026-07-28 "Step-Up Authorization Flow": 403 with the scope, in both eras.
  @Test(arguments: [true, false])
  func aMissingScopeIsNamed(_ isModern: Bool) async throws {
    let harness = try OAuthHarness()
    let token = TestIssuer.token()
    let response =
      isModern
      ? await harness.call("power", token: token) : await harness.legacyCall("power", token: token)
    #expect(response.status == 403)
    #expect(
      response["WWW-Authenticate"] == [
        Self.start
          + #", error="insufficient_scope", error_description="The token has no scope for this operation", scope="calculate:advanced", "#
          + OAuthHarness.metadata
      ])
    #expect(
      response.text == Wire.error(403, "Permission denied: this needs calculate:advanced", id: "1"))
    #expect(harness.takeLog().first?.contains(#""outcome":"forbidden""#) == true)
  }

  /// A user whose role lacks the permission does not get it with another scope: no challenge, or the
  /// client would sign in again in vain.
  @Test func aMissingRoleIsNoMissingScope() async throws {
    let file = try TemporaryFile(#"{"roles":{"clerk":"basic","boss":"admin"}}"#)
    let harness = try OAuthHarness(["CALCULATOR_OAUTH_SCOPES": file.path])
    let clerk = TestIssuer.token(["roles": #"["clerk"]"#])
    #expect(await harness.call("add", token: clerk).status == 200)
    let modern = await harness.call("power", token: clerk)
    #expect(modern.status == 403)
    #expect(modern["WWW-Authenticate"] == [])
    let handshake = await harness.legacyCall("power", token: clerk)
    #expect(handshake.status == 200)
    #expect(handshake.text.contains("Permission denied: this needs calculate:advanced"))
    // The boss lacks only the scope.
    let boss = await harness.legacyCall("power", token: TestIssuer.token(["roles": #"["boss"]"#]))
    #expect(boss.status == 403)
    #expect(boss["WWW-Authenticate"].first?.contains(#"scope="calculate:advanced""#) == true)
  }

  /// The challenge names scopes of the provider, not permissions of this server.
  @Test func theScopesAreThoseOfTheFile() async throws {
    let folder = try TemporaryFile(#"{"scopes":{"calc.read":["calculate:basic"]}}"#)
    let harness = try OAuthHarness(["CALCULATOR_OAUTH_SCOPES": folder.path])
    let stranger = await harness.send(body: "{}")
    #expect(stranger["WWW-Authenticate"].first?.contains(#"scope="calc.read""#) == true)
    let token = TestIssuer.token(["scope": #""calc.read""#])
    #expect(await harness.call("add", token: token).status == 200)
    // No scope grants the permission, so a new token would not help.
    let response = await harness.call("power", token: token)
    #expect(response.status == 403)
    #expect(response["WWW-Authenticate"] == [])
  }

  /// A token without any scope may initialize and list.
  @Test func aTokenWithoutScopesMayList() async throws {
    let harness = try OAuthHarness()
    let token = TestIssuer.token(["scope": nil])
    let list = await harness.send(
      fields: [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")], token: token,
      body: Wire.modern("tools/list"))
    #expect(list.status == 200)
    #expect(await harness.call("add", token: token).status == 403)
  }

  // MARK: Guests

  /// A stranger may call a harmless tool if the operator says so. For another tool a client must
  /// sign in: 401 without an error, or no client would begin to.
  @Test(arguments: [true, false])
  func aGuestSignsInForMore(_ isModern: Bool) async throws {
    let harness = try OAuthHarness(["CALCULATOR_GUEST_ROLE": "basic"])
    func call(_ tool: String) async -> HTTPResponse {
      isModern ? await harness.call(tool) : await harness.legacyCall(tool)
    }
    #expect(await call("add").status == 200)
    let response = await call("power")
    #expect(response.status == 401)
    #expect(
      response["WWW-Authenticate"] == [
        Self.start + #", scope="calculate:advanced", "# + OAuthHarness.metadata
      ])
    // A bad token is no guest.
    #expect(
      (isModern
        ? await harness.call("add", token: "a.b.c")
        : await harness.legacyCall("add", token: "a.b.c"))
        .status == 401)
  }

  // MARK: The authority

  static let authority = "https://authority.example/evaluate"
  static let denial = "The authority of this server does not allow this call"

  /// A denial cannot be cured by scopes: no challenge. Clients of the handshake era would end their
  /// session on 403.
  @Test(arguments: [
    (#"{"decision":false}"#, "denied"), (#"{"decision":"true"}"#, "authority_malformed"),
    (nil, "authority_status_404"),
  ])
  func onlyTheAuthoritysYesAllows(_ answer: String?, _ reason: String) async throws {
    let harness = try OAuthHarness(["CALCULATOR_AUTHORITY_URL": Self.authority])
    harness.provider[Self.authority] = answer
    let modern = await harness.call("add", token: TestIssuer.token())
    #expect(modern.status == 403)
    #expect(modern["WWW-Authenticate"] == [])
    #expect(modern.text == Wire.error(403, Self.denial, id: "1"))
    let handshake = await harness.legacyCall("add", token: TestIssuer.token())
    #expect(handshake.status == 200)
    #expect(handshake.text.contains(#""text":"\#(Self.denial).""#))
    #expect(handshake.text.contains(#""isError":true"#))
    let log = harness.takeLog()
    #expect(log.count == 2)
    #expect(log.allSatisfy { $0.contains(#""outcome":"denied","reason":"\#(reason)""#) })
    harness.provider[Self.authority] = #"{"decision":true}"#
    #expect(await harness.call("add", token: TestIssuer.token()).status == 200)
  }

  /// The token and its permissions come first: the authority is not asked about what they refuse.
  @Test func theAuthorityIsAskedLast() async throws {
    let harness = try OAuthHarness([
      "CALCULATOR_AUTHORITY_URL": Self.authority, "CALCULATOR_GUEST_ROLE": "basic",
    ])
    harness.provider[Self.authority] = #"{"decision":true}"#
    #expect(await harness.call("power", token: TestIssuer.token()).status == 403)
    #expect(await harness.call("add", token: TestIssuer.token(["exp": "1"])).status == 401)
    // A guest has no subject: the role decides.
    #expect(await harness.call("add").status == 200)
    #expect(harness.provider.count(Self.authority) == 0)
    // Not about what is no call of a tool.
    let list = await harness.send(
      fields: [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")],
      token: TestIssuer.token(), body: Wire.modern("tools/list"))
    #expect(list.status == 200)
    #expect(harness.provider.count(Self.authority) == 0)
  }

  /// A file that allows less applies after SIGHUP, and the setting cannot be removed by it.
  @Test func sighupReadsTheAuthorityFileAgain() async throws {
    let file = try TemporaryFile(#"{"allow":[{"subject":"anshika","tool":"add"}]}"#)
    let harness = try OAuthHarness(["CALCULATOR_AUTHORITY_FILE": file.path])
    #expect(await harness.call("add", token: TestIssuer.token()).status == 200)
    #expect(await harness.call("subtract", token: TestIssuer.token()).status == 403)
    try file.write(#"{"allow":[]}"#)
    try harness.reload(["CALCULATOR_AUTHORITY_FILE": file.path])
    #expect(await harness.call("add", token: TestIssuer.token()).status == 403)
    try harness.reload(["CALCULATOR_AUTHORITY_FILE": nil])
    #expect(await harness.call("add", token: TestIssuer.token()).status == 403)
  }

  // MARK: The provider is down

  /// 503 and never 401: the client would sign in again in vain. The attempt is not charged.
  @Test(arguments: [false, true])
  func aProviderThatIsDownIsNoWrongToken(_ introspects: Bool) async throws {
    var changes = ["CALCULATOR_FAILURE_LIMIT": "1/hour"]
    if introspects {
      changes["CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID"] = "calculator"
      changes["CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET"] = "correct-horse-battery-staple"
      changes["CALCULATOR_OAUTH_INTROSPECTION_URL"] = "https://idp.example/ask"
    }
    let harness = try OAuthHarness(changes, isUp: false)
    for _ in 1...3 {
      let response = await harness.call("add", token: TestIssuer.token())
      #expect(response.status == 503)
      #expect(response["Retry-After"] == ["5"])
      #expect(response["WWW-Authenticate"] == [])
      #expect(
        response.text
          == Wire.error(
            503, "The server cannot verify tokens at the moment; its log says why", id: "null"))
    }
  }

  // MARK: SIGHUP

  /// A scopes file that says less applies after SIGHUP. The keys stay: nothing is fetched again.
  @Test func sighupReadsTheScopesAgain() async throws {
    let file = try TemporaryFile(#"{"scopes":{"calculate:basic":["calculate:basic"]}}"#)
    let harness = try OAuthHarness(["CALCULATOR_OAUTH_SCOPES": file.path])
    #expect(await harness.call("add", token: TestIssuer.token()).status == 200)
    let fetched = harness.provider.count("\(TestIssuer.url)/keys")
    try file.write(#"{"scopes":{"other":["calculate:basic"]}}"#)
    try harness.reload(["CALCULATOR_OAUTH_SCOPES": file.path])
    #expect(await harness.call("add", token: TestIssuer.token()).status == 403)
    #expect(harness.provider.count("\(TestIssuer.url)/keys") == fetched)
    // ATTACKS G3: without the file more would be allowed.
    try harness.reload(["CALCULATOR_OAUTH_SCOPES": nil])
    #expect(await harness.call("add", token: TestIssuer.token()).status == 403)
  }

  /// O68: the path in the setting is the same, so only the file says that the secret is another.
  @Test func sighupReadsTheSecretsOfOtherServicesAgain() async throws {
    let (secret, token) = (
      try TemporaryFile("first-secret-0123"), try TemporaryFile("first-token-0123")
    )
    let changes = [
      "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID": "calc",
      "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET_FILE": secret.path,
      "CALCULATOR_AUTHORITY_URL": "https://authority.example/evaluation",
      "CALCULATOR_AUTHORITY_TOKEN_FILE": token.path,
    ]
    let harness = try OAuthHarness(changes)
    let (ask, authority) = ("\(TestIssuer.url)/ask", "https://authority.example/evaluation")
    harness.provider[ask] =
      #"{"active":true,"iss":"https://idp.example","aud":"https://mcp.example/mcp","sub":"anshika","client_id":"agent","scope":"calculate:basic","exp":1790003600}"#
    harness.provider[authority] = #"{"decision":true}"#
    func sent() async -> [String?] {
      _ = await harness.call("add", token: "opaque")
      return [ask, authority].map { harness.provider.authorization(at: $0) }
    }
    func basic(_ pair: String) -> String { "Basic \(Base64.standard.text(of: Array(pair.utf8)))" }
    #expect(await sent() == [basic("calc:first-secret-0123"), "Bearer first-token-0123"])
    try secret.write("second-secret-0123")
    try token.write("second-token-0123")
    try harness.reload(changes)
    #expect(await sent() == [basic("calc:second-secret-0123"), "Bearer second-token-0123"])
  }

  /// The cache of introspections has the old permissions, so it ends at SIGHUP.
  @Test func sighupForgetsIntrospections() async throws {
    let file = try TemporaryFile(#"{"scopes":{"calc":["calculate:basic"]}}"#)
    let changes = [
      "CALCULATOR_OAUTH_SCOPES": file.path, "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID": "calc",
      "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET": "correct-horse-battery-staple",
    ]
    let harness = try OAuthHarness(changes)
    harness.provider["\(TestIssuer.url)/ask"] =
      #"{"active":true,"iss":"https://idp.example","aud":"https://mcp.example/mcp","sub":"anshika","client_id":"agent","scope":"calc","exp":1790003600}"#
    #expect(await harness.call("add", token: "opaque").status == 200)
    #expect(await harness.call("add", token: "opaque").status == 200)
    #expect(harness.provider.count("\(TestIssuer.url)/ask") == 1)
    try file.write(#"{"scopes":{"other":["calculate:basic"]}}"#)
    try harness.reload(changes)
    #expect(await harness.call("add", token: "opaque").status == 403)
    #expect(harness.provider.count("\(TestIssuer.url)/ask") == 2)
  }
}
