import Foundation
import Testing
import TestSupport

/// What stands under `examples/` for `CalculatorHTTP`; the proxies have tests of their own.
struct HTTPExampleTests {
  struct Config: Decodable {
    struct Server: Decodable {
      let url: String?
      let headers: [String: String]?
    }
    let mcpServers: [String: Server]?
    let servers: [String: Server]?
  }

  /// Each client's file, and what stands in it for the key.
  static let clients = [
    ("kiro/.kiro/settings/mcp.json", "${CALCULATOR_API_KEY}"),
    ("claude-code/.mcp.json", "${CALCULATOR_API_KEY}"),
    ("cursor/.cursor/mcp.json", "${env:CALCULATOR_API_KEY}"),
    ("vscode/.vscode/mcp.json", "${input:calculator-api-key}"),
  ]

  /// With the key in place each works, and pasted as it is it opens nothing.
  @Test(.enabled(if: Python.areThere, "\(Python.hint)"))
  func connectsTheClients() throws {
    let server = try HTTPProcess()
    let scenarios = try Self.clients.flatMap { file, placeholder in
      let path = Repository.root.appending(path: "examples/\(file)")
      let config = try JSONDecoder().decode(Config.self, from: try Data(contentsOf: path))
      let entry = try #require((config.mcpServers ?? config.servers)?["calculator-http"])
      #expect(entry.url == "http://127.0.0.1:8080/mcp", "where the server listens by itself")
      let headers = try #require(entry.headers)
      #expect(headers == ["X-API-Key": placeholder])
      return [headers.mapValues { _ in HTTPProcess.key }, headers].map {
        Scenario(
          url: server.url, headers: $0,
          steps: [.init(list: true), .init(call: "add", arguments: ["a": 0.1, "b": 0.2])])
      }
    }
    let outcomes = try Scenario.play(scenarios, with: "modern_client.py", in: "modern")
    #expect(
      outcomes.map { $0.steps.last?.text }
        == Array(repeating: ["0.3", nil], count: Self.clients.count).flatMap(\.self))
    #expect(outcomes.count { $0.statuses?.contains(401) == true } == Self.clients.count)
  }

  @Test func theCredentialsFileIsReadAndGuardsNothingUnfilled() throws {
    let example = Repository.root.appending(path: "examples/credentials.json")
    let process = try ServerProcess(
      "CalculatorHTTP", environment: ["CALCULATOR_CREDENTIALS": example.path])
    #expect(process.waitForExit() == 78)
    let placeholder = "is a placeholder that nobody filled in"
    let errors = try process.restOfErrors()
    #expect(errors.contains(#""sha256" \#(placeholder)"#))
    #expect(errors.contains(#""password" \#(placeholder)"#))

    let made = try HTTPProcess.newKey("ci", role: "basic")
    let hashed = try HTTPProcess.command(
      ["hash-password", "--user", "anshika"], input: HTTPProcess.password)
    let digest = try #require(made.line.firstMatch(of: /"sha256":"([^"]*)"/)).1
    let hash = try #require(hashed.output.firstMatch(of: /"password":"([^"]*)"/)).1
    let filled = try String(contentsOf: example, encoding: .utf8)
      .replacing("replace-with-a-line-of-CalculatorHTTP-new-key", with: digest)
      .replacing("replace-with-a-line-of-CalculatorHTTP-hash-password", with: hash)
    let folder = try TemporaryFolder()
    let server = try HTTPProcess([
      "CALCULATOR_CREDENTIALS": try folder.write("credentials", filled),
      "CALCULATOR_BASIC_USER": "another",
    ])
    #expect(try server.status(["X-API-Key: \(made.key)"]) == 200)
    let basic = String.basic("anshika", HTTPProcess.password)
    #expect(try server.status(["Authorization: \(basic)"]) == 200)
  }

  @Test func theEnvironmentFileServesHTTPToo() throws {
    let file = Repository.root.appending(path: "examples/.env.example")
    let unfilled = try ServerProcess(
      "CalculatorHTTP", arguments: ["--port", "0", "--env-file", file.path], environment: [:])
    #expect(unfilled.waitForExit() == 78)
    #expect(
      try unfilled.restOfErrors().contains("key 1 is a placeholder that nobody filled in"))
    let filled = try HTTPProcess(arguments: ["--env-file", file.path])
    #expect(try filled.status(["X-API-Key: \(HTTPProcess.key)"]) == 200)

    // Every setting in it that is commented out is one that the server takes; there are no files.
    let text = try String(contentsOf: file, encoding: .utf8)
    let settings = text.matches(of: /(?m)^# ((?:JWT|CALCULATOR)_\w+)=([^\/].*)$/)
    let defaults = Dictionary(settings.map { (String($0.1), String($0.2)) }) { $1 }
    #expect(defaults["CALCULATOR_METRICS"] == "false")
    let process = try ServerProcess("CalculatorHTTP", environment: defaults)
    #expect(process.waitForExit() == 78)
    #expect(
      Set(try process.restOfErrors().matches(of: /CalculatorHTTP: (\w+)/).map { String($0.1) })
        == ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "CALCULATOR_BASIC_PASSWORD"])
  }
}
