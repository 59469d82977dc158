import Foundation
import Testing
import TestHarness

/// `CalculatorHTTP` as a process, at a free port, with a credential of each kind.
final class HTTPProcess {
  static let key = "a-key-for-tests-0123456789abcdef"
  static let user = "anshika"
  static let password = "a password: with a colon"
  static let secret = "a-secret-for-tests-0123456789abcdef"

  /// All kinds of credential, and no rate limit.
  static let environment = [
    "CALCULATOR_API_KEY": key, "CALCULATOR_BASIC_USER": user,
    "CALCULATOR_BASIC_PASSWORD": password, "JWT_SECRET": secret, "CALCULATOR_RATE_LIMIT": "off",
    "CALCULATOR_FAILURE_LIMIT": "off", "CALCULATOR_THREADS": "2",
  ]

  let server: ServerProcess
  let port: Int
  /// The URL that the server prints.
  let url: String

  init(_ changes: [String: String] = [:], arguments: [String] = []) throws {
    server = try ServerProcess(
      "CalculatorHTTP", arguments: ["--port", "0"] + arguments,
      environment: Self.environment.merging(changes) { $1 })
    let line = try server.readLine() ?? ""
    guard let match = line.wholeMatch(of: /Listening at (https?:\/\/[^;]*\/mcp)(?:; .*)?/) else {
      throw Failed(reason: try server.restOfErrors())
    }
    url = String(match.1)
    port = url.firstMatch(of: /:(\d+)\//).flatMap { Int($0.1) } ?? 0
  }

  struct Failed: Error { let reason: String }

  /// Runs a command such as `CalculatorHTTP new-key`. Returns its output.
  static func command(_ arguments: [String], input: String = "") throws -> Command.Result {
    try Command.run(try ServerProcess.path(of: "CalculatorHTTP"), arguments, input: input)
  }

  /// A key and its line for the credentials file.
  static func newKey(_ name: String, role: String) throws -> (key: String, line: String) {
    let made = try command(["new-key", "--name", name, "--role", role])
    let match = try #require(made.output.wholeMatch(of: /key   (\S+)\nline  (\{.*\})\n/))
    return (String(match.1), String(match.2))
  }

  /// An access token with all permissions of the user, or with one.
  static func token(only permission: String? = nil) throws -> String {
    let less = permission.map { ["--permissions", $0] } ?? []
    let issued = try JWTExecutableTests.token(
      ["issue", "--user", user] + less, environment: ["JWT_SECRET": secret])
    try #require(issued.status == 0)
    return issued.output
  }

  // MARK: Requests

  /// The header fields of a modern call.
  static func fields(_ tool: String) -> [String] {
    [
      "Content-Type: application/json", "Accept: application/json, text/event-stream",
      "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: \(tool)",
    ]
  }

  /// A modern call of `add`, byte by byte.
  static func request(
    id: String = "1", fields more: [String] = ["X-API-Key: \(key)"], host: String = "localhost"
  ) -> String {
    let body = Wire.call("add", id: id, #""a":0.1,"b":0.2"#)
    let fields = ["Host: \(host)"] + fields("add") + more + ["Content-Length: \(body.utf8.count)"]
    return "POST /mcp HTTP/1.1\r\n" + fields.joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  /// The reply to it.
  static func answer(id: String = "1") -> String {
    Wire.result("0.3", id: id).replacing("calculator-stdio", with: "calculator-http")
  }

  /// The status of a call over a connection of its own.
  func status(_ fields: [String]) throws -> Int? {
    let socket = try HTTPSocket(port: port)
    socket.send(Self.request(fields: fields))
    return try socket.response()?.status
  }

  // MARK: The log

  /// The next line that is not an audit line.
  func notice() throws -> String {
    while let line = try server.readErrorLine() {
      if line.contains(#""event":"notice""#) { return line }
    }
    return ""
  }

  /// Ends the server. Returns every log line that was not read.
  func end() throws -> [String] {
    server.deliver(SIGTERM)
    var lines: [String] = []
    while let line = try server.readErrorLine() { lines.append(line) }
    #expect(server.waitForExit() == 0)
    return lines
  }
}

extension String {
  /// RFC 7617 §2
  static func basic(_ user: String, _ password: String) -> String {
    "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
  }
}
