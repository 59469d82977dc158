import Foundation
import TestSupport
import Testing

/// The official conformance suite of MCP against the real servers, run open. It is not a part of
/// this repository: `CALCULATOR_CONFORMANCE` names the bundled `index.js`, and node 20 runs it.
///
/// A calculator has none of the suite's own tools, prompts and resources. The scenarios below need
/// none of them.
@Suite(
  .serialized, .enabled(if: Conformance.isThere, "CALCULATOR_CONFORMANCE and node are not set"))
struct ConformanceTests {
  /// The number of checks that succeed in each scenario.
  static let modern = [
    "dns-rebinding-protection": 2, "http-header-validation": 14, "server-stateless": 21,
    "tools-list": 3, "caching": 4, "sep-2164-resource-not-found": 2,
    "input-required-result-unsupported-methods": 2,
  ]
  static let handshake = [
    "dns-rebinding-protection": 2, "ping": 2, "server-initialize": 2, "tools-list": 3,
  ]

  /// The suite has no scenario about DNS rebinding for the oldest revision.
  static let withoutRebinding = handshake.filter { $0.key != "dns-rebinding-protection" }

  @Test(arguments: [
    ("2026-07-28", modern, 83), ("2025-11-25", handshake, 35), ("2025-06-18", withoutRebinding, 0),
  ])
  func calculatorHTTPConforms(
    _ revision: String, _ scenarios: [String: Int], _ successes: Int
  ) throws {
    let server = try HTTPProcess([
      "CALCULATOR_API_KEY": "", "CALCULATOR_BASIC_USER": "", "CALCULATOR_BASIC_PASSWORD": "",
      "JWT_SECRET": "", "CALCULATOR_REQUIRE_AUTH": "false",
    ])
    try Conformance.check(server.url, revision, scenarios, successes)
  }

  /// Guests may call every tool, so the suite needs no token.
  @Test(arguments: [("2026-07-28", modern, 83), ("2025-11-25", handshake, 35)])
  func calculatorOAuthConforms(
    _ revision: String, _ scenarios: [String: Int], _ successes: Int
  ) throws {
    let port = try HTTPSocket.freePort()
    let server = try ServerProcess(
      "CalculatorOAuth", arguments: ["--port", "\(port)"],
      environment: [
        // Nothing listens at the port of the provider: no token is sent.
        "CALCULATOR_OAUTH_ISSUER": "http://127.0.0.1:9", "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
        "CALCULATOR_BASE_URL": "http://localhost:\(port)", "CALCULATOR_GUEST_ROLE": "advanced",
        "CALCULATOR_RATE_LIMIT": "off",
      ])
    _ = try #require(try server.readLine())
    try Conformance.check("http://localhost:\(port)/mcp", revision, scenarios, successes)
  }

  /// Both scenarios for authorization servers: the metadata, with Client ID Metadata Documents, and the
  /// authorization code grant. A person signs in where the suite asks for one.
  @Test(.enabled(if: Python.areThere, "\(Python.hint)"))
  func theAuthorizationServerConforms() throws {
    let server = try SignInServer()
    let checks = try Conformance.checkAuthorization(server)
    #expect(
      checks.map(\.id).sorted() == [
        "authorization-code-grant", "authorization-server-metadata",
        "authorization-server-metadata-cimd",
      ])
    for check in checks { #expect(check.status == "SUCCESS", "\(check.id)") }
    _ = try server.end()
  }
}

/// The same suite against CalculatorBridge as a client. The table of guide/reference.md says what passes.
@Suite(
  .serialized, .enabled(if: Conformance.isThere, "CALCULATOR_CONFORMANCE and node are not set"))
struct BridgeConformanceTests {
  static let rows = (try? Conformance.clientRows()) ?? []

  /// A scenario that the suite gets later needs a row.
  @Test func theTableHasEveryScenario() throws {
    #expect(try Conformance.clientScenarios() == Self.rows.map(\.scenario).sorted())
    #expect(Self.rows.count { $0.passes } == 39)
  }

  @Test(arguments: rows.filter(\.passes))
  func theBridgeConforms(_ row: Conformance.Row) throws { try Conformance.checkClient(row) }
}

enum Conformance {
  private static let index = ProcessInfo.processInfo.environment["CALCULATOR_CONFORMANCE"]

  static var isThere: Bool {
    guard let index, FileManager.default.isReadableFile(atPath: index) else { return false }
    return (try? Command.run("node", ["--version"]))?.output.hasPrefix("v2") == true
  }

  struct Check: Decodable {
    let id: String
    let status: String
  }

  static func check(
    _ url: String, _ revision: String, _ scenarios: [String: Int], _ successes: Int
  ) throws {
    let folder = try TemporaryFolder()
    _ = try Command.run(
      "node",
      [
        index ?? "", "server", "--url", url, "--suite", "all", "--spec-version", revision, "-o",
        folder.url.path,
      ])
    var found: [String: Int] = [:]
    for (result, checks) in try results(in: folder) {
      // server-NAME-TIME
      let parts = result.split(separator: "-")
      guard let year = parts.lastIndex(where: { $0.count == 4 && Int($0) != nil }) else { continue }
      let name = parts[1..<year].joined(separator: "-")
      found[name] = checks.count { $0.status == "SUCCESS" }
    }
    for (name, count) in scenarios {
      #expect(found[name, default: 0] >= count, "\(name) under \(revision)")
    }
    #expect(found.values.reduce(0, +) >= successes)
  }

  /// The checks of the suite for authorization servers.
  static func checkAuthorization(_ server: SignInServer) throws -> [Check] {
    let folder = try TemporaryFolder()
    let suite = try ServerProcess(
      "env", in: URL(filePath: "/usr/bin"),
      arguments: [
        "node", index ?? "", "authorization", "--url", server.issuer, "--client-id",
        SignInServer.client, "--port", "\(try HTTPSocket.freePort())", "-o", folder.url.path,
      ],
      environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
    while let line = try suite.readLine() {
      guard line.hasPrefix("http"), line.contains("code_challenge=") else { continue }
      let person = ["url": line, "user": SignInServer.user, "password": SignInServer.password]
      let (status, _) = try Python.run(
        "person.py", in: "modern", input: try JSONEncoder().encode(person))
      #expect(status == 0)
    }
    #expect(suite.waitForExit() == 0)
    return try results(in: folder).flatMap(\.checks)
  }

  /// The folder of each scenario that was run, and its checks.
  private static func results(
    in folder: TemporaryFolder
  ) throws -> [(name: String, checks: [Check])] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).map { name in
      let data = try Data(contentsOf: folder.url.appending(path: "\(name)/checks.json"))
      return (name, try JSONDecoder().decode([Check].self, from: data))
    }
  }

  // MARK: Clients

  /// A row of the table.
  struct Row: Sendable, CustomTestStringConvertible {
    let scenario: String
    /// `nil` for an extension.
    let revision: String?
    let passes: Bool
    var testDescription: String { scenario }
  }

  static func clientRows() throws -> [Row] {
    let page = Repository.root.appending(path: "guide/reference.md")
    let sections = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n## ")
    let section = sections.first { $0.hasPrefix("Conformance of CalculatorBridge") } ?? ""
    return section.matches(of: /(?m)^\| `([^`]+)` \| (\S+) \| (passes|not applicable: .+) \|$/).map
    {
      let revision = String($0.2)
      return Row(
        scenario: String($0.1), revision: revision == "extension" ? nil : revision,
        passes: $0.3 == "passes")
    }
  }

  static func clientScenarios() throws -> [String] {
    let list = try Command.run("node", [index ?? "", "list"]).output
    let section = list.components(separatedBy: "Client scenarios").last ?? ""
    let clients = section.components(separatedBy: "Authorization server scenarios").first ?? ""
    return clients.matches(of: /(?m)^ +- (\S+) \[/).map { String($0.1) }.sorted()
  }

  /// The suite starts the bridge with a server of its own, and gives its verdict.
  static func checkClient(_ row: Row) throws {
    let bridge = try ServerProcess.path(of: "CalculatorBridge")
    let script = Repository.root.appending(path: "scripts/conformance_client.py").path
    let result = try Command.run(
      "node",
      [
        index ?? "", "client", "--command", "python3 \(script) \(bridge)", "--scenario",
        row.scenario,
      ]
        + (row.revision.map { ["--spec-version", $0] } ?? []))
    #expect(
      result.status == 0 && (result.output + result.errors).contains("OVERALL: PASSED"),
      "\(result.output.suffix(2000)) \(result.errors.suffix(2000))")
  }
}
