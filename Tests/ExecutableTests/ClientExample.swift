import Foundation
import TestSupport
import Testing

/// A client, and the files under `examples/` for its configuration.
struct ClientExample: CustomTestStringConvertible, Sendable {
  let name: String
  let folder: String
  /// The member of the configuration that contains the servers.
  var member = "mcpServers"
  var isTOML = false
  /// The placeholder of a variable's secret in the configuration; `nil` if the client passes the
  /// variable on by its name.
  let placeholder: @Sendable (String) -> String?
  var takesHTTP = true

  var testDescription: String { name }

  /// Whether it has an example for `CalculatorOAuth`: all that take a URL sign in at the identity
  /// provider.
  var signsIn: Bool { takesHTTP }
  /// Whether it has an example that sends a token for another service beside the sign-in.
  var sendsTokens: Bool { ["kiro", "claude-code", "cursor", "vscode"].contains(folder) }

  /// Whether it has examples that reach a remote server through `CalculatorBridge`.
  var hasBridge: Bool { ["claude-desktop", "kiro", "zed"].contains(folder) }
  /// With a key, and with a sign-in.
  static let bridgeEntries = ["calculator-bridge", "calculator-bridge-oauth"]

  static let all = [
    ClientExample(name: "Kiro", folder: "kiro") { "${\($0)}" },
    ClientExample(name: "Claude Code", folder: "claude-code") { "${\($0)}" },
    ClientExample(
      name: "Claude Desktop", folder: "claude-desktop", placeholder: replacement, takesHTTP: false),
    ClientExample(name: "Cursor", folder: "cursor") { "${env:\($0)}" },
    ClientExample(name: "VS Code", folder: "vscode", member: "servers") {
      "${input:\(inputs[$0] ?? "")}"
    },
    ClientExample(
      name: "Codex CLI", folder: "codex", member: "mcp_servers", isTOML: true,
      placeholder: { _ in nil }),
    ClientExample(name: "Gemini CLI", folder: "gemini-cli") { "${\($0)}" },
    ClientExample(name: "Zed", folder: "zed", member: "context_servers", placeholder: replacement),
    ClientExample(name: "LM Studio", folder: "lm-studio", placeholder: replacement),
    ClientExample(name: "Cline", folder: "cline", placeholder: replacement),
    // Its header fields are arguments of the command line.
    ClientExample(
      name: "MCP Inspector", folder: "inspector", placeholder: replacement, takesHTTP: false),
  ]

  /// For a client that expands no variables.
  static func replacement(_ variable: String) -> String? {
    variable == "CALCULATOR_ISSUER_KEY"
      ? "replace-with-another-output-of-openssl-rand-hex-32"
      : "replace-with-the-output-of-openssl-rand-hex-32"
  }

  /// The inputs that VS Code asks for, by variable.
  static let inputs = [
    "CALCULATOR_API_KEY": "calculator-api-key", "JWT_SECRET": "jwt-secret",
    "CALCULATOR_ISSUER_KEY": "calculator-issuer-key", "JIRA_TOKEN": "jira-token",
  ]

  /// A server in the file of any client.
  struct Server: Decodable {
    let type: String?
    let command: String?
    let args: [String]?
    let env: [String: String]?
    let envVars: [String]?
    let url: String?
    let httpURL: String?
    let headers: [String: String]?
    let envHeaders: [String: String]?

    enum CodingKeys: String, CodingKey {
      case type, command, args, env, url, headers
      case envVars = "env_vars"
      case httpURL = "httpUrl"
      case envHeaders = "env_http_headers"
    }
  }

  func file(_ entry: String) -> URL {
    Repository.root.appending(path: "examples/\(folder)/\(entry).\(isTOML ? "toml" : "json")")
  }

  /// The one server of a file, by its name in the file.
  func server(_ entry: String) throws -> Server {
    let file = file(entry)
    let data = isTOML ? try Self.json(ofTOML: file) : try Data(contentsOf: file)
    struct Config: Decodable {
      let servers: [String: [String: Server]]
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        servers = try container.allKeys.reduce(into: [:]) { servers, key in
          guard key.stringValue != "inputs" else { return }
          servers[key.stringValue] = try container.decode([String: Server].self, forKey: key)
        }
      }
    }
    let config = try JSONDecoder().decode(Config.self, from: data)
    #expect(Array(config.servers.keys) == [member])
    let servers = config.servers[member] ?? [:]
    #expect(Array(servers.keys) == [entry], "one server in each file, so that nothing else fails")
    return try #require(servers[entry])
  }

  private struct Name: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private static func json(ofTOML file: URL) throws -> Data {
    let script =
      "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))"
    let result = try Command.run(
      Python.interpreter("modern").path, ["-c", script, file.path])
    #expect(result.status == 0, "\(result.errors)")
    return Data(result.output.utf8)
  }
}
