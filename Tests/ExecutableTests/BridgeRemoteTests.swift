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

  /// A server of `clients/remote_server.py`, and the bridge in front of it.
  final class Pair {
    let remote: Remote
    let port: Int
    private(set) var server: ServerProcess
    let bridge: ServerProcess
    private let home = try? TemporaryFolder()

    init(_ remote: Remote) throws {
      self.remote = remote
      port = try HTTPSocket.freePort()
      server = try Self.start(remote, port)
      bridge = try ServerProcess(
        "CalculatorBridge", arguments: ["http://127.0.0.1:\(port)/mcp"],
        environment: ["HOME": home?.url.path ?? ""])
    }

    static func start(_ remote: Remote, _ port: Int) throws -> ServerProcess {
      let script = "Tests/ExecutableTests/clients/remote_server.py"
      let server = try ServerProcess(
        "python", in: Python.interpreter(remote.environment).deletingLastPathComponent(),
        arguments: [Repository.root.appending(path: script).path, "\(port)"] + remote.arguments,
        environment: [:])
      while let line = try server.readLine(), line != "ready" {}
      return server
    }

    /// Ends the server without a word to its clients, and starts another one at its port.
    func restart() throws {
      server.deliver(SIGKILL)
      _ = server.waitForExit()
      server = try Self.start(remote, port)
    }

    func sayHello() throws {
      for line in BridgeRemoteTests.hello { bridge.send(line) }
      #expect(try bridge.readLine()?.contains(#""name":"Remote""#) == true)
    }

    /// The lines until the end of the bridge, which is a success.
    func end() throws -> [String] {
      bridge.closeInput()
      var lines: [String] = []
      while let line = try bridge.readLine() { lines.append(line) }
      #expect(bridge.waitForExit() == 0)
      return lines
    }
  }

  private static let hello = [
    #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
  ]

  private static func call(_ tool: String, id: Int, _ arguments: String = "") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":{\#(arguments)}}}"#
  }

  /// The messages of the remote server arrive unchanged in meaning, and the end of the input ends the
  /// bridge after all answers.
  @Test(arguments: remotes)
  func forwardsToAServerOfOthers(_ remote: Remote) throws {
    let pair = try Pair(remote)
    for message in Self.hello + [
      #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2},"_meta":{"progressToken":"p"}}}"#,
      #"{"jsonrpc":"2.0","id":"three","method":"tools/call","params":{"name":"fail","arguments":{}}}"#,
      #"{"jsonrpc":"2.0","id":4,"method":"no/such/method"}"#,
    ] { pair.bridge.send(message) }
    let lines = try pair.end()
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

  /// Each call waits until all are at the server.
  @Test(arguments: remotes) func callsAreAtTheServerTogether(_ remote: Remote) throws {
    let pair = try Pair(remote)
    try pair.sayHello()
    for id in 2...9 { pair.bridge.send(Self.call("meet", id: id, #""count":8"#)) }
    let lines = try pair.end()
    #expect(lines.count == 8)
    for id in 2...9 {
      let answer = lines.first { $0.contains(#""id":\#(id)"#) }
      #expect(answer?.contains("all are here") == true, "\(lines)")
    }
  }

  /// The server ends the call, and the next one is answered.
  @Test(arguments: remotes.filter { !$0.arguments.contains("stateless") })
  func aCancelledCallEndsAtTheServer(_ remote: Remote) throws {
    let pair = try Pair(remote)
    try pair.sayHello()
    pair.bridge.send(Self.call("hang", id: 2))
    #expect(try pair.server.readLine { $0 == "begun" } != nil)
    pair.bridge.send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
    #expect(try pair.server.readLine { $0 == "cancelled" } != nil)
    pair.bridge.send(Self.call("add", id: 3, #""a":1,"b":2"#))
    let answer = try pair.bridge.readLine { $0.contains(#""id":3"#) }
    #expect(answer?.contains(#""result":3"#) == true)
    #expect(!(try pair.end()).contains { $0.contains("too late") })
  }

  /// A server that was restarted does not know the session: the bridge starts a new one, and the client
  /// notices nothing.
  @Test(arguments: remotes) func aRestartedServerIsGreetedAgain(_ remote: Remote) throws {
    let pair = try Pair(remote)
    try pair.sayHello()
    pair.bridge.send(Self.call("add", id: 2, #""a":1,"b":2"#))
    let first = try pair.bridge.readLine { $0.contains(#""id":2"#) }
    #expect(first?.contains(#""result":3"#) == true)
    try pair.restart()
    pair.bridge.send(Self.call("add", id: 3, #""a":2,"b":2"#))
    let second = try pair.bridge.readLine { $0.contains(#""id":3"#) }
    #expect(second?.contains(#""result":4"#) == true, "\(second ?? "")")
    #expect(try pair.end().isEmpty)
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
