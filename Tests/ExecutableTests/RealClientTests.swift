import Foundation
import Testing
import TestHarness

/// Third-party clients start the release binary, list its tools and call them.
@Suite(.enabled(if: Python.areThere, "\(Python.hint)"))
struct RealClientTests {
  struct Client: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let script: String
    let environment: String
    let version: String
  }

  static let clients = [
    Client(
      testDescription: "mcp 2.x, the modern era", script: "modern_client.py", environment: "modern",
      version: "2026-07-28"),
    Client(
      testDescription: "fastmcp 4.x", script: "fastmcp_client.py", environment: "modern",
      version: "2026-07-28"),
    Client(
      testDescription: "mcp 1.30, the newest handshake", script: "legacy_client.py",
      environment: "handshake", version: "2025-11-25"),
    Client(
      testDescription: "mcp 1.9, the handshake", script: "legacy_client.py", environment: "legacy",
      version: "2025-03-26"),
  ]

  @Test(arguments: clients)
  func calculates(_ client: Client) throws {
    let key = Scenario.Argument.string(StdioHarness.key)
    let outcome = try Scenario(
      command: try ServerProcess.path(of: "CalculatorStdio"), env: StdioHarness.environment,
      steps: [
        .init(list: true),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2, "auth_token": key]),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2, "auth_token": "wrong"]),
        .init(
          call: "square_root", arguments: ["a": 0.25],
          meta: ["calculator/auth_token": StdioHarness.key]),
        .init(call: "divide", arguments: ["a": 1.5, "b": 0.0, "auth_token": key]),
        .init(call: "sum", arguments: [:]),
      ]
    ).play(with: client.script, in: client.environment)

    let refused = Scenario.Outcome.Step(
      isError: true, text: "Authentication failed", errorKind: "authentication_failed")
    #expect(
      outcome
        == Scenario.Outcome(
          protocolVersion: client.version,
          server: .init(name: "calculator-stdio", version: "0.1.0"),
          steps: [
            .init(tools: [
              "add", "subtract", "multiply", "divide", "power", "modulo", "square_root",
            ]),
            .init(isError: false, text: "0.3", structured: ["result": 0.3]),
            refused, refused,
            .init(isError: false, text: "0.5", structured: ["result": 0.5]),
            .init(isError: true, text: "b must not be zero: division by zero has no result."),
            .init(
              protocolError: .init(
                code: -32602, message: "Invalid params: unknown tool; tools/list names them all")),
          ]))
  }

  /// A key in `_meta` works with a host that follows the schemas of the tools. A host that fills
  /// every argument may send `""`.
  @Test(arguments: clients.filter { $0.environment != "legacy" })
  func aKeyInMetaSatisfiesTheSchema(_ client: Client) throws {
    let key = ["calculator/auth_token": StdioHarness.key]
    let outcome = try Scenario(
      command: try ServerProcess.path(of: "CalculatorStdio"), env: StdioHarness.environment,
      steps: [
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2], meta: key, validate: true),
        .init(
          call: "add", arguments: ["a": 0.1, "b": 0.2, "auth_token": ""], meta: key, validate: true),
      ]
    ).play(with: client.script, in: client.environment)
    let sum = Scenario.Outcome.Step(isError: false, text: "0.3", structured: ["result": 0.3])
    #expect(outcome.steps == [sum, sum])
  }

  @Test(arguments: clients)
  func calculatesWithAToken(_ client: Client) throws {
    let token = try JWTExecutableTests.token(["issue", "--user", "anshika"]).output
    let outcome = try Scenario(
      command: try ServerProcess.path(of: "CalculatorJWT"), env: JWTHarness.environment,
      steps: [
        .init(list: true),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2, "jwt_token": .string(token)]),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
        .init(
          call: "power", arguments: ["a": 2.0, "b": 10.0], meta: ["calculator/jwt_token": token]),
        .init(call: "whoami", arguments: ["jwt_token": .string(token + "x")]),
      ]
    ).play(with: client.script, in: client.environment)

    let refused = Scenario.Outcome.Step(
      isError: true, text: "Invalid or expired JWT token", errorKind: "authentication_failed")
    #expect(
      outcome
        == Scenario.Outcome(
          protocolVersion: client.version,
          server: .init(name: "calculator-jwt", version: "0.1.0"),
          steps: [
            .init(tools: [
              "generate_token", "refresh_token", "revoke_token", "whoami", "add", "subtract",
              "multiply", "divide", "power", "modulo", "square_root",
            ]),
            .init(isError: false, text: "0.3", structured: ["result": 0.3]),
            refused,
            .init(isError: false, text: "1024", structured: ["result": 1024]),
            refused,
          ]))
  }
}
