import Foundation
import Testing
import TestSupport

/// The examples for `CalculatorHTTP`. The proxies have tests of their own.
struct HTTPExampleTests {
  static let clients = ClientExample.all.filter(\.takesHTTP)

  /// Each example works with the key inserted. Pasted without changes it gives no access.
  @Test(.enabled(if: Python.areThere, "\(Python.hint)"))
  func connectsTheClients() throws {
    let process = try HTTPProcess()
    let placeholders: Set<String?> = try Self.clients.reduce(into: []) { placeholders, client in
      let server = try client.server("calculator-http")
      let url = server.url ?? server.httpURL
      #expect(url == "http://127.0.0.1:8080/mcp", "where the server listens by itself")
      #expect(server.command == nil)
      let placeholder = client.placeholder("CALCULATOR_API_KEY")
      if let placeholder {
        #expect(server.headers == ["X-API-Key": placeholder])
      } else {
        #expect(server.envHeaders == ["X-API-Key": "CALCULATOR_API_KEY"])
      }
      placeholders.insert(placeholder)
    }
    // What the clients send: the key, or the placeholder that was not replaced.
    let sent = [HTTPProcess.key] + placeholders.compactMap(\.self).sorted()
    let outcomes = try Scenario.play(
      sent.map {
        Scenario(
          url: process.url, headers: ["X-API-Key": $0],
          steps: [.init(list: true), .init(call: "add", arguments: ["a": 0.1, "b": 0.2])])
      }, with: "modern_client.py", in: "modern")
    #expect(outcomes.map { $0.steps.last?.text } == ["0.3"] + sent.dropFirst().map { _ in nil })
    #expect(outcomes.count { $0.statuses?.contains(401) == true } == sent.count - 1)
  }

  /// A client that signs in needs the URL alone, and no secret.
  @Test(.enabled(if: Python.areThere, "\(Python.hint)"))
  func theClientsThatSignInHaveNoSecret() throws {
    for client in ClientExample.all where client.signsIn {
      let server = try client.server("calculator-oauth")
      #expect(server.url ?? server.httpURL == "http://127.0.0.1:8080/mcp")
      #expect(server.command == nil)
      #expect(server.headers == nil)
      #expect(server.envHeaders == nil)
      let other = try client.server("calculator-http")
      #expect(server.type == other.type)
    }
  }

  /// The token for Jira is a variable of the client, beside the sign-in of `calculator-oauth`.
  @Test func aTokenForJiraIsAVariable() throws {
    for client in ClientExample.all where client.sendsTokens {
      let server = try client.server("calculator-upstream")
      let signIn = try client.server("calculator-oauth")
      #expect(server.url == signIn.url)
      #expect(server.type == signIn.type)
      #expect(server.headers == ["X-Jira-Token": try #require(client.placeholder("JIRA_TOKEN"))])
    }
  }

  /// The headers that the page adds to a file are those that the reference names, with a variable each.
  @Test func theHeadersOfThePageAreThoseOfTheReference() throws {
    let page = Repository.root.appending(path: "examples/README.md")
    let reference = Repository.root.appending(path: "guide/reference.md")
    func headers(_ url: URL) throws -> [String] {
      try String(contentsOf: url, encoding: .utf8)
        .matches(of: /["`](X-[A-Z][a-z]+-Token)["`]/).map { String($0.1) }
    }
    let named = Set(try headers(reference))
    #expect(named == ["X-Jira-Token", "X-Confluence-Token", "X-Jenkins-Token"])
    let text = try String(contentsOf: page, encoding: .utf8)
    let block = try #require(
      text.firstMatch(of: /"headers": (\{\n(?:  "X-[\w-]+": "[^"]*",?\n)+\})/)
    ).1
    let values = try JSONDecoder().decode([String: String].self, from: Data(block.utf8))
    #expect(Set(values.keys) == named)
    for (name, value) in values {
      let service = name.dropFirst(2).dropLast("-Token".count).uppercased()
      #expect(value == "${\(service)_TOKEN}")
    }
  }

  /// Each block of the file, uncommented, is a configuration that the server accepts.
  @Test(arguments: [
    "Tokens of the callers", "Connections to Jira Cloud", "Connections to Jira Data Center",
    "An account of the server",
  ])
  func theSettingsForEachServiceAreAccepted(_ title: String) throws {
    let example = Repository.root.appending(path: "examples/upstream.env")
    let text = try String(contentsOf: example, encoding: .utf8)
    let folder = try TemporaryFolder()
    for name in ["jira-secret", "jenkins-token", "state-key"] {
      try folder.write(name, "0123456789abcdef0123456789abcdef\n")
    }
    let shared = try #require(text.firstMatch(of: /shared\.json has\n# (\{.*\})\./))
    try folder.write("shared.json", String(shared.1))
    let parts = text.components(separatedBy: "# --- \(title) ---")
    try #require(parts.count == 2)
    let settings = try #require(parts[1].components(separatedBy: "# ---").first)
      .matches(of: /(?m)^# ([A-Z]+_\w+=.*)$/).map { String($0.1) }
      .map { $0.replacing("/etc/calculator", with: folder.url.path) }
      .map { $0.replacing("/var/lib/calculator", with: folder.url.path) }
      .map { $0.replacing(/replace-with-.*/, with: "calculator") }
    #expect(settings.contains { $0.contains("_URL=https://") })
    let line = try HTTPProcess.command(
      ["hash-password", "--user", "anshika"], input: HTTPProcess.password)
    let all =
      [
        "CALCULATOR_BASE_URL=https://calculator.example", "CALCULATOR_OAUTH_PROVIDER=password",
        "CALCULATOR_CREDENTIALS="
          + (try folder.write("credentials.json", #"{"users":[\#(line.output)]}"#)),
      ] + settings
    let file = try folder.write("upstream.env", all.joined(separator: "\n") + "\n")
    let process = try ServerProcess(
      "CalculatorOAuth", arguments: ["--port", "0", "--env-file", file], environment: [:])
    let started = try process.readLine()
    #expect(started?.contains("clients use https://calculator.example/mcp") == true)
  }

  private static let scopes =
    Repository.root.appending(path: "examples/keycloak-scopes.json").path

  /// Each block of the file, uncommented as it says, is a configuration that the server accepts.
  @Test(arguments: [
    ("Keycloak", "CALCULATOR_OAUTH_ISSUER=https://"),
    ("Microsoft Entra", "CALCULATOR_OAUTH_ISSUER=https://"),
    ("Auth0", "CALCULATOR_OAUTH_ISSUER=https://"), ("Okta", "CALCULATOR_OAUTH_ISSUER=https://"),
    ("GitHub", "CALCULATOR_OAUTH_PROVIDER=github"),
    ("Atlassian", "CALCULATOR_OAUTH_PROVIDER=atlassian"),
    ("An OpenID provider", "CALCULATOR_OAUTH_PROVIDER=oidc"),
  ])
  func theSettingsForEachProviderAreAccepted(_ provider: String, _ telling: String) throws {
    let example = Repository.root.appending(path: "examples/oauth.env")
    let text = try String(contentsOf: example, encoding: .utf8)
    let folder = try TemporaryFolder()
    for name in ["github-secret", "atlassian-secret", "oidc-secret", "state-key"] {
      try folder.write(name, "0123456789abcdef0123456789abcdef\n")
    }
    let users = try #require(text.firstMatch(of: /users\.json has (\{.*\})\./))
    try folder.write("users.json", String(users.1))
    let block = try #require(text.components(separatedBy: "# --- \(provider) ---").last)
    let settings = try #require(block.components(separatedBy: "# ---").first)
      .matches(of: /(?m)^# ([A-Z]+_\w+=.*)$/).map { String($0.1) }
      .map { $0.replacing("/etc/calculator/scopes.json", with: Self.scopes) }
      // The files of the operator.
      .map { $0.replacing("/etc/calculator", with: folder.url.path) }
      .map { $0.replacing("/var/lib/calculator", with: folder.url.path) }
    #expect(settings.contains { $0.hasPrefix(telling) })
    let file = try folder.write(
      "oauth.env",
      (["CALCULATOR_BASE_URL=https://calculator.example"] + settings).joined(separator: "\n") + "\n"
    )
    let process = try ServerProcess(
      "CalculatorOAuth", arguments: ["--port", "0", "--env-file", file],
      // Nobody listens there, so the test sends nothing to the provider.
      environment: ["CALCULATOR_OAUTH_PROXY": "http://127.0.0.1:9"])
    let started = try process.readLine()
    let line =
      /Listening at http:\/\/127\.0\.0\.1:\d+\/mcp; clients use https:\/\/calculator\.example\/mcp/
    #expect(started?.wholeMatch(of: line) != nil)
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

    // The server accepts every setting that is commented out in the file. The files that it names
    // do not exist.
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
