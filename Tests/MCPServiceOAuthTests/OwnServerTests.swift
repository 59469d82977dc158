import Auth
import AuthorizationServer
import Crypto
import HTTPTransport
import IdentityProviders
import JOSE
import JSON
import MCPService
import State
import Support
import TestHarness
import TestSupport
import Testing

@testable import MCPServiceOAuth

struct OwnServerTests {
  /// ATTACKS O86
  @Test(arguments: [
    (
      [:],
      "CALCULATOR_STATE is not set: clients, sign-ins and keys are lost when the server ends"
    ),
    (
      ["CALCULATOR_STATE": "a file"],
      "CALCULATOR_STATE_KEY is not set: a copy of the state is enough to sign tokens"
    ),
    (
      [
        "CALCULATOR_STATE": "a file",
        "CALCULATOR_STATE_KEY": "0123456789abcdef0123456789abcdef",
      ], nil
    ),
  ])
  func theStartSaysWhatTheStateLacks(_ changes: [String: String], _ warning: String?) throws {
    let folder = try TemporaryFolder()
    let server = try OwnServerHarness(changes.mapValues { $0 == "a file" ? folder.path() : $0 })
    let warnings = server.warnings.filter { $0.utf8.starts(with: "CALCULATOR_STATE".utf8) }
    #expect(warnings == [warning].compactMap(\.self))
  }

  // MARK: The whole of it

  @Test func aPersonSignsInAndTheCalculatorAnswers() async throws {
    let server = try OwnServerHarness()
    let token = try await server.tokens().access
    let response = await server.call("power", token)
    #expect(response.status == 200)
    #expect(response.text.contains(#""structuredContent":{"result":8}"#))
    let log = server.takeLog()
    let grant = try #require(log[1].firstMatch(of: /"grant":"([^"]+)"/)).1
    #expect(
      log
        == [
          #"{"time":"2026-07-28T00:00:00.000Z","event":"sign_in","address":"192.0.2.1","outcome":"accepted","subject":"password:anshika","client":"app","scope":"calculate:basic calculate:advanced"}"#,
          #"{"time":"2026-07-28T00:00:00.000Z","event":"token","address":"192.0.2.1","outcome":"issued","subject":"password:anshika","client":"app","scope":"calculate:basic calculate:advanced","grant":"\#(grant)"}"#,
          #"{"time":"2026-07-28T00:00:00.000Z","event":"authentication","address":"192.0.2.1","request":1,"tool":"power","credential":"bearer","method":"oauth","subject":"password:anshika","issuer":"https://mcp.example","client":"app","outcome":"accepted"}"#,
        ].map { $0 + "\n" })
  }

  @Test func aClientFindsTheServerFromA401() async throws {
    let server = try OwnServerHarness()
    let resource = await server.send("GET", "/.well-known/oauth-protected-resource/mcp")
    #expect(resource.text.contains(#""authorization_servers":["https://mcp.example"]"#))
    let metadata = await server.send("GET", "/.well-known/oauth-authorization-server")
    #expect(metadata.text.contains(#"{"issuer":"https://mcp.example","#))
    #expect(!metadata.text.contains("registration_endpoint"))
    let keys = try PublicKeySet(await server.send("GET", "/jwks").body)
    let token = try await server.tokens().access
    #expect(throws: Never.self) {
      try keys.key(for: try JWSHeader(try CompactJWS(token).header))
    }
  }

  /// The URL of a document is a stranger's. So the client that fetches it trusts no origin, whatever
  /// the operator has named (ATTACKS O91).
  @Test func aMetadataDocumentIsFetchedWithoutTrust() async throws {
    let server = try OwnServerHarness(["CALCULATOR_AUTHORITY_URL": "https://authority.example/ask"])
    let url = "https://app.example/client.json"
    let query = OwnServerHarness.query(client: url, scope: "calculate:basic")
    #expect(await server.send("GET", "/authorize", query: query).status == 400)
    #expect(server.documents.count(url) == 1)
    let other = "https://app.example/other.json"
    server.documents[other] =
      #"{"client_id":"\#(other)","client_name":"App","redirect_uris":["\#(OwnServerHarness.redirectURI)"]}"#
    let page = await server.send(
      "GET", "/authorize", query: OwnServerHarness.query(client: other, scope: "calculate:basic"))
    #expect(page.status == 200)
  }

  // MARK: A token is valid only while its grant is

  /// RFC 7009 §2.1, ATTACKS O120
  @Test(arguments: [true, false])
  func aRevokedGrantEndsItsTokensAtOnce(_ isAccessToken: Bool) async throws {
    let server = try OwnServerHarness()
    let tokens = try await server.tokens()
    #expect(await server.call("add", tokens.access).status == 200)
    let revoked = await server.post(
      "/revoke",
      [("token", isAccessToken ? tokens.access : tokens.refresh), ("client_id", "app")])
    #expect(revoked.status == 200)
    #expect(await server.call("add", tokens.access).status == 401)
    #expect(server.takeLog().last?.contains(#""reason":"revoked_token""#) == true)
  }

  @Test func aReusedRefreshTokenEndsTheAccessToken() async throws {
    let server = try OwnServerHarness()
    let tokens = try await server.tokens()
    #expect(await server.refresh(tokens.refresh).status == 200)
    #expect(await server.call("add", tokens.access).status == 200)
    #expect(await server.refresh(tokens.refresh).error == "invalid_grant")
    #expect(await server.call("add", tokens.access).status == 401)
  }

  /// Another process revokes: the next half second may still use what was read before.
  @Test func aSecondProcessHearsARevocation() async throws {
    let folder = try TemporaryFolder()
    let settings = ["CALCULATOR_STATE": folder.path()]
    let (one, two) = (try OwnServerHarness(settings), try OwnServerHarness(settings))
    let tokens = try await one.tokens()
    #expect(await two.call("add", tokens.access).status == 200)
    _ = await one.post("/revoke", [("token", tokens.refresh), ("client_id", "app")])
    #expect(await one.call("add", tokens.access).status == 401)
    two.ticks.advance(.milliseconds(500))
    #expect(await two.call("add", tokens.access).status == 401)
  }

  /// A key that another process has made a moment ago signs a token that is valid here at once.
  @Test func aSecondProcessHearsOfANewKey() async throws {
    let folder = try TemporaryFolder()
    let settings = ["CALCULATOR_STATE": folder.path()]
    let (one, two) = (try OwnServerHarness(settings), try OwnServerHarness(settings))
    let old = try await one.tokens().access
    #expect(await two.call("add", old).status == 200)
    let state = try AuthorizationState(path: folder.path())
    try SigningKeys(state, seals: [], overlap: .seconds(630)).rotate(now: one.clock.now)
    one.ticks.advance(.milliseconds(500))
    let new = try await one.tokens().access
    #expect(old.parts(at: ".").first != new.parts(at: ".").first)
    #expect(await two.call("add", new).status == 200)
    #expect(await two.call("add", old).status == 200)
  }

  @Test func aTokenOutlivesARestart() async throws {
    let folder = try TemporaryFolder()
    let settings = ["CALCULATOR_STATE": folder.path()]
    let tokens = try await OwnServerHarness(settings).tokens()
    let server = try OwnServerHarness(settings)
    #expect(await server.call("add", tokens.access).status == 200)
    #expect(await server.refresh(tokens.refresh).status == 200)
  }

  static let claims: [(name: String, grant: JSONValue?)] = [
    ("no grant", nil), ("a grant that is no text", 1), ("an unknown grant", "x"),
  ]

  /// A token that the key of this server signed, for something else.
  @Test(arguments: claims)
  func aTokenNeedsItsGrant(_ row: (name: String, grant: JSONValue?)) async throws {
    let folder = try TemporaryFolder()
    let server = try OwnServerHarness(["CALCULATOR_STATE": folder.path()])
    _ = try await server.tokens()
    let state = try AuthorizationState(path: folder.path())
    let now = server.clock.now
    let key = try SigningKeys(state, seals: [], overlap: .seconds(630)).current(now: now)
    func token(_ grant: JSONValue?) -> String {
      let seconds = now.milliseconds / 1000
      var claims = JSONObject([
        ("iss", "https://mcp.example"), ("sub", "password:anshika"),
        ("aud", "https://mcp.example/mcp"), ("iat", .number(JSONNumber(seconds))),
        ("exp", .number(JSONNumber(seconds + 60))), ("jti", "a"), ("client_id", "app"),
        ("scope", "calculate:basic"),
      ])
      if let grant { claims["grant"] = grant }
      return key.sign(claims, as: "at+jwt")
    }
    let real = try #require(try state.grants().first)
    #expect(await server.call("add", token(.string(real.id))).status == 200)
    #expect(await server.call("add", token(row.grant)).status == 401)
  }

  // MARK: A role is asked for at each request

  @Test func aLowerRoleAppliesToTokensThatExist() async throws {
    let server = try OwnServerHarness()
    let tokens = try await server.tokens()
    #expect(await server.call("power", tokens.access).status == 200)
    try server.users.write(OwnServerHarness.credentials(role: "basic"))
    try server.reload()
    #expect(await server.call("power", tokens.access).status == 403)
    #expect(await server.call("add", tokens.access).status == 200)
    // A higher role gives no scope that the person has not allowed.
    try server.users.write(OwnServerHarness.credentials(role: "admin"))
    try server.reload()
    let basic = try await server.tokens(scope: "calculate:basic").access
    #expect(await server.call("power", basic).status == 403)
  }

  /// ATTACKS O121
  @Test func aUserWhoIsRemovedIsRefused() async throws {
    let server = try OwnServerHarness()
    let tokens = try await server.tokens()
    try server.users.write(OwnServerHarness.credentials(role: "admin", name: "asha"))
    try server.reload()
    #expect(await server.call("add", tokens.access).status == 401)
    #expect(await server.refresh(tokens.refresh).error == "invalid_grant")
    // The grant has ended: the user who comes back signs in again.
    try server.users.write(OwnServerHarness.credentials(role: "admin"))
    try server.reload()
    #expect(await server.call("add", tokens.access).status == 401)
  }

  /// ASVS 7.4.3, ATTACKS O129: a new password ends what a thief got with the old one.
  @Test func aNewPasswordEndsTheGrants() async throws {
    let server = try OwnServerHarness()
    let tokens = try await server.tokens()
    let old = OwnServerHarness.credentials(role: "advanced")
    let other = PasswordHash(of: Secret(OwnServerHarness.password), random: RandomBytes.make).phc
    let hash = try #require(old.firstMatch(of: /"password":"([^"]+)"/)).1
    try server.users.write(old.replacing(hash, with: other))
    try server.reload()
    #expect(await server.call("add", tokens.access).status == 401)
    #expect(await server.refresh(tokens.refresh).error == "invalid_grant")
    #expect(await server.call("add", try await server.tokens().access).status == 200)
  }

  /// ATTACKS O129
  @Test func aClientThatIsRemovedLosesItsTokens() async throws {
    let server = try OwnServerHarness()
    let tokens = try await server.tokens()
    #expect(await server.call("add", tokens.access).status == 200)
    try server.clients.write(#"{"clients":[]}"#)
    try server.reload()
    #expect(await server.call("add", tokens.access).status == 401)
  }

  @Test func aClientOfTheFileIsReplaced() async throws {
    let server = try OwnServerHarness()
    let request = try await server.code()
    try server.clients.write(#"{"clients":[]}"#)
    try server.reload()
    #expect(await server.post("/token", request).error == "invalid_client")
  }

  // MARK: The paths

  struct Path: CustomTestStringConvertible, Sendable {
    let method: String
    let path: String
    let status: Int
    let readers: [String]
    var testDescription: String { "\(method) \(path)" }

    init(_ method: String, _ path: String, _ status: Int, _ readers: String? = nil) {
      (self.method, self.path, self.status) = (method, path, status)
      self.readers = readers.map { [$0] } ?? []
    }
  }

  /// RFC 9700 §2.6: web pages may read what programs get, and nothing of what a person gets.
  @Test(arguments: [
    Path("GET", "/.well-known/oauth-authorization-server", 200, "*"),
    Path("OPTIONS", "/.well-known/oauth-authorization-server", 204, "*"),
    Path("GET", "/jwks", 200, "*"), Path("HEAD", "/jwks", 200, "*"),
    Path("POST", "/token", 400, "*"), Path("OPTIONS", "/token", 204, "*"),
    Path("POST", "/revoke", 400, "*"), Path("OPTIONS", "/revoke", 204, "*"),
    Path("POST", "/register", 400, "*"), Path("OPTIONS", "/register", 204, "*"),
    Path("GET", "/token", 405, "*"), Path("GET", "/register", 405, "*"),
    Path("GET", "/authorize", 400), Path("HEAD", "/authorize", 400),
    Path("POST", "/authorize", 400),
    Path("OPTIONS", "/authorize", 405), Path("OPTIONS", "/consent", 405),
    Path("GET", "/consent", 405), Path("POST", "/consent", 400),
    Path("GET", "/github/callback", 404), Path("GET", "/password/callback", 404),
    Path("GET", "/.well-known/openid-configuration", 404), Path("POST", "/token/", 404),
  ])
  func webPagesReadWhatProgramsGet(_ row: Path) async throws {
    let folder = try TemporaryFolder()
    let server = try OwnServerHarness([
      "CALCULATOR_OAUTH_REGISTRATION": "on", "CALCULATOR_STATE": folder.path(),
      "CALCULATOR_ALLOWED_ORIGINS": "https://page.example",
    ])
    let response = await server.send(
      row.method, row.path, fields: [("Origin", "https://page.example")])
    #expect(response.status == row.status)
    if row.status != 404 {
      #expect(response["Access-Control-Allow-Origin"] == row.readers)
      #expect(
        response["Access-Control-Expose-Headers"]
          == row.readers.map { _ in "WWW-Authenticate, Retry-After" })
    }
    #expect(response["Access-Control-Allow-Credentials"].isEmpty)
  }

  /// A request that the pipeline refuses, before an endpoint has read it.
  struct Refused: CustomTestStringConvertible, Sendable {
    let method: String
    let path: String
    /// How often it is sent. The last response counts.
    var count = 1
    /// In bytes.
    var length = 0
    let status: Int
    /// `nil`: a page for a person.
    var error: String?
    let sentence: String
    var testDescription: String { "\(method) \(path) \(status)" }
  }

  /// RFC 6749 §5.2: a program gets JSON with `error`, and a person a page. Neither gets JSON-RPC.
  @Test(arguments: [
    Refused(
      method: "GET", path: "/token", status: 405, error: "invalid_request",
      sentence: "Method not allowed."),
    Refused(
      method: "POST", path: "/token", length: 1 << 20, status: 413, error: "invalid_request",
      sentence: "The body is too large."),
    Refused(
      method: "POST", path: "/register", count: 21, status: 429, error: "temporarily_unavailable",
      sentence: "Too many requests: try again in 3 s."),
    Refused(
      method: "PUT", path: "/authorize", status: 405,
      sentence: "This page can be reached only from the one before it."),
    Refused(
      method: "GET", path: "/consent", status: 405,
      sentence: "This page can be reached only from the one before it."),
    Refused(
      method: "POST", path: "/consent", length: 1 << 20, status: 413,
      sentence: "The body is too large."),
    Refused(
      method: "GET", path: "/authorize", count: 121, status: 429,
      sentence: "Too many requests: try again in 1 s."),
  ])
  func aRefusalHasTheFormThatItsReaderExpects(_ row: Refused) async throws {
    let folder = try TemporaryFolder()
    let server = try OwnServerHarness([
      "CALCULATOR_OAUTH_REGISTRATION": "on", "CALCULATOR_STATE": folder.path(),
    ])
    let body = [UInt8](repeating: UInt8(ascii: "a"), count: row.length)
    let type = row.path == "/register" ? "application/json" : "application/x-www-form-urlencoded"
    var response = HTTPResponse(status: 0)
    for _ in 0..<row.count {
      response = await server.send(
        row.method, row.path, fields: [("Content-Type", type)], body: body)
    }
    #expect(response.status == row.status)
    #expect(response.error == row.error)
    #expect(response.text.contains(row.sentence))
    #expect(!response.text.contains("jsonrpc"))
    #expect(response["Allow"].isEmpty == (row.status != 405))
    #expect(response["Retry-After"].isEmpty == (row.status != 429))
    #expect(response.closes == (row.status == 413))
    #expect(
      response["Content-Type"] == [
        row.error == nil ? "text/html; charset=utf-8" : "application/json"
      ])
    #expect(response["Access-Control-Allow-Origin"] == (row.error == nil ? [] : ["*"]))
    #expect(response["X-Content-Type-Options"] == ["nosniff"])
  }

  /// A page of another server may not even send a form, whatever this server is allowed to.
  @Test func anAllowedOriginIsNoOriginOfThePages() async throws {
    let server = try OwnServerHarness(["CALCULATOR_ALLOWED_ORIGINS": "https://page.example"])
    let (form, cookie) = try await server.signInPage()
    let response = await server.post(
      "/authorize", form + [("username", "anshika"), ("password", OwnServerHarness.password)],
      fields: [("Cookie", cookie), ("Origin", "https://page.example")])
    #expect(response.status == 403)
    #expect(response["Access-Control-Allow-Origin"].isEmpty)
  }

  static let bodies: [(name: String, path: String, type: String)] = [
    ("JSON for a form", "/token", "application/json"), ("none for a form", "/token", ""),
    ("multipart for a form", "/revoke", "multipart/form-data; boundary=x"),
    ("text for a page's form", "/consent", "text/plain"),
    ("a form for JSON", "/register", "application/x-www-form-urlencoded"),
  ]

  /// ATTACKS O122
  @Test(arguments: bodies)
  func anotherMediaTypeIsNotRead(_ row: (name: String, path: String, type: String)) async throws {
    let folder = try TemporaryFolder()
    let server = try OwnServerHarness([
      "CALCULATOR_OAUTH_REGISTRATION": "on", "CALCULATOR_STATE": folder.path(),
    ])
    let read = await server.send(
      "POST", row.path, fields: row.type.isEmpty ? [] : [("Content-Type", row.type)],
      body: Array("grant_type=refresh_token&client_id=app".utf8))
    #expect(read.status == 400)
    if row.path != "/consent" { #expect(read.error == "invalid_request") }
    #expect(server.takeLog().isEmpty)
  }

  /// ATTACKS L3: passwords, codes and tokens go over TLS.
  @Test(arguments: ["/authorize", "/consent", "/token", "/revoke", "/jwks"])
  func withoutTLSOnlyAProxyMayConnect(_ path: String) async throws {
    let server = try OwnServerHarness(
      ["CALCULATOR_TRUSTED_PROXIES": "192.0.2.9"], host: "0.0.0.0")
    let method = path == "/jwks" ? "GET" : "POST"
    let refused = await server.send(method, path)
    #expect(refused.status == 403)
    #expect(refused.text.contains("Only a trusted proxy may connect without TLS."))
    #expect(await server.send(method, path, from: "192.0.2.9").status != 403)
  }

  // MARK: Limits

  /// ATTACKS O123: each endpoint has a limit for each address.
  @Test(arguments: [
    ("GET", "/.well-known/oauth-authorization-server", 600), ("GET", "/jwks", 600),
    ("GET", "/authorize", 120), ("POST", "/consent", 60), ("POST", "/register", 20),
    ("POST", "/token", 600), ("POST", "/revoke", 600),
  ])
  func anAddressHasItsShare(_ method: String, _ path: String, _ count: Int) async throws {
    let folder = try TemporaryFolder()
    let server = try OwnServerHarness([
      "CALCULATOR_OAUTH_REGISTRATION": "on", "CALCULATOR_STATE": folder.path(),
    ])
    for _ in 0..<count { #expect(await server.send(method, path).status != 429) }
    let response = await server.send(method, path)
    #expect(response.status == 429)
    #expect(response["Retry-After"].count == 1)
    #expect(await server.send(method, path, from: "192.0.2.2").status != 429)
    server.ticks.advance(.seconds(60))
    #expect(await server.send(method, path).status != 429)
  }

  /// An IPv6 customer has 65,536 addresses of size /64, and shares 16 times the limit of one.
  @Test func aNetworkHasItsShare() async throws {
    let server = try OwnServerHarness()
    var statuses: [Int] = []
    for number in 0..<1000 {
      statuses.append(
        await server.send("POST", "/consent", from: "2001:db8:0:\(String(number, radix: 16))::1")
          .status)
    }
    #expect(statuses.count { $0 == 429 } >= 1000 - 16 * 60)
    #expect(await server.send("POST", "/consent", from: "2001:db8:1::1").status == 400)
  }

  /// ATTACKS O128: scrypt has threads of its own.
  @Test func aFloodOfPasswordsDelaysNoToken() async throws {
    let passwords = StoppablePool()
    let server = try OwnServerHarness(passwordPool: passwords)
    let tokens = try await server.tokens()
    try #require(passwords.count == 1)
    passwords.stop()
    let (form, cookie) = try await server.signInPage()
    async let waiting = server.post(
      "/authorize", form + [("username", "anshika"), ("password", "wrong")],
      fields: [("Cookie", cookie), ("Origin", OwnServerHarness.base)])
    await passwords.wait()
    #expect(await server.call("add", tokens.access).status == 200)
    #expect(await server.refresh(tokens.refresh).status == 200)
    #expect(await server.send("GET", "/jwks").status == 200)
    passwords.start()
    #expect(await waiting.status == 403)
  }

  /// ATTACKS O124: the secrets of clients are guessed as slowly as passwords, and the right one works.
  @Test func wrongClientSecretsAreLimited() async throws {
    let server = try OwnServerHarness(["CALCULATOR_FAILURE_LIMIT": "3/minute"])
    func ask(_ secret: String) async -> HTTPResponse {
      await server.post(
        "/token",
        [("grant_type", "refresh_token"), ("refresh_token", "x")],
        fields: [
          ("Authorization", "Basic " + Base64.standard.text(of: Array("web:\(secret)".utf8)))
        ])
    }
    for _ in 0..<3 {
      let response = await ask("wrong")
      #expect(response.status == 401)
      #expect(response["WWW-Authenticate"] == [#"Basic realm="calculator", charset="UTF-8""#])
    }
    let limited = await ask("wrong")
    #expect(limited.status == 429)
    #expect(limited.error == "temporarily_unavailable")
    #expect(limited["Retry-After"] == ["60"])
    #expect(await ask(OwnServerHarness.clientSecret).error == "invalid_grant")
  }

  /// ATTACKS O125: as for Basic.
  @Test func wrongPasswordsAreLimited() async throws {
    let server = try OwnServerHarness(["CALCULATOR_FAILURE_LIMIT": "2/minute"])
    func attempt(_ password: String) async throws -> HTTPResponse {
      let (form, cookie) = try await server.signInPage()
      return await server.post(
        "/authorize", form + [("username", "anshika"), ("password", password)],
        fields: [("Cookie", cookie), ("Origin", OwnServerHarness.base)])
    }
    #expect(try await attempt(OwnServerHarness.password).status == 200)
    for _ in 0..<2 {
      #expect(try await attempt("wrong").text.contains("user name or the password is wrong"))
    }
    #expect(try await attempt(OwnServerHarness.password).text.contains("Too many attempts"))
    server.ticks.advance(.seconds(60))
    #expect(try await attempt(OwnServerHarness.password).status == 200)
  }

  // MARK: Settings

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let changes: [String: String?]
    let errors: [String]
  }

  static let own: [String: String?] = [
    "CALCULATOR_OAUTH_ISSUER": nil, "CALCULATOR_OAUTH_PROVIDER": "github",
    "GITHUB_CLIENT_ID": "calculator", "GITHUB_CLIENT_SECRET": "0123456789abcdef",
  ]

  @Test(arguments: [
    Row(testDescription: "the least", changes: [:], errors: []),
    Row(
      testDescription: "an unknown provider",
      changes: ["CALCULATOR_OAUTH_PROVIDER": "gitlab"],
      errors: [
        "CALCULATOR_OAUTH_PROVIDER: must be exactly none, password, github, atlassian or oidc",
        "CALCULATOR_OAUTH_ISSUER: is not set; set it to a URL, such as https://login.example/realms/main",
      ]),
    Row(
      testDescription: "no client of the provider",
      changes: ["GITHUB_CLIENT_ID": nil, "GITHUB_CLIENT_SECRET": nil],
      errors: ["GITHUB_CLIENT_ID: is not set", "GITHUB_CLIENT_SECRET: is not set"]),
    Row(
      testDescription: "a placeholder as the secret",
      changes: ["GITHUB_CLIENT_SECRET": "changeme"],
      errors: ["GITHUB_CLIENT_SECRET: is a placeholder"]),
    Row(
      testDescription: "no issuer of OpenID",
      changes: [
        "CALCULATOR_OAUTH_PROVIDER": "oidc", "OIDC_CLIENT_ID": "a",
        "OIDC_CLIENT_SECRET": "0123456789abcdef",
      ],
      errors: ["OIDC_ISSUER: is not set"]),
    Row(
      testDescription: "a provider's address without TLS",
      changes: ["GITHUB_TOKEN_URL": "http://github.example/token"],
      errors: ["GITHUB_TOKEN_URL: must begin with https://"]),
    Row(
      testDescription: "two issuers", changes: ["CALCULATOR_OAUTH_ISSUER": "https://idp.example"],
      errors: ["CALCULATOR_OAUTH_PROVIDER"]),
    Row(
      testDescription: "settings of another issuer",
      changes: [
        "CALCULATOR_OAUTH_AUDIENCE": "a", "CALCULATOR_OAUTH_SCOPES": "/none",
        "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID": "a",
      ],
      errors: [
        "CALCULATOR_OAUTH_AUDIENCE: has no effect with CALCULATOR_OAUTH_PROVIDER; unset it",
        "CALCULATOR_OAUTH_SCOPES: has no effect", "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID: ",
      ]),
    Row(
      testDescription: "upper case in the base URL",
      changes: ["CALCULATOR_BASE_URL": "https://MCP.example"],
      errors: ["CALCULATOR_BASE_URL: must be written as browsers"]),
    Row(
      testDescription: "the usual port in the base URL",
      changes: ["CALCULATOR_BASE_URL": "https://mcp.example:443"],
      errors: ["CALCULATOR_BASE_URL: must be written as browsers"]),
    Row(
      testDescription: "a proxy with TLS",
      changes: ["CALCULATOR_OAUTH_PROXY": "https://proxy.example:3128"],
      errors: ["CALCULATOR_OAUTH_PROXY: must begin with http://"]),
    Row(
      testDescription: "passwords without users",
      changes: ["CALCULATOR_OAUTH_PROVIDER": "password"],
      errors: ["CALCULATOR_CREDENTIALS: is not set"]),
    Row(
      testDescription: "registration in memory",
      changes: ["CALCULATOR_OAUTH_REGISTRATION": "on"], errors: ["CALCULATOR_STATE: "]),
    Row(
      testDescription: "a short key of the state",
      changes: ["CALCULATOR_STATE_KEY": "too-short"],
      errors: [
        "CALCULATOR_STATE_KEY: has less than 32 bytes; set it to the output of: openssl rand -hex 32"
      ]),
    Row(
      testDescription: "S19 a placeholder as the key of the state",
      changes: ["CALCULATOR_STATE_KEY": "replace-with-the-output-of-openssl-rand-hex-32"],
      errors: ["CALCULATOR_STATE_KEY: is a placeholder that nobody filled in; set it to the output"]
    ),
    Row(
      testDescription: "a folder as the state", changes: ["CALCULATOR_STATE": "/"],
      errors: ["CALCULATOR_STATE: "]),
  ])
  func settings(_ row: Row) {
    let errors = OAuthHarness.errors(Self.own.merging(row.changes) { $1 })
    #expect(errors.count == row.errors.count)
    for (error, start) in zip(errors, row.errors) { #expect(error.hasBytes(atStart: start)) }
  }

  @Test func eachProviderHasItsSettings() {
    #expect(Settings.providers.map(\.id) == ProviderDescription.all.map(\.id))
  }

  /// ATTACKS O126: the identifiers of people mean something only with their provider.
  @Test func anotherProviderNeedsAnotherState() throws {
    let folder = try TemporaryFolder()
    let state = ["CALCULATOR_STATE": folder.path()]
    _ = try OwnServerHarness(state)
    let errors = OAuthHarness.errors(Self.own.merging(state) { $1 })
    #expect(
      errors == [
        "CALCULATOR_STATE: the file belongs to the sign-ins of another provider; name another file, or the provider of this one"
      ])
  }
}
