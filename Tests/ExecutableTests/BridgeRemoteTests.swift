import Foundation
import TestHarness
import TestSupport
import Testing

/// CalculatorBridge in front of servers that others wrote: with sessions and without, with event streams
/// and with JSON.
@Suite(.serialized, .enabled(if: Python.areThere, "\(Python.hint)"))
struct BridgeRemoteTests {
  struct Remote: Sendable, CustomTestStringConvertible {
    let environment: String
    let arguments: [String]
    /// Whether progress can arrive before the answer.
    let hasStream: Bool
    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let remotes = [
    Remote(environment: "handshake", arguments: ["mcp"], hasStream: true),
    Remote(environment: "handshake", arguments: ["mcp", "json"], hasStream: false),
    Remote(environment: "handshake", arguments: ["mcp", "stateless"], hasStream: true),
    Remote(environment: "modern", arguments: ["fastmcp"], hasStream: true),
    Remote(environment: "modern", arguments: ["fastmcp", "json", "stateless"], hasStream: false),
  ]

  /// The messages of the remote server arrive unchanged in meaning, and the end of the input ends the
  /// bridge after all answers.
  @Test(arguments: remotes)
  func forwardsToAServerOfOthers(_ remote: Remote) throws {
    let home = try TemporaryFolder()
    let port = try HTTPSocket.freePort()
    let script = "Tests/ExecutableTests/clients/remote_server.py"
    let server = try ServerProcess(
      "python", in: Python.interpreter(remote.environment).deletingLastPathComponent(),
      arguments: [Repository.root.appending(path: script).path, "\(port)"] + remote.arguments,
      environment: [:])
    while let line = try server.readLine(), line != "ready" {}
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: ["http://127.0.0.1:\(port)/mcp"],
      environment: ["HOME": home.url.path])
    for message in [
      #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}"#,
      #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2},"_meta":{"progressToken":"p"}}}"#,
      #"{"jsonrpc":"2.0","id":"three","method":"tools/call","params":{"name":"fail","arguments":{}}}"#,
      #"{"jsonrpc":"2.0","id":4,"method":"no/such/method"}"#,
    ] { bridge.send(Array(message.utf8) + [UInt8(ascii: "\n")]) }
    bridge.closeInput()
    var lines: [String] = []
    while let line = try bridge.readLine() { lines.append(line) }
    #expect(bridge.waitForExit() == 0)
    func answer(_ id: String) -> String? { lines.first { $0.contains(#""id":\#(id)"#) } }
    #expect(answer("1")?.contains(#""name":"Remote""#) == true, "\(lines)")
    #expect(answer("2")?.contains(#""result":3"#) == true, "\(lines)")
    #expect(answer(#""three""#)?.contains("this tool fails") == true, "\(lines)")
    #expect(answer("4")?.contains(#""error""#) == true, "\(lines)")
    let progress = lines.firstIndex { $0.contains("notifications/progress") }
    #expect((progress != nil) == remote.hasStream)
    if let progress {
      #expect(progress < lines.firstIndex { $0.contains(#""id":2"#) } ?? 0)
    }
    #expect(lines.count == (remote.hasStream ? 5 : 4), "\(lines)")
  }

  /// Directly, over TLS, and through each proxy. A certificate that is not trusted is an error that says so.
  @Test(arguments: HTTPClientTests.Way.allCases, [true, false])
  func reachesTheCalculator(_ way: HTTPClientTests.Way, _ trusts: Bool) throws {
    let site = try HTTPClientTests.LandingPage(way)
    var environment = ["CALCULATOR_BRIDGE_API_KEY": HTTPProcess.key]
    if trusts, let ca = site.ca { environment["CALCULATOR_BRIDGE_CA_FILE"] = ca }
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: [site.url], environment: environment)
    bridge.send(Array((Wire.call("add", #""a":1,"b":2"#) + "\n").utf8))
    bridge.closeInput()
    let line = try bridge.readLine()
    let isReached = trusts || site.ca == nil
    #expect(line?.contains(#""result":3"#) == isReached, "\(line ?? "")")
    #expect(line?.contains("certificate") == !isReached, "\(line ?? "")")
    #expect(bridge.waitForExit() == 0)
  }

  /// Other users of the machine can read the arguments and the title of a process.
  @Test func noSecretIsInTheArguments() throws {
    let process = try HTTPProcess()
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: [process.url],
      environment: ["CALCULATOR_BRIDGE_API_KEY": HTTPProcess.key])
    bridge.send(Array((Wire.call("add", #""a":1,"b":2"#) + "\n").utf8))
    #expect(try bridge.readLine()?.contains(#""result":3"#) == true)
    let titles = try Command.run("ps", ["-A", "-ww", "-o", "args"]).output
    #expect(titles.contains("CalculatorBridge \(process.url)"))
    #expect(!titles.contains(HTTPProcess.key))
    bridge.closeInput()
    #expect(bridge.waitForExit() == 0)
    #expect(!(try bridge.restOfErrors()).contains(HTTPProcess.key))
  }

  private static let refused:
    [(arguments: [String], settings: [String: String], sentence: String)] = [
      (["http://calculator.example/mcp"], [:], "URL: must begin with https://"),
      (["https://u:p4ss@calculator.example/mcp"], [:], "URL: must be a URL of https://"),
      (["https://calculator.example/mcp?key=p4ss"], [:], "URL: must have no query"),
      (
        ["https://calculator.example/mcp", "--header", "X-Jira-Token=p4ss"], [:],
        "--header: X-Jira-Token names no variable that is set"
      ),
      (
        ["https://calculator.example/mcp"],
        ["CALCULATOR_BRIDGE_API_KEY": "a-key-p4ss", "CALCULATOR_BRIDGE_BEARER": "a-token-p4ss"],
        "CALCULATOR_BRIDGE_API_KEY"
      ),
    ]

  /// The start ends with status 78 and a sentence that has no part of a secret.
  @Test(arguments: refused)
  func aWrongConfigurationEndsTheStart(
    _ row: (arguments: [String], settings: [String: String], sentence: String)
  ) throws {
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: row.arguments, environment: row.settings)
    #expect(bridge.waitForExit() == 78)
    let errors = try bridge.restOfErrors()
    #expect(errors.contains(row.sentence), "\(errors)")
    #expect(!errors.contains("p4ss"), "\(errors)")
  }
}
