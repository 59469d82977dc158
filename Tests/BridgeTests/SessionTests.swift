import HTTPClient
import Testing

@testable import Bridge
@testable import StdioTransport

/// The handshake era: version, session, its loss and its end.
@Suite(.timeLimit(.minutes(10)))
struct SessionTests {
  static let ok = Line.result("1")

  /// The session of `initialize` is in every later request, and is ended with DELETE.
  @Test(arguments: [("S1", Sent.session), (nil, Sent.version)] as [(String?, [String])])
  func everyRequestHasTheSession(_ id: String?, _ fields: [String]) async throws {
    let harness = try BridgeHarness(posts: [.started(session: id), .accepted, .json(Self.ok)])
    harness.send(Line.initialize, Line.initialized, Line.ping)
    async let output = harness.run()
    await harness.wait { harness.remote.requests("GET").count == 1 }
    harness.endInput()
    #expect(await output == [Line.version("2025-11-25"), Self.ok])
    #expect(
      harness.remote.requests("POST") == [
        Sent.post(Line.initialize), Sent.post(Line.initialized, fields),
        Sent.post(Line.ping, fields),
      ])
    #expect(harness.remote.requests("GET") == [Sent.get(fields)])
    let end = (["DELETE https://s.example/mcp"] + fields + ["Authorization: Bearer t1"])
      .joined(separator: "\n")
    #expect(harness.remote.requests("DELETE") == (id == nil ? [] : [end]))
  }

  /// A modern request has no session, also after a handshake.
  @Test func aModernRequestHasNoSession() async throws {
    let harness = try BridgeHarness(posts: [.started(session: "S1"), .json(Self.ok)])
    let modern = Line.modern("tools/list")
    harness.send(Line.initialize, modern)
    harness.endInput()
    #expect(await harness.run() == [Line.version("2025-11-25"), Self.ok])
    #expect(
      harness.remote.requests("POST").last
        == Sent.post(modern, ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list"]))
  }

  /// What follows `initialize` and a notification waits until the server has accepted it.
  @Test func messagesWaitForTheHandshake() async throws {
    let (first, second) = (Latch(), Latch())
    let harness = try BridgeHarness(posts: [
      .started(session: "S1").running { await first.wait() },
      .accepted.running { await second.wait() }, .json(Self.ok),
    ])
    harness.send(Line.initialize, Line.initialized, Line.ping)
    harness.endInput()
    async let output = harness.run()
    await harness.wait { harness.remote.requests("POST").count == 1 }
    for _ in 0..<100 { await Task.yield() }
    #expect(harness.remote.requests("POST").count == 1)
    first.open()
    await harness.wait { harness.remote.requests("POST").count == 2 }
    for _ in 0..<100 { await Task.yield() }
    #expect(harness.remote.requests("POST").count == 2)
    second.open()
    #expect(await output.last == Self.ok)
  }

  /// The answer to `initialize` may be a stream that does not end.
  @Test func initializeMayBeAStream() async throws {
    var answer = FakeAnswer.events("data: \(Line.version("2025-06-18"))", ending: .open)
    answer.fields.append((name: "mcp-session-id", value: "S1"))
    let harness = try BridgeHarness(posts: [answer, .accepted, .json(Self.ok)])
    harness.send(Line.initialize, Line.initialized, Line.ping)
    harness.endInput()
    #expect(await harness.run() == [Line.version("2025-06-18"), Self.ok])
    #expect(
      harness.remote.requests("POST").last
        == Sent.post(Line.ping, ["MCP-Protocol-Version: 2025-06-18", "Mcp-Session-Id: S1"]))
  }

  /// A failed `initialize` starts nothing.
  @Test(arguments: [
    (
      "an unknown version", FakeAnswer.started(version: "2099-01-01"),
      "with a protocol version that this bridge does not know"
    ),
    (
      "a modern version", .started(version: "2026-07-28"),
      "with a protocol version that this bridge does not know"
    ),
    (
      "a version that is no header", .started(version: #"2025-11-25\r\nX: y"#),
      "with a protocol version that this bridge does not know"
    ),
    (
      "no version", .json(Line.result("0")),
      "with a protocol version that this bridge does not know"
    ),
    ("a session id with a tab", .started(session: "S\t1"), "with a session id that is not allowed"),
    (
      "a session id with a line end", .started(session: "S\r\nX: y"),
      "with a session id that is not allowed"
    ),
    ("a session id beyond ASCII", .started(session: "Sé"), "with a session id that is not allowed"),
    (
      "a session id with a space", .started(session: "S 1"), "with a session id that is not allowed"
    ),
    ("an empty session id", .started(session: ""), "with a session id that is not allowed"),
    (
      "a session id of 10 KiB", .started(session: String(repeating: "S", count: 10_240)),
      "with a session id that is not allowed"
    ),
  ])
  func refusesTheAnswer(_ name: String, _ answer: FakeAnswer, _ words: String) async throws {
    let harness = try BridgeHarness(posts: [answer, .json(Self.ok)])
    harness.send(Line.initialize, Line.ping)
    harness.endInput()
    #expect(
      await harness.run() == [
        Line.error("0", 502, "The remote server answered \(words)."), Self.ok,
      ])
    #expect(harness.remote.requests("POST").last == Sent.post(Line.ping))
    #expect(harness.remote.requests("DELETE").isEmpty)
  }

  @Test func twoSessionIDsAreRefused() async throws {
    let ids = [(name: "Mcp-Session-Id", value: "a"), (name: "mcp-session-id", value: "b")]
    let harness = try BridgeHarness(posts: [.json(Line.version("2025-11-25"), ids)])
    harness.send(Line.initialize)
    harness.endInput()
    #expect(
      await harness.run()
        == [
          Line.error(
            "0", 502, "The remote server answered with a session id that is not allowed.")
        ])
  }

  @Test func anErrorOfInitializeIsPassedOn() async throws {
    let error = Line.error("0", -32_602, "Unsupported protocol version")
    let harness = try BridgeHarness(posts: [.json(error)])
    harness.send(Line.initialize)
    harness.endInput()
    #expect(await harness.run() == [error])
  }

  // MARK: A lost session

  /// 404: the bridge repeats the handshake, and sends the request again. The client notices nothing.
  @Test func aLostSessionIsStartedAgain() async throws {
    let harness = try BridgeHarness(posts: [
      .started(session: "S1"), .accepted, .status(404), .started(session: "S2"), .accepted,
      .json(Self.ok),
    ])
    harness.send(Line.initialize, Line.initialized)
    async let output = harness.run()
    await harness.wait { harness.remote.requests("GET").count == 1 }
    harness.send(Line.ping)
    harness.endInput()
    #expect(await output == [Line.version("2025-11-25"), Self.ok])
    let second = ["MCP-Protocol-Version: 2025-11-25", "Mcp-Session-Id: S2"]
    #expect(
      harness.remote.requests("POST") == [
        Sent.post(Line.initialize), Sent.post(Line.initialized, Sent.session),
        Sent.post(Line.ping, Sent.session), Sent.post(Line.initialize),
        Sent.post(Line.initialized, second), Sent.post(Line.ping, second),
      ])
    #expect(harness.remote.requests("DELETE").first?.contains("Mcp-Session-Id: S2") == true)
  }

  static let gone = Line.error(
    "1", 404, "The session at the remote server has ended, and a new one could not be started.")

  @Test(arguments: [
    ("initialize fails", [FakeAnswer.status(500)], gone),
    ("another version", [.started(session: "S2", version: "2025-06-18")], gone),
    ("a bad session id", [.started(session: "S 2")], gone),
    ("initialized is refused", [.started(session: "S2"), .status(400)], gone),
    (
      "the new session is lost, too", [.started(session: "S2"), .accepted, .status(404)],
      Line.error("1", 404, "The remote server has no MCP endpoint at this URL (status 404).")
    ),
  ])
  func isStartedAgainOnce(_ name: String, _ answers: [FakeAnswer], _ output: String) async throws {
    let harness = try BridgeHarness(
      posts: [.started(session: "S1"), .accepted, .status(404)] + answers)
    harness.send(Line.initialize, Line.initialized, Line.ping)
    harness.endInput()
    #expect(await harness.run() == [Line.version("2025-11-25"), output])
    #expect(harness.remote.requests("POST").count == 3 + answers.count)
  }

  /// Without a session id, 404 says nothing of a session.
  @Test func withoutAnIDThereIsNoLostSession() async throws {
    let harness = try BridgeHarness(posts: [.started(), .status(404)])
    harness.send(Line.initialize, Line.ping)
    harness.endInput()
    #expect(await harness.run().count == 2)
    #expect(harness.remote.requests("POST").count == 2)
  }

  /// Several requests that find the session lost start one new session.
  @Test func oneNewSessionForAll() async throws {
    let (both, renewal) = (Latch(), Latch())
    let harness = try BridgeHarness(posts: [
      .started(session: "S1"), .accepted,
      .status(404).running { await both.wait() }, .status(404).running { both.open() },
      .started(session: "S2").running { await renewal.wait() }, .accepted,
      .events("data: \(Line.result("1"))", "data: \(Line.result("2"))"),
      .events("data: \(Line.result("1"))", "data: \(Line.result("2"))"),
    ])
    harness.send(Line.initialize, Line.initialized)
    async let output = harness.run()
    await harness.wait { harness.remote.requests("POST").count == 2 }
    harness.send(Line.ping, Line.call)
    harness.endInput()
    await harness.wait { harness.remote.requests("POST").count == 5 }
    for _ in 0..<100 { await Task.yield() }
    renewal.open()
    #expect(
      Set(await output) == [Line.version("2025-11-25"), Line.result("1"), Line.result("2")])
    #expect(harness.remote.requests("POST").count == 8)
  }

  // MARK: Messages of the server

  /// A request of the server goes to the client, and its answer to the server.
  @Test func aRequestOfTheServerIsAnswered() async throws {
    let answered = Latch()
    let harness = try BridgeHarness(posts: [
      .started(session: "S1"), .accepted,
      .events("data: \(Line.sampling)", "data: \(Line.result("2"))"),
      .accepted.running { answered.open() },
    ])
    harness.send(Line.initialize, Line.initialized, Line.call)
    async let output = harness.run()
    await harness.wait { harness.lines.contains(Line.sampling) }
    harness.send(Line.result(#""s""#))
    await answered.wait()
    harness.endInput()
    #expect(await output == [Line.version("2025-11-25"), Line.sampling, Line.result("2")])
    #expect(
      harness.remote.requests("POST").last == Sent.post(Line.result(#""s""#), Sent.session))
  }

  /// 2025-03-26 has batches, also of the server.
  @Test(arguments: ["2025-03-26", "2025-06-18"])
  func aBatchOfTheServerIsTakenApart(_ version: String) async throws {
    let harness = try BridgeHarness(posts: [
      .started(version: version), .json("[\(Line.progress),\(Self.ok)]"),
    ])
    harness.send(Line.initialize, Line.ping)
    harness.endInput()
    let output = await harness.run()
    #expect(
      output.dropFirst()
        == (version == "2025-03-26"
          ? [Line.progress, Self.ok]
          : [
            Line.error(
              "1", 502,
              "The remote server answered with a message that is not valid JSON-RPC.")
          ]))
  }

  /// Each message is sent and answered by itself. MCP 2025-03-26 basic, "Batching"
  @Test func aBatchOfTheClientIsTakenApart() async throws {
    let answers = FakeAnswer.events("data: \(Line.result("1"))", "data: \(Line.result("2"))")
    let harness = try BridgeHarness(
      posts: [.started(version: "2025-03-26"), answers, .accepted, answers])
    harness.send(Line.initialize)
    async let output = harness.run()
    await harness.wait { harness.lines.count == 1 }
    let batch = [Line.ping, Line.progress, Line.call, #"{"id":3}"#]
    harness.send("[\(batch.joined(separator: " , "))]")
    harness.endInput()
    let lines = await output
    #expect(
      Set(lines.dropFirst())
        == [
          Line.result("1"), Line.result("2"),
          Line.error("3", -32_600, "Invalid request: method must be a string"),
        ])
    #expect(lines.count == 4)
    let fields = ["MCP-Protocol-Version: 2025-03-26"]
    #expect(
      Set(harness.remote.requests("POST").dropFirst())
        == Set([Line.ping, Line.progress, Line.call].map { Sent.post($0, fields) }))
  }

  /// MCP 2025-03-26 basic/lifecycle, "Initialization"; JSON-RPC 2.0 §6. Only that revision has batches.
  @Test(arguments: [
    ("2025-03-26", "[]", Line.refused(nil, "a batch has 1 to 50 messages")),
    (
      "2025-03-26", "[\(Array(repeating: Line.ping, count: 51).joined(separator: ","))]",
      Line.refused(nil, "a batch has 1 to 50 messages")
    ),
    (
      "2025-03-26", "[\(Line.initialize)]",
      Line.refused("0", "a batch takes neither initialize nor requests of another revision")
    ),
    (
      "2025-03-26", "[\(Line.modern("a"))]",
      Line.refused("1", "a batch takes neither initialize nor requests of another revision")
    ),
    ("2025-03-26", "[[\(Line.ping)]]", Line.refused(nil, "a message is one JSON object")),
    ("2025-06-18", "[\(Line.ping)]", Line.refused(nil, "a message is one JSON object")),
  ])
  func whatIsNoBatchOfTheRevisionIsNotSent(
    _ version: String, _ batch: String, _ error: String
  ) async throws {
    let harness = try BridgeHarness(posts: [.started(version: version)])
    harness.send(Line.initialize)
    async let output = harness.run()
    await harness.wait { harness.lines.count == 1 }
    harness.send(batch)
    harness.endInput()
    #expect(await output.last == error)
    #expect(harness.remote.requests("POST").count == 1)
  }

  /// A notification that the server refuses is a line of the log.
  @Test func aRefusedNotificationIsLogged() async throws {
    let harness = try BridgeHarness(posts: [.started(session: "S1"), .status(400)])
    harness.send(Line.initialize, Line.initialized)
    harness.endInput()
    #expect(await harness.run() == [Line.version("2025-11-25")])
    #expect(
      harness.notices
        == ["a message was not delivered: The remote server refused the request with status 400."])
    #expect(harness.remote.requests("GET").isEmpty)
  }

  // MARK: The end

  /// SIGTERM: what the server does not answer in time is left, and the session is ended.
  @Test func aSignalEndsTheSession() async throws {
    var limits = ConcurrentStdio.Limits()
    limits.answers = .zero
    let harness = try BridgeHarness(
      posts: [.started(session: "S1"), .accepted, .events(ending: .open)], limits: limits)
    harness.send(Line.initialize, Line.initialized, Line.call)
    async let output = harness.run()
    await harness.wait { harness.remote.requests("POST").count == 3 }
    harness.signals.send(.terminate)
    #expect(await output == [Line.version("2025-11-25")])
    #expect(harness.remote.requests("DELETE").count == 1)
    #expect(harness.remote.bodies.filter(\.isEndless).map(\.isCancelled) == [true])
  }

  @Test func aReloadIsReported() async throws {
    let harness = try BridgeHarness()
    let reloaded = Latch()
    harness.signals.send(.reload)
    async let output = harness.run(reload: { reloaded.open() })
    await reloaded.wait()
    harness.endInput()
    #expect(await output == [])
  }
}
