import Foundation
import Testing
import TestSupport
import TestHarness

/// The configurations under `examples/`, each used as its client does.
struct ExampleTests {
  /// A server, with its requests and replies, which do not depend on the client that starts it.
  struct Product: Sendable {
    let name: String
    /// Its member in every configuration.
    let entry: String
    /// The values that the client or the user puts in place of the placeholders.
    let secrets: [String: String]
    /// The start of each error message if the placeholders were not replaced.
    let complaints: [String]
  }

  static let stdio = Product(
    name: "CalculatorStdio", entry: "calculator", secrets: StdioHarness.environment,
    complaints: [
      "CalculatorStdio: CALCULATOR_API_KEY: key 1 is a placeholder that nobody filled in; "
        + "replace it with the output of: openssl rand -hex 32"
    ])

  static let issuerKey = "issuer-key-of-the-examples"
  static let jwt = Product(
    name: "CalculatorJWT", entry: "calculator-jwt",
    secrets: JWTHarness.environment.merging(["CALCULATOR_ISSUER_KEY": issuerKey]) { $1 },
    complaints: [
      "CalculatorJWT: CALCULATOR_ISSUER_KEY: key 1 is a placeholder that nobody filled in",
      "CalculatorJWT: JWT_SECRET: is a placeholder that nobody filled in",
    ])

  struct Example: CustomTestStringConvertible, Sendable {
    let client: ClientExample
    let product: Product
    var testDescription: String { "\(client.name), \(product.name)" }
  }

  static let examples = ClientExample.all.flatMap { client in
    [stdio, jwt].map { Example(client: client, product: $0) }
  }

  /// The file parses, contains only this server, and names only settings of the server.
  @Test(.enabled(if: Python.areThere, "\(Python.hint)"), arguments: examples)
  func startsOneServer(_ example: Example) throws {
    let (client, product) = (example.client, example.product)
    let server = try client.server(product.entry)
    #expect(server.command == "/usr/local/bin/\(product.name)", "where make install puts it")
    #expect(server.args == [])
    #expect(server.url == nil)
    #expect(["stdio", nil].contains(server.type))
    let names = Set(product.secrets.keys)
    if let variables = server.envVars {
      #expect(Set(variables) == names)
      #expect(server.env == nil)
    } else {
      let placeholders = names.compactMap { name in client.placeholder(name).map { (name, $0) } }
      #expect(server.env == Dictionary(placeholders) { $1 })
    }
    let help = try Command.run(try ServerProcess.path(of: product.name), ["--help"])
    for name in names { #expect(help.output.contains(name)) }
  }

  /// The tests read every file in a client's folder.
  @Test(arguments: ClientExample.all)
  func hasNoOtherFiles(_ client: ClientExample) throws {
    let folder = client.file("calculator").deletingLastPathComponent()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let entries =
      ["calculator", "calculator-jwt"] + (client.takesHTTP ? ["calculator-http"] : [])
      + (client.signsIn ? ["calculator-oauth"] : [])
      + (client.sendsTokens ? ["calculator-upstream"] : [])
      + (client.hasBridge ? ClientExample.bridgeEntries : [])
    #expect(names.sorted() == entries.map { client.file($0).lastPathComponent }.sorted())
  }

  /// A result of any tool. `Scenario.Outcome` parses only those of the calculator.
  struct Answers: Decodable {
    struct Step: Decodable {
      let isError: Bool
      let text: String
    }
    let steps: [Step]
  }

  /// Starts the servers of all these files, with the secrets inserted.
  @Test(.enabled(if: Python.areThere, "\(Python.hint)"), arguments: [stdio, jwt])
  func servesAClient(_ product: Product) throws {
    let isJWT = product.name == Self.jwt.name
    let scenario = Scenario(
      command: try ServerProcess.path(of: product.name), args: [], env: product.secrets,
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

  /// A scenario cannot pass a token from one step to the next. The last one uses a token from the
  /// command line, as `examples/README.md` advises.
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

  /// Pasted without changes, no example starts a server with a secret that everybody knows.
  @Test(arguments: examples)
  func guardsNothingUnfilled(_ example: Example) throws {
    let product = example.product
    let placeholders = product.secrets.keys.compactMap { name in
      example.client.placeholder(name).map { (name, $0) }
    }
    // Without a placeholder the client passes the variable of its environment on, which is not set
    // here.
    guard !placeholders.isEmpty else { return }
    let process = try ServerProcess(product.name, environment: Dictionary(placeholders) { $1 })
    #expect(process.waitForExit() == 78)
    let errors = try process.restOfErrors()
    for complaint in product.complaints { #expect(errors.contains(complaint)) }
    #expect(errors.split(separator: "\n").count == product.complaints.count)
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

  /// Both servers can read the file. Each ignores the settings of the other.
  @Test func theEnvironmentFileServesTokensToo() throws {
    let file = Repository.root.appending(path: "examples/.env.example")
    let unfilled = try ServerProcess(
      Self.jwt.name, arguments: ["--env-file", file.path], environment: [:])
    #expect(unfilled.waitForExit() == 78)
    #expect(try unfilled.restOfErrors().contains("JWT_SECRET: is not set"))
    let filled = try ServerProcess(
      Self.jwt.name, arguments: ["--env-file", file.path], environment: Self.jwt.secrets)
    filled.closeInput()
    #expect(filled.waitForExit() == 0)

    // The server accepts every setting that is commented out in the file.
    let text = try String(contentsOf: file, encoding: .utf8)
    let settings = text.matches(of: /(?m)^# ((?:JWT|CALCULATOR)_\w+)=(.*)$/)
      .filter { !String($0.1).hasSuffix("_FILE") && $0.1 != "CALCULATOR_USERS" }
    let defaults = Dictionary(settings.map { (String($0.1), String($0.2)) }) { $1 }
    #expect(defaults.count == 65)
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

  /// VS Code asks for each secret, hides the input and stores it securely.
  @Test(arguments: ["calculator", "calculator-jwt", "calculator-http"])
  func theInputsOfVSCodeArePasswords(_ entry: String) throws {
    struct Config: Decodable {
      struct Input: Decodable, Equatable {
        let id: String
        let type: String
        let password: Bool
      }
      let inputs: [Input]
    }
    let file = Repository.root.appending(path: "examples/vscode/\(entry).json")
    let config = try JSONDecoder().decode(Config.self, from: try Data(contentsOf: file))
    let expected =
      entry == "calculator-jwt" ? ["jwt-secret", "calculator-issuer-key"] : ["calculator-api-key"]
    #expect(
      config.inputs == expected.map { .init(id: $0, type: "promptString", password: true) })
  }
}
