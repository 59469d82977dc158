import Foundation
import TestHarness
import TestSupport
import Testing

/// `examples/minimal-server`: a server with other tools, protected by the same modules.
struct MinimalServerTests {
  private static let environment = ["CALCULATOR_API_KEY": HTTPHarness.key]
  private static let greeting = "Hello Anshika, from key-1"

  private static func start(_ arguments: [String] = []) throws -> ServerProcess {
    let folder = try #require(Bundle.main.executableURL).deletingLastPathComponent()
    return try ServerProcess(
      "MinimalServer", in: folder, arguments: arguments, environment: environment)
  }

  @Test(arguments: [
    (#""auth_token":"\#(HTTPHarness.key)""#, greeting),
    (#""auth_token":"wrong-key-0123456789""#, "Authentication failed"),
    (#""auth_token":"""#, "Authentication failed"),
  ])
  func overStdio(_ credential: String, _ text: String) throws {
    let server = try Self.start()
    server.send(Wire.call("greet", #""name":"Anshika",\#(credential)"#))
    #expect(try #require(try server.readLine()).contains(#""text":"\#(text)""#))
    server.closeInput()
    #expect(server.waitForExit() == 0)
  }

  @Test(arguments: [
    ("X-API-Key: \(HTTPHarness.key)", "200", greeting),
    ("X-API-Key: wrong-key-0123456789", "401", "Authentication failed"),
    ("X-Other: none", "401", "Authentication failed"),
  ])
  func overHTTP(_ header: String, _ status: String, _ text: String) throws {
    let server = try Self.start(["--http", "0"])
    let url = try #require(try server.readLine()?.split(separator: " ").last)
    let result = try Command.run(
      "/usr/bin/env",
      [
        "curl", "-sS", "-w", "\n%{http_code}", String(url), "-H", header,
        "-H", "Content-Type: application/json", "-H", "MCP-Protocol-Version: 2026-07-28",
        "-H", "Mcp-Method: tools/call", "-H", "Mcp-Name: greet",
        "-d", Wire.call("greet", #""name":"Anshika""#),
      ])
    #expect(result.output.hasSuffix("\n" + status))
    #expect(result.output.contains(text))
    server.deliver(SIGTERM)
    #expect(server.waitForExit() == 0)
  }

  /// Arguments that it does not know do not start a server that waits in silence.
  @Test(arguments: [["--help"], ["--http"], ["--http", "foo"], ["--http", "65536"], ["x", "1"]])
  func refusesOtherArguments(_ arguments: [String]) throws {
    let server = try Self.start(arguments)
    #expect(try server.readLine() == "usage: MinimalServer [--http PORT]")
    #expect(server.waitForExit() == 64)
  }

  /// The example is all the code that another server needs.
  @Test func isShort() throws {
    let text = try String(
      contentsOf: Repository.root.appending(path: "examples/minimal-server/MinimalServer.swift"),
      encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 60)
  }
}
