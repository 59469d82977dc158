import Auth
import Calculator
import HTTPClient
import HTTPTransport
import MCPService
import MCPServiceHTTP
import Support
import Synchronization
import TestHarness
import TestSupport

@testable import MCPServiceOAuth

/// `CalculatorOAuth` without sockets, and with an identity provider in the test's process.
final class OAuthHarness: Sendable {
  static let resource = "https://mcp.example"
  static let environment: [String: String] = [
    "CALCULATOR_OAUTH_ISSUER": TestIssuer.url, "CALCULATOR_BASE_URL": resource,
    "CALCULATOR_RATE_LIMIT": "off",
  ]
  /// The end of every challenge.
  static let metadata =
    #"resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp""#

  let provider: TestProvider
  let service: HTTPService
  private let oauth: OAuthConfiguration
  private let running: Mutex<RunningSettings>
  private let lines = Lines()

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  /// - Parameter isUp: whether the provider answers at the start.
  init(_ changes: [String: String?] = [:], isUp: Bool = true) throws {
    let provider = TestProvider(isUp: isUp)
    self.provider = provider
    oauth = OAuthConfiguration(offering: CalculatorServer.oauth) { _, _ in provider }
    let configuration = try oauth.read(
      environment: Self.variables(changes), file: nil, host: "127.0.0.1", after: .none)
    running = Mutex(configuration.running)
    let lines = lines
    let log = Log(
      level: .info, now: { TestIssuer.now },
      write: { line in lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    service = HTTPService(
      configuration, offering: CalculatorServer.oauth, audit: AuditLog(log),
      now: { TestIssuer.now }, clock: { MonotonicTime(nanoseconds: 1_000_000_000) },
      random: SeededBytes(seed: 1).make, pool: ImmediatePool())
  }

  /// SIGHUP.
  func reload(_ changes: [String: String?] = [:]) throws {
    let new = try oauth.read(
      environment: Self.variables(changes), file: nil, host: "127.0.0.1",
      after: running.withLock { $0 })
    running.withLock { $0 = new.running }
    service.reload(new)
  }

  /// The errors of a configuration, one line each.
  static func errors(_ changes: [String: String?], host: String = "127.0.0.1") -> [String] {
    let oauth = OAuthConfiguration(offering: CalculatorServer.oauth) { _, _ in TestProvider() }
    do throws(ConfigurationErrors) {
      _ = try oauth.read(
        environment: variables(changes), file: nil, host: host, after: .none)
      return []
    } catch { return error.all.map(\.description) }
  }

  static func variables(_ changes: [String: String?]) -> Environment {
    var all = environment
    for (name, value) in changes { all[name] = value }
    return Environment(all)
  }

  /// The log since the last call, without the notices about the start.
  func takeLog() -> [String] {
    lines.all.withLock { all in
      defer { all = [] }
      return all.filter { !$0.contains(#""event":"notice""#) }
    }
  }

  func send(
    _ method: String = "POST", _ path: String = "/mcp", query: String? = nil,
    fields: [(String, String)] = [], token: String? = nil, body: String = "",
    type: String = "application/json"
  ) async -> HTTPResponse {
    guard let peer = IPAddress("192.0.2.1") else { preconditionFailure("an address") }
    var all = [("Content-Type", type)] + fields
    if !fields.contains(where: { $0.0 == "Host" }) { all.append(("Host", "mcp.example")) }
    if let token { all.append(("Authorization", "Bearer \(token)")) }
    let request = HTTPRequest(
      method: method, path: path, query: query, fields: HTTPFields(all), peer: peer,
      isEncrypted: false
    ) { limit in body.utf8.count > limit ? .failure(.bodyTooLarge) : .success(Array(body.utf8)) }
    return await service.respond(to: request)
  }

  /// A call of a tool in the modern era.
  func call(_ tool: String, token: String? = nil) async -> HTTPResponse {
    await send(
      fields: [
        ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool),
      ], token: token, body: Wire.call(tool, #""a":2,"b":3"#))
  }

  /// A call of a tool in the handshake era.
  func legacyCall(_ tool: String, token: String? = nil) async -> HTTPResponse {
    await send(
      fields: [("MCP-Protocol-Version", "2025-11-25")], token: token,
      body: Wire.legacy(
        "tools/call", params: #"{"name":"\#(tool)","arguments":{"a":2,"b":3}}"#))
  }
}

/// An identity provider, an introspection endpoint and an authority.
final class TestProvider: HTTPClient {
  private struct State {
    var isUp = true
    var answers = [
      "\(TestIssuer.url)/.well-known/oauth-authorization-server":
        #"{"issuer":"\#(TestIssuer.url)","jwks_uri":"\#(TestIssuer.url)/keys","introspection_endpoint":"\#(TestIssuer.url)/ask"}"#,
      "\(TestIssuer.url)/keys": TestIssuer.jwks(.ed25519),
    ]
    var requests: [String] = []
    /// `Authorization` of the last request for a URL.
    var authorization: [String: String] = [:]
  }

  private let state = Mutex(State())

  init(isUp: Bool = true) { self.isUp = isUp }

  var isUp: Bool {
    get { state.withLock { $0.isUp } }
    set { state.withLock { $0.isUp = newValue } }
  }

  /// The body of the response to requests for a URL.
  subscript(url: String) -> String? {
    get { state.withLock { $0.answers[url] } }
    set { state.withLock { $0.answers[url] = newValue } }
  }

  func authorization(at url: String) -> String? { state.withLock { $0.authorization[url] } }

  /// How many requests there were for a URL.
  func count(_ url: String) -> Int { state.withLock { $0.requests.count { $0 == url } } }

  func send(_ request: OutboundRequest, for _: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    let (isUp, body) = state.withLock { state in
      state.requests.append(request.url)
      state.authorization[request.url] = request.fields.first { $0.name == "Authorization" }?.value
      return (state.isUp, state.answers[request.url])
    }
    guard isUp else { throw .unreachable }
    return OutboundResponse(
      status: body == nil ? 404 : 200, fields: [("Content-Type", "application/json")],
      body: Array((body ?? "").utf8))
  }
}
