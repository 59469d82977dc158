import Foundation
import TestSupport
import Testing
import TestHarness

/// Third-party clients call the release binary over HTTP: directly, over TLS, and through each of
/// the proxies under `examples/`.
@Suite(.enabled(if: Python.areThere, "\(Python.hint)"))
struct HTTPClientTests {
  /// The connection from the client to the server.
  enum Way: CaseIterable, Sendable {
    case plain, tls, nginx, caddy, haproxy

    var proxy: Proxy.Kind? {
      switch self {
      case .plain, .tls: nil
      case .nginx: .nginx
      case .caddy: .caddy
      case .haproxy: .haproxy
      }
    }
  }

  /// A server, and the URL that clients use for it.
  struct LandingPage {
    let server: HTTPProcess
    let proxy: Proxy?
    let url: String
    let ca: String?
    /// A key that permits only `calculate:basic`.
    let lesserKey: String

    init(_ way: Way) throws {
      let folder = try TemporaryFolder()
      let made = try HTTPProcess.newKey("lesser", role: "basic")
      lesserKey = made.key
      var environment = [
        "CALCULATOR_CREDENTIALS": try folder.write("credentials", #"{"keys":[\#(made.line)]}"#)
      ]
      if way == .tls {
        let certificate = try Certificate.shared.get()
        environment["CALCULATOR_TLS_CERT"] = certificate.path("cert.pem")
        environment["CALCULATOR_TLS_KEY"] = certificate.path("key.pem")
      }
      if way.proxy != nil { environment["CALCULATOR_TRUSTED_PROXIES"] = "127.0.0.1" }
      let server = try HTTPProcess(environment)
      let proxy = try way.proxy.map { try Proxy($0, before: server) }
      (self.server, self.proxy) = (server, proxy)
      ca = way == .plain ? nil : try Certificate.shared.get().path("ca.pem")
      url = proxy.map { "https://localhost:\($0.port)/mcp" } ?? server.url
    }
  }

  /// Good and bad values of one kind of header field.
  struct Credential: Sendable {
    let name: String
    let good: String
    /// A credential without `calculate:advanced`; `nil` if this kind has none.
    let lesser: String?
    let wrong: String
    /// The subject in the log for the good value.
    let subject: String
    let method: String
  }

  static func credentials(_ site: LandingPage) throws -> [Credential] {
    [
      Credential(
        name: "X-API-Key", good: HTTPProcess.key, lesser: site.lesserKey,
        wrong: "another-key-0123456789abcdef", subject: "key-1", method: "api_key"),
      Credential(
        name: "Authorization", good: "Bearer \(HTTPProcess.key)",
        lesser: "Bearer \(site.lesserKey)", wrong: "Bearer another-key-0123456789abcdef",
        subject: "key-1", method: "api_key"),
      Credential(
        name: "Authorization", good: "Bearer \(try HTTPProcess.token())",
        lesser: "Bearer \(try HTTPProcess.token(only: "calculate:basic"))",
        wrong: "Bearer \(try HTTPProcess.token())x", subject: HTTPProcess.user, method: "jwt"),
      Credential(
        name: "Authorization", good: .basic(HTTPProcess.user, HTTPProcess.password), lesser: nil,
        wrong: .basic(HTTPProcess.user, "guess"), subject: HTTPProcess.user, method: "basic"),
    ]
  }

  static let tools = ["add", "subtract", "multiply", "divide", "power", "modulo", "square_root"]

  static let proxiesOrNone = Way.allCases.filter { $0.proxy == nil || $0.proxy?.path != nil }

  /// All connections in one process, because a client starts slowly.
  @Test(arguments: RealClientTests.clients)
  func calculates(_ client: RealClientTests.Client) throws {
    let isModern = client.version == "2026-07-28"
    // The handshake is a request and a notification.
    let hello = isModern ? [200] : [200, 202]
    let sum = Scenario.Outcome.Step(isError: false, text: "0.3", structured: ["result": 0.3])
    let tools = Scenario.Outcome.Step(tools: Self.tools)
    let good = Scenario.Outcome(
      protocolVersion: client.version, server: .init(name: "calculator-http", version: "0.1.0"),
      steps: [
        tools, sum,
        .init(isError: true, text: "b must not be zero: division by zero has no result."),
        .init(
          protocolError: .init(
            code: -32602, message: "Invalid params: unknown tool; tools/list names them all")),
        sum,
      ], statuses: hello + [200, 200, 200, isModern ? 400 : 200, 200])
    var lesser = good
    // mcp 1.x ends its session on 403, so it gets a result. With every client the next call is
    // answered.
    let denied = "Permission denied: this needs calculate:advanced"
    let refusal =
      isModern
      ? Scenario.Outcome.Step(protocolError: .init(code: 403, message: denied))
      : Scenario.Outcome.Step(isError: true, text: denied, errorKind: "permission_denied")
    lesser.steps = [tools, sum, refusal, sum]
    lesser.statuses = hello + [200, 200, isModern ? 403 : 200, 200]

    let list = Scenario.Step(list: true)
    let add = Scenario.Step(call: "add", arguments: ["a": 0.1, "b": 0.2])
    let divide = Scenario.Step(call: "divide", arguments: ["a": 1.5, "b": 0.0])
    let power = Scenario.Step(call: "power", arguments: ["a": 2.0, "b": 10.0])
    var scenarios: [Scenario] = []
    var wanted: [(name: String, outcome: Scenario.Outcome?)] = []
    let sites = try Self.proxiesOrNone.map { (way: $0, site: try LandingPage($0)) }
    for (way, site) in sites {
      for credential in try Self.credentials(site) {
        func play(_ value: String, _ steps: [Scenario.Step], _ outcome: Scenario.Outcome?) {
          let headers = [credential.name: value]
          scenarios.append(Scenario(url: site.url, headers: headers, ca: site.ca, steps: steps))
          wanted.append(("\(way), \(credential.name), \(credential.method)", outcome))
        }
        play(credential.good, [list, add, divide, .init(call: "sum", arguments: [:]), add], good)
        if let value = credential.lesser { play(value, [list, add, power, add], lesser) }
        play(credential.wrong, [add], nil)
      }
    }
    let outcomes = try Scenario.play(scenarios, with: client.script, in: client.environment)
    try #require(outcomes.count == wanted.count)
    for (outcome, wanted) in zip(outcomes, wanted) {
      if let good = wanted.outcome {
        #expect(outcome == good, "\(wanted.name)")
      } else {
        #expect(outcome.steps.isEmpty, "\(wanted.name)")
        #expect(Set(outcome.statuses ?? []) == [401], "\(wanted.name)")
      }
    }
    for (way, site) in sites {
      let log = try site.server.end().joined(separator: "\n")
      for credential in try Self.credentials(site) {
        let who = #""method":"\#(credential.method)","subject":"\#(credential.subject)""#
        #expect(log.contains(who), "\(way)")
        #expect(!log.contains(credential.good.split(separator: " ").last ?? ""), "\(way)")
      }
    }
  }

  /// Over the rate limit a client of the handshake era gets a result, and its session continues:
  /// the client sends the next call in it.
  @Test(arguments: RealClientTests.clients.filter { $0.script == "legacy_client.py" })
  func aLimitedCallEndsNoSession(_ client: RealClientTests.Client) throws {
    // The handshake takes two tokens.
    let server = try HTTPProcess(["CALCULATOR_RATE_LIMIT": "3/hour"])
    let add = Scenario.Step(call: "add", arguments: ["a": 0.1, "b": 0.2])
    let outcome = try Scenario(
      url: server.url, headers: ["X-API-Key": HTTPProcess.key], steps: [add, add, add]
    ).play(with: client.script, in: client.environment)
    #expect(outcome.protocolVersion == client.version)
    #expect(outcome.statuses == [200, 202, 200, 200, 200])
    #expect(outcome.steps.map(\.errorKind) == [nil, "rate_limited", "rate_limited"])
    #expect(
      outcome.steps.first == .init(isError: false, text: "0.3", structured: ["result": 0.3]))
  }

  /// Without an `id`, Python's mcp 2.3 shows only "Server returned an error response".
  @Test(arguments: [
    (401, "Authentication failed", "/mcp", ["X-API-Key": "another-key-0123456789abcdef"]),
    (403, "This origin is not allowed", "/mcp", ["Origin": "http://evil.example"]),
    (405, "Method not allowed: MCP is served at POST /mcp", "/", ["X-API-Key": HTTPProcess.key]),
    (429, "Too many requests: try again in N s", "/mcp", ["X-API-Key": HTTPProcess.key]),
  ])
  func theUserSeesOurMessage(
    _ status: Int, _ message: String, _ path: String, _ headers: [String: String]
  ) throws {
    let server = try HTTPProcess(["CALCULATOR_RATE_LIMIT": "1/hour"])
    let url = server.url.replacing("/mcp", with: path)
    if status == 429 { #expect(try server.status(["X-API-Key: \(HTTPProcess.key)"]) == 200) }
    let outcome = try Scenario(
      url: url, headers: headers,
      steps: [.init(call: "add", arguments: ["a": 0.1, "b": 0.2])]
    ).play(with: "modern_client.py", in: "modern")
    // A second or more of the hour has passed, depending on the machine.
    let shown = outcome.failure?.message.replacing(/[0-9]+ s$/, with: "N s")
    #expect(outcome.failure?.code == status)
    #expect(shown == message)
  }

  // MARK: curl

  /// The command that the landing page shows.
  @Test(arguments: proxiesOrNone)
  func answersCurl(_ way: Way) throws {
    let site = try LandingPage(way)
    func curl(_ config: [String], tool: String = "add") throws -> String {
      let fields = HTTPProcess.fields(tool).flatMap { ["--header", $0] }
      let trust = site.ca.map { ["--cacert", $0] } ?? []
      let result = try Command.run(
        "curl",
        ["--silent", "--show-error", "--max-time", "60", "--config", "-", "--write-out"]
          + ["\n%{http_code}"] + fields + trust + ["--data", Wire.call(tool, #""a":0.1,"b":0.2"#)]
          + [site.url], input: config.joined(separator: "\n"))
      #expect(result.errors == "")
      return result.output
    }
    let denied =
      #"{"jsonrpc":"2.0","id":null,"error":{"code":401,"message":"Authentication failed"}}"#
    for credential in try Self.credentials(site) {
      func field(_ value: String) -> [String] { ["header = \"\(credential.name): \(value)\""] }
      #expect(try curl(field(credential.good)) == HTTPProcess.answer() + "\n200")
      #expect(try curl(field(credential.wrong)) == denied + "\n401")
      if let lesser = credential.lesser {
        #expect(try curl(field(lesser), tool: "power").hasSuffix("\n403"))
      }
    }
    let user = "user = \"\(HTTPProcess.user):\(HTTPProcess.password)\""
    #expect(try curl([user]) == HTTPProcess.answer() + "\n200")
    #expect(try curl([]) == denied + "\n401")
  }
}
