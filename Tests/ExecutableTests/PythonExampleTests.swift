import Foundation
import TestHarness
import TestSupport
import Testing

/// Runs the Python clients under `examples/python/` as a reader does.
@Suite(.enabled(if: Python.areThere, "\(Python.hint)"))
struct PythonExampleTests {
  private static func run(
    _ script: String, _ arguments: [String] = [], key: String? = nil, token: String? = nil
  ) throws -> Command.Result {
    let servers = URL(filePath: try ServerProcess.path(of: "CalculatorStdio"))
      .deletingLastPathComponent().path
    var environment = ["PATH": "\(servers):/usr/bin:/bin"]
    environment["CALCULATOR_API_KEY"] = key
    environment["CALCULATOR_TOKEN"] = token
    return try Command.run(
      Python.interpreter("modern").path,
      [Repository.root.appending(path: "examples/python/\(script)").path] + arguments,
      environment: environment)
  }

  @Test func addsOverStdio() throws {
    let result = try Self.run("over_stdio.py", key: StdioHarness.key)
    #expect(result.output == "0.3\n", "\(result.errors)")
  }

  @Test func addsOverHTTP() throws {
    let server = try HTTPProcess()
    let result = try Self.run("over_http.py", [server.url], key: HTTPProcess.key)
    #expect(result.output == "0.3\n", "\(result.errors)")
  }

  @Test func addsOverHTTPWithAToken() throws {
    let server = try HTTPProcess()
    let token = try HTTPProcess.token().trimmingCharacters(in: .newlines)
    let result = try Self.run("over_http.py", [server.url], token: token)
    #expect(result.output == "0.3\n", "\(result.errors)")
  }

  /// The troubleshooting page describes this for a server that refuses to start.
  @Test func aServerThatRefusesToStartClosesTheConnection() throws {
    let result = try Self.run("over_stdio.py", key: "short")
    #expect(result.status == 1)
    #expect(result.errors.contains("MCPError: Connection closed"))
    #expect(result.errors.contains("key 1 is shorter than 16 characters"))
  }

  /// The troubleshooting page describes this for a wrong path.
  @Test(arguments: [
    ("/", "Method not allowed: MCP is served at POST /mcp"),
    ("/sse", "Not found: MCP is served at POST /mcp"),
    ("/mcp/", "Not found: MCP is served at POST /mcp"),
  ])
  func aWrongPathNamesTheRightOne(_ path: String, _ message: String) throws {
    let server = try HTTPProcess()
    let url = server.url.replacing("/mcp", with: path)
    let result = try Self.run("over_http.py", [url], key: HTTPProcess.key)
    #expect(result.status == 1)
    #expect(result.errors.contains("MCPError: \(message)"))
  }
}
