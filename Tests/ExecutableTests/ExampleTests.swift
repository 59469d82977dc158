import Foundation
import Testing
import TestSupport

/// The configs under `examples/`, each used just as its client would.
struct ExampleTests {
  struct Example: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let file: String
    /// The member that holds the servers.
    var servers = "mcpServers"
    /// What the client, or the person, puts the key in place of.
    let placeholder: String
  }

  static let examples = [
    Example(
      testDescription: "Kiro", file: "kiro/.kiro/settings/mcp.json",
      placeholder: "${CALCULATOR_API_KEY}"),
    Example(
      testDescription: "Claude Desktop", file: "claude-desktop/claude_desktop_config.json",
      placeholder: "replace-with-the-output-of-openssl-rand-hex-32"),
    Example(
      testDescription: "Claude Code", file: "claude-code/.mcp.json",
      placeholder: "${CALCULATOR_API_KEY}"),
    Example(
      testDescription: "Cursor", file: "cursor/.cursor/mcp.json",
      placeholder: "${env:CALCULATOR_API_KEY}"),
    Example(
      testDescription: "VS Code", file: "vscode/.vscode/mcp.json", servers: "servers",
      placeholder: "${input:calculator-api-key}"),
  ]

  struct Server: Decodable {
    let command: String
    let args: [String]
    let env: [String: String]
  }

  static func server(of example: Example) throws -> Server {
    struct Config: Decodable {
      let mcpServers: [String: Server]?
      let servers: [String: Server]?
    }
    let file = Repository.root.appending(path: "examples/\(example.file)")
    let config = try JSONDecoder().decode(Config.self, from: try Data(contentsOf: file))
    let servers = example.servers == "servers" ? config.servers : config.mcpServers
    let server = try #require(servers?["calculator"])
    #expect(server.command == "/usr/local/bin/CalculatorStdio", "where make install puts it")
    #expect(server.env.values.contains(example.placeholder))
    return server
  }

  @Test(.enabled(if: Python.areThere, "\(Python.hint)"), arguments: examples)
  func startsTheServer(_ example: Example) throws {
    let server = try Self.server(of: example)
    let outcome = try Scenario(
      command: try ServerProcess.path(of: "CalculatorStdio"), args: server.args,
      env: server.env.mapValues { $0 == example.placeholder ? StdioHarness.key : $0 },
      steps: [
        .init(
          call: "add", arguments: ["a": 0.1, "b": 0.2, "auth_token": .string(StdioHarness.key)]),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
      ]
    ).play(with: "modern_client.py", in: "modern")
    #expect(outcome.steps.map(\.text) == ["0.3", "Authentication failed"])
  }

  /// Pasted as it is, no example guards anything with a key that everybody knows.
  @Test(arguments: examples)
  func guardsNothingUnfilled(_ example: Example) throws {
    let server = try Self.server(of: example)
    let process = try ServerProcess(arguments: server.args, environment: server.env)
    #expect(process.waitForExit() == 78)
    #expect(
      try process.restOfErrors()
        == "CalculatorStdio: CALCULATOR_API_KEY: key 1 is a placeholder that nobody filled in; "
        + "make a good one with the output of: openssl rand -hex 32")
  }

  @Test func theEnvironmentFileIsReadAndGuardsNothingUnfilled() throws {
    let file = Repository.root.appending(path: "examples/.env.example").path
    let process = try ServerProcess(arguments: ["--env-file", file], environment: [:])
    #expect(process.waitForExit() == 78)
    #expect(try process.restOfErrors().contains("key 1 is a placeholder that nobody filled in"))
    let filled = try ServerProcess(
      arguments: ["--env-file", file], environment: StdioHarness.environment)
    filled.send(StdioExecutableTests.good)
    #expect(try filled.readLine() == StdioExecutableTests.answer)
  }

  /// VS Code asks for the key, hides what is typed and keeps it safe.
  @Test func theInputOfVSCodeIsAPassword() throws {
    struct Config: Decodable {
      struct Input: Decodable, Equatable {
        let id: String
        let type: String
        let password: Bool
      }
      let inputs: [Input]
    }
    let file = Repository.root.appending(path: "examples/vscode/.vscode/mcp.json")
    let config = try JSONDecoder().decode(Config.self, from: try Data(contentsOf: file))
    #expect(
      config.inputs == [.init(id: "calculator-api-key", type: "promptString", password: true)])
  }
}
