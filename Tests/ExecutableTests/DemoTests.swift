import Foundation
import TestSupport
import Testing

/// `make run`, `make run-oauth`, `make run-upstream` and `make run-oauth-idp`, as a new user sees them.
struct DemoTests {
  struct Demo: CustomTestStringConvertible, Sendable {
    let script: String
    let products: [String]
    /// The mark and the reply of each line.
    let lines: [String]
    var testDescription: String { script }
  }

  static let demos = [
    Demo(
      script: "demo.sh", products: ["CalculatorStdio"],
      lines: ["✓ 0.3", "✗ Authentication failed", "✗ Authentication failed"]),
    Demo(
      script: "demo-jwt.sh", products: ["CalculatorJWT"],
      lines: [
        "✓ eyJ", "✓ 1024", "✓ eyJ", "✗ Permission denied: this needs calculate:advanced",
        "✗ Invalid or expired JWT token",
      ]),
    Demo(
      script: "demo-http.sh", products: ["CalculatorHTTP", "CalculatorJWT"],
      lines: [
        "✓ 200 0.3", "✓ 200 0.3", "✓ 200 0.3", "✗ 401 Authentication failed",
        "✗ 429 Too many requests: try again in ",
      ]),
    Demo(
      script: "demo-signin.sh", products: ["CalculatorOAuth", "CalculatorHTTP"],
      lines: [
        "✗ 401 Authentication failed", "✓ 200 sign in at http://127.0.0.1:",
        "✓ 200 /authorize, /token and /revoke", "✓ 200 Sign in to the calculator",
        "✓ 200 Allow Terminal to use the calculator?",
        "✓ 303 the browser goes back to the client:",
        "✓ 200 eyJ... for calculate:basic", "✓ 200 12", "✗ 403 this needs calculate:advanced",
        "✓ 200 eyJ... for calculate:basic", "✓ 200 12", "✓ 200 the grant has ended",
        "✗ 401 Authentication failed",
      ]),
    Demo(
      script: "demo-upstream.sh", products: ["CalculatorOAuth", "CalculatorHTTP"],
      lines: [
        "✓ 200 eyJ... for upstream:read upstream:write",
        "✗ 200 There is no credential for Jira.", "✓ 200 8.3",
        "✗ 200 Jira does not accept the credential.", "✗ 200 Jira refuses the arguments.",
        "✓ 200 7", "✗ 200 Confluence does not find what the arguments",
        "✓ 200 3", "✗ 200 There is no credential for Jenkins.",
        "✓ 200 Open http://127.0.0.1:", "✓ 200 Connect Jira to the calculator?",
        "✓ 303 signed in, the browser goes to Atlassian",
        "✓ 302 she agrees, and the browser comes back", "✓ 200 Jira is connected", "✓ 200 8.3",
        "✗ 403 The authority of this server does not allow",
        "✗ 200 Jenkins does not allow this with the", "✓ 200 1",
        "✓ 5 requests, none with her token", "✓ 2 requests, none with her token",
        "✓ 7 requests, none with her token", "✓ 7 requests, none with her token",
      ]),
  ]

  /// With an identity provider, the last argument of the script.
  static let provider = Demo(
    script: "demo-oauth.sh", products: ["CalculatorOAuth"],
    lines: [
      "✗ 401 Authentication failed", "✓ sign in at http://127.0.0.1:", "✓ eyJ", "✓ 200 12",
      "✗ 403 this needs calculate:advanced", "✓ 200 1024",
      "✗ 401 Authentication failed", "✗ 401 Authentication failed",
    ])

  static func path(of script: String) -> String {
    Repository.root.appending(path: "scripts/\(script)").path
  }

  /// Short replies, and no colour if the output is not a terminal.
  @Test(arguments: demos)
  func showsShortAnswers(_ demo: Demo) throws {
    try Self.expectShortAnswers(of: demo, try demo.products.map(ServerProcess.path(of:)))
  }

  /// Twice, because the first run must leave nothing behind that hinders the second.
  @Test(.enabled(if: Python.isProviderThere, "\(Python.hint)"))
  func showsShortAnswersWithAnIdentityProvider() throws {
    let server = try ServerProcess.path(of: "CalculatorOAuth")
    for _ in 1...2 {
      try Self.expectShortAnswers(of: Self.provider, [server, Python.provider.path])
    }
  }

  static func expectShortAnswers(of demo: Demo, _ arguments: [String]) throws {
    // The output is a pipe, so it has no colour.
    var environment = ProcessInfo.processInfo.environment
    environment["TERM"] = "xterm"
    environment["NO_COLOR"] = nil
    let result = try Command.run(path(of: demo.script), arguments, environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.output.contains("\u{1b}"))
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 80 })
    let shown = lines.compactMap { $0.wholeMatch(of: #/  ([✓✗]) .{27} (.*)/#) }
      .map { "\($0.1) \($0.2)" }
    #expect(shown.count == demo.lines.count)
    for (line, expected) in zip(shown, demo.lines) { #expect(line.hasPrefix(expected)) }
  }

  /// An unexpected reply ends the demo with one sentence.
  @Test(arguments: demos)
  func endsWithOneSentenceAtAWrongAnswer(_ demo: Demo) throws {
    try Self.expectOneSentence(of: demo, beside: try ServerProcess.path(of: "CalculatorJWT"))
  }

  @Test(.enabled(if: Python.isProviderThere, "\(Python.hint)"))
  func endsWithOneSentenceAtAWrongAnswerWithAnIdentityProvider() throws {
    try Self.expectOneSentence(of: Self.provider, beside: Python.provider.path)
  }

  /// The server here sends replies that no call expects.
  static func expectOneSentence(of demo: Demo, beside other: String) throws {
    let folder = try TemporaryFolder()
    let server = try folder.write(
      "server",
      """
      #!/bin/sh
      [ $# -eq 0 ] || { echo "Listening at http://127.0.0.1:9/mcp"; exec sleep 60; }
      echo '{"result":{"content":[{"type":"text","text":"4"}],"isError":false}}'
      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: server)
    let result = try Command.run(path(of: demo.script), [server, other])
    #expect(result.status == 1)
    #expect(result.errors.split(separator: "\n").filter { $0.hasPrefix("demo: ") }.count == 1)
    #expect(result.errors.contains("should "))
  }

  /// Colour on a terminal, unless NO_COLOR is set.
  @Test(.enabled(if: Python.areThere, "\(Python.hint)"), arguments: [false, true])
  func coloursATerminal(_ isRefused: Bool) throws {
    let terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
    var environment = ProcessInfo.processInfo.environment
    environment["TERM"] = "xterm"
    environment["NO_COLOR"] = isRefused ? "1" : nil
    let result = try Command.run(
      Python.interpreter("modern").path,
      ["-c", terminal, Self.path(of: "demo.sh"), try ServerProcess.path(of: "CalculatorStdio")],
      environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("\u{1b}[32m✓\u{1b}[0m") == !isRefused)
    #expect(result.output.contains("✓"))
  }
}
