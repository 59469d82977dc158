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
}

enum Conformance {
  private static let index = ProcessInfo.processInfo.environment["CALCULATOR_CONFORMANCE"]

  static var isThere: Bool {
    guard let index, FileManager.default.isReadableFile(atPath: index) else { return false }
    return (try? Command.run("node", ["--version"]))?.output.hasPrefix("v2") == true
  }

  private struct Check: Decodable {
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
    for result in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
      // server-NAME-TIME
      let parts = result.split(separator: "-")
      guard let year = parts.lastIndex(where: { $0.count == 4 && Int($0) != nil }) else { continue }
      let name = parts[1..<year].joined(separator: "-")
      let data = try Data(contentsOf: folder.url.appending(path: "\(result)/checks.json"))
      let checks = try JSONDecoder().decode([Check].self, from: data)
      found[name] = checks.count { $0.status == "SUCCESS" }
    }
    for (name, count) in scenarios {
      #expect(found[name, default: 0] >= count, "\(name) under \(revision)")
    }
    #expect(found.values.reduce(0, +) >= successes)
  }
}
