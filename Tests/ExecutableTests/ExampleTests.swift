import Foundation
import Testing
import TestSupport

/// The configs under `examples/`, each used just as its client would.
struct ExampleTests {
  /// A server, with what it is asked and what it answers whichever client starts it.
  struct Product: Sendable {
    let name: String
    /// Its member in every config.
    let entry: String
    /// What the client, or the person, puts in the place of each placeholder.
    let secrets: [String: String]
    /// What it says of secrets that nobody filled in, one beginning for each line.
    let complaints: [String]
  }

  static let stdio = Product(
    name: "CalculatorStdio", entry: "calculator", secrets: StdioHarness.environment,
    complaints: [
      "CalculatorStdio: CALCULATOR_API_KEY: key 1 is a placeholder that nobody filled in; "
        + "make a good one with the output of: openssl rand -hex 32"
    ])

  static let issuerKey = "issuer-key-of-the-examples"
  static let jwt = Product(
    name: "CalculatorJWT", entry: "calculator-jwt",
    secrets: JWTHarness.environment.merging(["CALCULATOR_ISSUER_KEY": issuerKey]) { $1 },
    complaints: [
      "CalculatorJWT: CALCULATOR_ISSUER_KEY: key 1 is a placeholder that nobody filled in",
      "CalculatorJWT: JWT_SECRET is a placeholder that nobody filled in",
    ])

  struct Example: CustomTestStringConvertible, Sendable {
    let client: String
    let file: String
    /// The member that holds the servers.
    var servers = "mcpServers"
    let product: Product
    /// What stands in the config for each secret.
    let placeholders: [String: String]

    var testDescription: String { "\(client), \(product.name)" }
  }

  static let examples = [
    Example(
      client: "Kiro", file: "kiro/.kiro/settings/mcp.json", product: stdio,
      placeholders: ["CALCULATOR_API_KEY": "${CALCULATOR_API_KEY}"]),
    Example(
      client: "Kiro", file: "kiro/.kiro/settings/mcp.json", product: jwt,
      placeholders: [
        "JWT_SECRET": "${JWT_SECRET}", "CALCULATOR_ISSUER_KEY": "${CALCULATOR_ISSUER_KEY}",
      ]),
    Example(
      client: "Claude Desktop", file: "claude-desktop/claude_desktop_config.json", product: stdio,
      placeholders: ["CALCULATOR_API_KEY": "replace-with-the-output-of-openssl-rand-hex-32"]),
    Example(
      client: "Claude Desktop", file: "claude-desktop/claude_desktop_config.json", product: jwt,
      placeholders: [
        "JWT_SECRET": "replace-with-the-output-of-openssl-rand-hex-32",
        "CALCULATOR_ISSUER_KEY": "replace-with-another-output-of-openssl-rand-hex-32",
      ]),
    Example(
      client: "Claude Code", file: "claude-code/.mcp.json", product: stdio,
      placeholders: ["CALCULATOR_API_KEY": "${CALCULATOR_API_KEY}"]),
    Example(
      client: "Claude Code", file: "claude-code/.mcp.json", product: jwt,
      placeholders: [
        "JWT_SECRET": "${JWT_SECRET}", "CALCULATOR_ISSUER_KEY": "${CALCULATOR_ISSUER_KEY}",
      ]),
    Example(
      client: "Cursor", file: "cursor/.cursor/mcp.json", product: stdio,
      placeholders: ["CALCULATOR_API_KEY": "${env:CALCULATOR_API_KEY}"]),
    Example(
      client: "Cursor", file: "cursor/.cursor/mcp.json", product: jwt,
      placeholders: [
        "JWT_SECRET": "${env:JWT_SECRET}", "CALCULATOR_ISSUER_KEY": "${env:CALCULATOR_ISSUER_KEY}",
      ]),
    Example(
      client: "VS Code", file: "vscode/.vscode/mcp.json", servers: "servers", product: stdio,
      placeholders: ["CALCULATOR_API_KEY": "${input:calculator-api-key}"]),
    Example(
      client: "VS Code", file: "vscode/.vscode/mcp.json", servers: "servers", product: jwt,
      placeholders: [
        "JWT_SECRET": "${input:jwt-secret}",
        "CALCULATOR_ISSUER_KEY": "${input:calculator-issuer-key}",
      ]),
  ]

  struct Server: Decodable {
    let command: String
    let args: [String]
    let env: [String: String]
  }

  static func server(of example: Example) throws -> Server {
    /// `calculator-http` is not started by the client: `HTTPExampleTests` has it.
    struct Entry: Decodable {
      let started: Server?

      init(from decoder: any Decoder) throws {
        let isStarted = try decoder.container(keyedBy: Key.self).contains(.command)
        started = isStarted ? try Server(from: decoder) : nil
      }

      enum Key: CodingKey { case command }
    }
    struct Config: Decodable {
      let mcpServers: [String: Entry]?
      let servers: [String: Entry]?
    }
    let file = Repository.root.appending(path: "examples/\(example.file)")
    let config = try JSONDecoder().decode(Config.self, from: try Data(contentsOf: file))
    let entries = example.servers == "servers" ? config.servers : config.mcpServers
    let servers = entries?.compactMapValues(\.started)
    #expect(servers?.count == 2)
    let server = try #require(servers?[example.product.entry])
    #expect(
      server.command == "/usr/local/bin/\(example.product.name)", "where make install puts it")
    #expect(server.env == example.placeholders)
    return server
  }

  /// A result of whichever tool: `Scenario.Outcome` reads those of the calculator alone.
  struct Answers: Decodable {
    struct Step: Decodable {
      let isError: Bool
      let text: String
    }
    let steps: [Step]
  }

  @Test(.enabled(if: Python.areThere, "\(Python.hint)"), arguments: examples)
  func startsTheServer(_ example: Example) throws {
    let server = try Self.server(of: example)
    let isJWT = example.product.name == Self.jwt.name
    let scenario = Scenario(
      command: try ServerProcess.path(of: example.product.name), args: server.args,
      env: server.env.merging(example.product.secrets) { $1 },
      steps: isJWT ? try Self.stepsWithTokens() : Self.stepsWithKeys)
    let (status, output) = try Python.run(
      "modern_client.py", in: "modern", input: try JSONEncoder().encode(scenario))
    #expect(status == 0)
    let answers = try JSONDecoder().decode(Answers.self, from: output).steps
    if isJWT {
      #expect(answers.map(\.isError) == [false, true, true, false])
      #expect(answers.first?.text.wholeMatch(of: /eyJ[\w-]+\.[\w-]+\.[\w-]{43}/) != nil)
      #expect(
        answers.dropFirst().map(\.text)
          == ["Authentication failed", "Invalid or expired JWT token", "0.3"])
    } else {
      #expect(answers.map(\.isError) == [false, true])
      #expect(answers.map(\.text) == ["0.3", "Authentication failed"])
    }
  }

  static let stepsWithKeys: [Scenario.Step] = [
    .init(call: "add", arguments: ["a": 0.1, "b": 0.2, "auth_token": .string(StdioHarness.key)]),
    .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
  ]

  /// A scenario cannot carry a token from one step into the next: the last one shows a token from
  /// the command line, as `examples/README.md` advises.
  static func stepsWithTokens() throws -> [Scenario.Step] {
    let command = try ServerProcess(
      jwt.name, arguments: ["token", "issue", "--user", "anshika"], environment: jwt.secrets)
    let token = try #require(try command.readLine())
    return [
      .init(
        call: "generate_token",
        arguments: ["user_id": "anshika", "auth_token": .string(issuerKey)]),
      .init(call: "generate_token", arguments: ["user_id": "anshika"]),
      .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
      .init(call: "add", arguments: ["a": 0.1, "b": 0.2, "jwt_token": .string(token)]),
    ]
  }

  /// Pasted as it is, no example guards anything with a secret that everybody knows.
  @Test(arguments: examples)
  func guardsNothingUnfilled(_ example: Example) throws {
    let server = try Self.server(of: example)
    let process = try ServerProcess(
      example.product.name, arguments: server.args, environment: server.env)
    #expect(process.waitForExit() == 78)
    let errors = try process.restOfErrors()
    for complaint in example.product.complaints { #expect(errors.contains(complaint)) }
    #expect(errors.split(separator: "\n").count == example.product.complaints.count)
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

  /// Both servers can read the one file; what is for the other they pass over.
  @Test func theEnvironmentFileServesTokensToo() throws {
    let file = Repository.root.appending(path: "examples/.env.example")
    let unfilled = try ServerProcess(
      Self.jwt.name, arguments: ["--env-file", file.path], environment: [:])
    #expect(unfilled.waitForExit() == 78)
    #expect(try unfilled.restOfErrors().contains("JWT_SECRET is not set"))
    let filled = try ServerProcess(
      Self.jwt.name, arguments: ["--env-file", file.path], environment: Self.jwt.secrets)
    filled.closeInput()
    #expect(filled.waitForExit() == 0)

    // Every setting in it that is commented out is one that the server takes.
    let text = try String(contentsOf: file, encoding: .utf8)
    let settings = text.matches(of: /(?m)^# ((?:JWT|CALCULATOR)_\w+)=(.*)$/)
      .filter { !$0.1.hasSuffix("_FILE") && $0.1 != "CALCULATOR_USERS" }
    let defaults = Dictionary(settings.map { (String($0.1), String($0.2)) }) { $1 }
    #expect(defaults.count == 24)
    let process = try ServerProcess(Self.jwt.name, environment: defaults)
    #expect(process.waitForExit() == 78)
    #expect(
      Set(try process.restOfErrors().matches(of: /CalculatorJWT: (\w+)/).map { String($0.1) })
        == ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "CALCULATOR_ISSUER_KEY"])
  }

  @Test func theUsersAreRead() throws {
    let users = Repository.root.appending(path: "examples/users.json").path
    let environment = Self.jwt.secrets.merging(["CALCULATOR_USERS": users]) { $1 }
    for (user, status) in [("anshika", Int32(0)), ("nobody", 1)] {
      let command = try ServerProcess(
        Self.jwt.name, arguments: ["token", "issue", "--user", user], environment: environment)
      #expect(command.waitForExit() == status)
    }
  }

  /// VS Code asks for each secret, hides what is typed and keeps it safe.
  @Test func theInputsOfVSCodeArePasswords() throws {
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
      config.inputs
        == ["calculator-api-key", "jwt-secret", "calculator-issuer-key"].map {
          .init(id: $0, type: "promptString", password: true)
        })
  }
}
