import Auth
import Calculator
import Crypto
import HTTPClient
import HTTPTransport
import JSON
import MCPService
import MCPServiceHTTP
import OAuth
import Support
import Synchronization
import TestHarness
import TestSupport
import Testing

@testable import MCPServiceOAuth

/// `CalculatorOAuth` with its own authorization server, without sockets and with clocks that the test
/// moves. Several may share a file of the state.
final class OwnServerHarness: Sendable {
  static let base = "https://mcp.example"
  static let password = "correct horse battery staple"
  static let redirectURI = "https://app.example/callback"
  static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  // RFC 7636 appendix B
  static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
  static let clientSecret = "a-secret-of-the-client-with-32-bytes"

  /// A hash takes long, so there is one for all tests.
  private static let hash = PasswordHash(of: Secret(password), random: RandomBytes.make).phc

  /// What the configuration says at the start.
  let warnings: [String]
  let clock: ManualClock
  let ticks: Ticks
  let service: HTTPService
  let users: TemporaryFile
  let clients: TemporaryFile
  /// Answers requests for metadata documents; other outbound requests have no answer.
  let documents: TestProvider
  private let oauth: OAuthConfiguration
  private let environment: [String: String]
  private let running: Mutex<RunningSettings>
  private let host: String
  private let lines = Lines()

  final class Ticks: Sendable {
    private let time = Mutex(MonotonicTime(nanoseconds: 1_000_000_000))
    var now: MonotonicTime { time.withLock { $0 } }
    func advance(_ amount: Duration) { time.withLock { $0 = $0 + amount } }
  }

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  static func credentials(role: String, name: String = "anshika") -> String {
    let users = [name, "ben"].map {
      #"{"name":"\#($0)","password":"\#(hash)","role":"\#(role)"}"#
    }
    return #"{"keys":[],"users":[\#(users.joined(separator: ","))]}"#
  }

  static let clientsFile = """
    {"clients":[
      {"client_id":"app","name":"App","redirect_uris":["\(redirectURI)"]},
      {"client_id":"web","name":"Web","client_secret":"\(clientSecret)",
       "redirect_uris":["\(redirectURI)"]}]}
    """

  init(
    _ changes: [String: String] = [:], clock: ManualClock = ManualClock(),
    passwordPool: any BlockingPool = ImmediatePool(), host: String = "127.0.0.1",
    role: String = "advanced", services: any HTTPClient = TestProvider()
  ) throws {
    self.clock = clock
    self.host = host
    let ticks = Ticks()
    self.ticks = ticks
    users = try TemporaryFile(Self.credentials(role: role))
    clients = try TemporaryFile(Self.clientsFile)
    environment = [
      "CALCULATOR_BASE_URL": Self.base, "CALCULATOR_OAUTH_PROVIDER": "password",
      "CALCULATOR_CREDENTIALS": users.path, "CALCULATOR_OAUTH_CLIENTS": clients.path,
      "CALCULATOR_RATE_LIMIT": "off",
    ].merging(changes) { $1 }
    let documents = TestProvider()
    self.documents = documents
    oauth = OAuthConfiguration(offering: CalculatorServer.oauth, passwordPool: passwordPool) {
      trusted, _ in
      trusted.isEmpty ? documents : services
    }
    let configuration = try oauth.read(
      environment: Environment(environment), file: nil, host: host, after: .none)
    running = Mutex(configuration.running)
    warnings = configuration.warnings
    let lines = lines
    let log = Log(
      level: .info, now: { clock.now },
      write: { line in lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    service = HTTPService(
      configuration, offering: CalculatorServer.oauth, audit: AuditLog(log),
      now: { clock.now }, clock: { ticks.now }, random: RandomBytes.make, pool: ImmediatePool())
  }

  /// SIGHUP.
  func reload() throws {
    let new = try oauth.read(
      environment: Environment(environment), file: nil, host: host,
      after: running.withLock { $0 })
    running.withLock { $0 = new.running }
    service.reload(new)
  }

  /// The log since the last call, without the times.
  func takeLog() -> [String] {
    lines.all.withLock { all in
      defer { all = [] }
      return all.filter { !$0.contains(#""event":"notice""#) }
    }
  }

  func send(
    _ method: String, _ path: String, query: String? = nil, fields: [(String, String)] = [],
    body: [UInt8] = [], from address: String = "192.0.2.1"
  ) async -> HTTPResponse {
    guard let peer = IPAddress(address) else { preconditionFailure("an address") }
    let request = HTTPRequest(
      method: method, path: path, query: query,
      fields: HTTPFields(fields + [("Host", "mcp.example")]), peer: peer, isEncrypted: false
    ) { limit in body.count > limit ? .failure(.bodyTooLarge) : .success(body) }
    return await service.respond(to: request)
  }

  /// Sends a form of a program, or of one of our pages with its cookie.
  func post(
    _ path: String, _ form: [(String, String)], fields: [(String, String)] = [],
    from address: String = "192.0.2.1"
  ) async -> HTTPResponse {
    await send(
      "POST", path, fields: [("Content-Type", "application/x-www-form-urlencoded")] + fields,
      body: FormBody.encoded(form.map { (name: $0.0, value: $0.1) }), from: address)
  }

  func call(_ tool: String, _ token: String) async -> HTTPResponse {
    await send(
      "POST", "/mcp",
      fields: [
        ("Content-Type", "application/json"), ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"), ("Mcp-Name", tool), ("Authorization", "Bearer \(token)"),
      ], body: Array(Wire.call(tool, #""a":2,"b":3"#).utf8))
  }

  // MARK: A person

  static func query(client: String, scope: String) -> String {
    let parameters = [
      ("client_id", client), ("redirect_uri", redirectURI), ("response_type", "code"),
      ("code_challenge", challenge), ("code_challenge_method", "S256"), ("scope", scope),
    ]
    return String(
      decoding: FormBody.encoded(parameters.map { (name: $0.0, value: $0.1) }), as: UTF8.self)
  }

  /// The sign-in page, and the cookie that belongs to it.
  func signInPage(client: String = "app", scope: String = "calculate:basic calculate:advanced")
    async throws -> (form: [(String, String)], cookie: String)
  {
    let page = await send("GET", "/authorize", query: Self.query(client: client, scope: scope))
    try #require(page.status == 200)
    return (try page.hiddenFields, try page.cookie)
  }

  /// A person who signs in and agrees: the parameters of the token request.
  func code(
    client: String = "app", scope: String = "calculate:basic calculate:advanced",
    user: String = "anshika"
  ) async throws -> [(String, String)] {
    let (form, cookie) = try await signInPage(client: client, scope: scope)
    let consent = await post(
      "/authorize", form + [("username", user), ("password", Self.password)],
      fields: [("Cookie", cookie), ("Origin", Self.base)])
    try #require(consent.status == 200)
    let redirect = await post(
      "/consent", try consent.hiddenFields + [("decision", "allow")],
      fields: [("Cookie", try consent.cookie), ("Origin", Self.base)])
    try #require(redirect.status == 303)
    let location = try #require(redirect["Location"].first)
    let code = try #require(location.firstMatch(of: /code=([^&]+)/)).1
    return [
      ("grant_type", "authorization_code"), ("code", String(code)),
      ("redirect_uri", Self.redirectURI), ("client_id", client), ("code_verifier", Self.verifier),
    ]
  }

  /// Its tokens.
  func tokens(
    scope: String = "calculate:basic calculate:advanced", user: String = "anshika"
  ) async throws -> (access: String, refresh: String) {
    let response = await post("/token", try await code(scope: scope, user: user))
    try #require(response.status == 200)
    let object = try #require(try JSONParser.parse(response.body).object)
    return (
      try #require(object["access_token"]?.string), try #require(object["refresh_token"]?.string)
    )
  }

  func refresh(_ token: String) async -> HTTPResponse {
    await post(
      "/token",
      [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "app")])
  }
}

/// A pool that a test stops.
final class StoppablePool: BlockingPool {
  private let isStopped = Mutex(false)
  private let work = HeldWork()
  private let runs = Mutex(0)

  /// How much work there was.
  var count: Int { runs.withLock { $0 } }

  func stop() { isStopped.withLock { $0 = true } }

  func start() {
    isStopped.withLock { $0 = false }
    work.release()
  }

  /// Returns once work waits.
  func wait() async { while work.count == 0 { await Task.yield() } }

  func run<Value: Sendable>(for _: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    runs.withLock { $0 += 1 }
    if isStopped.withLock({ $0 }) { await self.work.hold() }
    return work()
  }
}

extension HTTPResponse {
  var hiddenFields: [(String, String)] {
    get throws {
      let fields = text.matches(of: /<input type="hidden" name="([a-z]+)" value="([^"]*)">/)
      try #require(fields.count == 2)
      return fields.map {
        (String($0.1), String($0.2).replacing("&amp;", with: "&"))
      }
    }
  }

  /// As a browser sends it back.
  var cookie: String {
    get throws { try #require(self["Set-Cookie"].first?.parts(at: ";").first) }
  }

  var error: String? { (try? JSONParser.parse(body).object)??["error"]?.string }
}
