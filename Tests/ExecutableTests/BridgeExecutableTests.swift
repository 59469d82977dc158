import Foundation
import TestHarness
import TestSupport
import Testing

/// CalculatorBridge as a process: its credentials with real clients, its signals, and what it tells.
@Suite(.serialized)
struct BridgeExecutableTests {
  private static let add = Wire.call("add", #""a":0.1,"b":0.2"#)

  static let credentials = ["Bearer", "Basic", "a field of the user's own"]

  private static func settings(_ credential: String) throws -> (
    environment: [String: String], arguments: [String]
  ) {
    switch credential {
    case "Bearer": (["CALCULATOR_BRIDGE_BEARER": try HTTPProcess.token()], [])
    case "Basic":
      (
        [
          "CALCULATOR_BRIDGE_BASIC_USER": HTTPProcess.user,
          "CALCULATOR_BRIDGE_BASIC_PASSWORD": HTTPProcess.password,
        ], []
      )
    default: (["MY_KEY": HTTPProcess.key], ["--header", "X-API-Key=MY_KEY"])
    }
  }

  /// A client of each era, without a credential of its own. The error of a tool arrives as one.
  @Test(
    .enabled(if: Python.areThere, "\(Python.hint)"), arguments: RealClientTests.clients, credentials
  )
  func bringsTheCredential(_ client: RealClientTests.Client, _ credential: String) throws {
    let process = try HTTPProcess()
    let (environment, arguments) = try Self.settings(credential)
    let outcome = try Scenario(
      command: try ServerProcess.path(of: "CalculatorBridge"), args: [process.url] + arguments,
      env: environment,
      steps: [
        .init(call: "divide", arguments: ["a": 1.0, "b": 0.0]),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
      ]
    ).play(with: client.script, in: client.environment)
    #expect(outcome.server?.name == "calculator-http")
    #expect(outcome.steps.first?.isError == true)
    #expect(outcome.steps.last?.text == "0.3")
  }

  /// Before a person signs in for nothing.
  @Test func theKeychainMustBeThere() throws {
    let isThere = ["/usr/bin/security", "/usr/bin/secret-tool", "/bin/secret-tool"]
      .contains(where: FileManager.default.isExecutableFile)
    let result = try Command.run(
      try ServerProcess.path(of: "CalculatorBridge"), ["status"],
      environment: ["HOME": "/nowhere", "CALCULATOR_BRIDGE_STORE": "keychain"])
    #expect(result.status == (isThere ? 0 : 78))
    #expect(result.output.isEmpty)
    #expect(
      result.errors
        == (isThere
          ? "CalculatorBridge: There is no sign-in.\n"
          : "CalculatorBridge: CALCULATOR_BRIDGE_STORE: is keychain, and this machine has no program "
            + "secret-tool or security; install libsecret-tools, or set "
            + "CALCULATOR_BRIDGE_STORE=file\n"))
  }

  /// ATTACKS O170: a server that sends its callers to another one does not hand on their credential.
  @Test(arguments: [301, 302, 303, 307, 308])
  func aRedirectGetsNoCredential(_ status: Int) throws {
    let (server, other) = (try HTTPSocket.Listener(), try HTTPSocket.Listener())
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: ["http://127.0.0.1:\(server.port)/mcp"],
      environment: ["CALCULATOR_BRIDGE_API_KEY": HTTPProcess.key])
    bridge.send(Self.add)
    let caller = try server.next()
    caller.send(
      """
      HTTP/1.1 \(status) Elsewhere\r\nLocation: http://127.0.0.1:\(other.port)/mcp\r\n\
      Content-Length: 0\r\n\r\n
      """)
    let answer = try bridge.readLine() ?? ""
    #expect(answer.contains(#""error""#), "\(answer)")
    bridge.closeInput()
    #expect(bridge.waitForExit() == 0)
    #expect(!other.hasCaller)
  }

  /// The bridge ends, although the client is there and the server never answers.
  @Test func aSignalEndsTheBridge() throws {
    let server = try HTTPSocket.Listener()
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: ["http://127.0.0.1:\(server.port)/mcp"],
      environment: ["CALCULATOR_BRIDGE_API_KEY": HTTPProcess.key])
    bridge.send(Self.add)
    let caller = try server.next()
    bridge.deliver(SIGTERM)
    #expect(bridge.waitForExit() == 0)
    withExtendedLifetime(caller) {}
  }

  /// A key that is replaced in its file is in use from SIGHUP on.
  @Test func aSignalReplacesTheKey() throws {
    let process = try HTTPProcess()
    let folder = try TemporaryFolder()
    func write(_ key: String) throws -> String {
      let path = try folder.write("bridge.env", "CALCULATOR_BRIDGE_API_KEY=\(key)\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      return path
    }
    let bridge = try ServerProcess(
      "CalculatorBridge",
      arguments: [process.url, "--env-file", try write("another-key-0123456789abcdef")],
      environment: [:])
    bridge.send(Self.add)
    #expect(try bridge.readLine()?.contains("Authentication failed") == true)
    _ = try write(HTTPProcess.key)
    bridge.deliver(SIGHUP)
    while let line = try bridge.readErrorLine() {
      if line.contains("SIGHUP") {
        #expect(line == "CalculatorBridge: SIGHUP: the credential was replaced")
        break
      }
    }
    bridge.send(Self.add)
    #expect(try bridge.readLine()?.contains(#""result":0.3"#) == true)
    bridge.closeInput()
    #expect(bridge.waitForExit() == 0)
  }

  /// Each problem has one line, and all are reported at once.
  @Test func everyWrongSettingHasALine() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "bridge.env", "CALCULATOR_BRIDGE_API_KEYS=a\nCALCULATOR_BRIDGE_BEARER=b c\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: ["https://calculator.example/mcp", "--env-file", path],
      environment: ["CALCULATOR_BRIDGE_CA_FILE": "/nonexistent/ca.pem"])
    #expect(bridge.waitForExit() == 78)
    let lines = try bridge.restOfErrors().components(separatedBy: "\n")
    #expect(lines.count == 3)
    for (name, line) in zip(
      ["CALCULATOR_BRIDGE_API_KEYS is not a setting", "_BEARER: ", "_CA_FILE: "], lines)
    {
      #expect(line.hasPrefix("CalculatorBridge: ") && line.contains(name), "\(line)")
    }
  }

  /// `--verbose` tells of each exchange, and of no secret.
  @Test func verboseTellsOfEachExchange() throws {
    let process = try HTTPProcess()
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: [process.url, "--verbose"],
      environment: ["CALCULATOR_BRIDGE_API_KEY": HTTPProcess.key])
    bridge.send(Self.add)
    bridge.closeInput()
    #expect(try bridge.readLine()?.contains(#""result":0.3"#) == true)
    #expect(bridge.waitForExit() == 0)
    #expect(try bridge.restOfErrors() == "CalculatorBridge: POST \(process.url): 200")
  }
}
