import Foundation
import TestSupport
import Testing

/// The examples that reach `CalculatorHTTP` and `CalculatorOAuth` through `CalculatorBridge`, each used
/// as its client does.
@Suite(.serialized, .enabled(if: Python.areThere, "\(Python.hint)"))
struct BridgeExampleTests {
  static let clients = ClientExample.all.filter(\.hasBridge)
  private static let url = "http://127.0.0.1:8080/mcp"
  private static let setting = "CALCULATOR_BRIDGE_API_KEY"

  /// With a key, the config has a variable or a placeholder for it. With a sign-in it has no secret.
  @Test(arguments: clients)
  func startsTheBridge(_ client: ClientExample) throws {
    for entry in ClientExample.bridgeEntries {
      let server = try client.server(entry)
      #expect(server.command == "/usr/local/bin/CalculatorBridge", "where make install puts it")
      #expect(server.args == [Self.url], "where the server listens by itself")
      #expect(server.url == nil && server.type == nil && server.headers == nil)
      let isSignIn = entry == ClientExample.bridgeEntries.last
      let placeholder = try #require(client.placeholder("CALCULATOR_API_KEY"))
      #expect(server.env == (isSignIn ? nil : [Self.setting: placeholder]))
    }
    let help = try Command.run(try ServerProcess.path(of: "CalculatorBridge"), ["--help"])
    #expect(help.output.contains(Self.setting))
  }

  /// The sentences that the page explains are those of the code.
  @Test func troubleshootingHasTheSentencesOfTheCode() throws {
    let page = Repository.root.appending(path: "guide/troubleshooting.md")
    let sections = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n## ")
    let section = try #require(sections.first { $0.hasPrefix("CalculatorBridge: ") })
    let cells = section.matches(of: /(?m)^\| (`[^|]*) \|/).map(\.1)
    let sentences = cells.flatMap { $0.matches(of: /`([^`]+)`/).map { String($0.1) } }
    #expect(sentences.count > 30)
    let code = try ["Auth", "Bridge", "MCPService", "OAuthClient"].flatMap { module in
      let folder = Repository.root.appending(path: "Sources/\(module)")
      return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".swift") }
        .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
    }.joined()
    let server = ["Authentication failed", "Permission denied"]
    for sentence in sentences where !server.contains(sentence) {
      // The code composes this one of two texts.
      let parts = sentence.replacing("answered with", with: "answered …with")
        .components(separatedBy: "…")
      for part in parts {
        let text = part.trimmingCharacters(in: ["."])
        #expect(text.isEmpty || code.contains(text), "\(sentence)")
      }
    }
  }

  private static let steps: [Scenario.Step] = [
    .init(list: true), .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
  ]

  /// The arguments of the examples with the port of the server of this test.
  private static func scenario(
    _ entry: String, _ url: String, _ environment: [String: String]
  ) throws -> Scenario {
    let arguments = try #require(try clients.first?.server(entry).args)
    return Scenario(
      command: try ServerProcess.path(of: "CalculatorBridge"),
      args: arguments.map { $0 == Self.url ? url : $0 }, env: environment, steps: steps)
  }

  /// A client of each era gets the tools of `CalculatorHTTP` over stdio, without a key of its own.
  @Test(arguments: RealClientTests.clients)
  func bringsTheKey(_ client: RealClientTests.Client) throws {
    let process = try HTTPProcess()
    let outcome = try Self.scenario(
      "calculator-bridge", process.url, [Self.setting: HTTPProcess.key]
    ).play(with: client.script, in: client.environment)
    #expect(outcome.server?.name == "calculator-http")
    #expect(outcome.steps.first?.tools?.contains("add") == true)
    #expect(outcome.steps.last?.text == "0.3")
  }

  /// Pasted without changes, no example sends a placeholder as a key.
  @Test(arguments: clients)
  func sendsNothingUnfilled(_ client: ClientExample) throws {
    let placeholder = try #require(client.placeholder("CALCULATOR_API_KEY"))
    // Kiro replaces the name of a variable.
    guard placeholder.utf8.starts(with: "replace-".utf8) else { return }
    let result = try Command.run(
      try ServerProcess.path(of: "CalculatorBridge"), [Self.url],
      environment: [Self.setting: placeholder])
    #expect(result.status == 78)
    #expect(
      result.errors.contains(
        "CalculatorBridge: \(Self.setting): is a placeholder that nobody filled in"))
  }

  /// The first request opens the browser. After the sign-in the same request is answered.
  @Test func signsIn() throws {
    let server = try SignInServer()
    let folder = try TemporaryFolder()
    let person = Repository.root.appending(path: "guide/person.sh").path
    let browser = try folder.write(
      "browser",
      """
      #!/bin/sh
      exec curl -sSL -o /dev/null "$('\(person)' "$1" '\(SignInServer.password)')"

      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: browser)
    let outcome = try Self.scenario(
      "calculator-bridge-oauth", server.resource,
      ["XDG_STATE_HOME": folder.url.path, "BROWSER": browser]
    ).play(with: "modern_client.py", in: "modern")
    #expect(outcome.server?.name == "calculator-oauth")
    #expect(outcome.steps.last?.text == "0.3")
    let status = try Command.run(
      try ServerProcess.path(of: "CalculatorBridge"), ["status"],
      environment: ["XDG_STATE_HOME": folder.url.path])
    #expect(status.output.utf8.starts(with: "\(server.resource): \(server.issuer), ".utf8))
    let events = try server.end().filter { $0.contains(#""event":"sign_in""#) }
    #expect(events.count == 1)
  }
}
