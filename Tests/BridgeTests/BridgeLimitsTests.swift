import HTTPClient
import Synchronization
import Testing

@testable import Bridge
@testable import StdioTransport
@testable import Support

/// Servers and clients that send too much, and clients that do not read.
@Suite(.timeLimit(.minutes(10)))
struct BridgeLimitsTests {
  static let tooLarge = [
    Line.error("1", 502, "The remote server answered with a message that is too large.")
  ]
  static let piece = [UInt8](repeating: 0x20, count: 1 << 18)

  static func endless(_ type: String, _ first: String, _ chunk: [UInt8]) -> FakeAnswer {
    FakeAnswer(
      fields: [(name: "Content-Type", value: type)], chunks: [Array(first.utf8), chunk],
      ending: .repeating)
  }

  /// The bridge leaves a server that does not stop sending, after the limit and one piece.
  @Test(arguments: [
    ("JSON without end", endless("application/json", "{", piece), 16 << 20),
    ("a line without end", endless("text/event-stream", "data: {", piece), 4 << 20),
    (
      "an event without end",
      endless(
        "text/event-stream", "", Array("data: \(String(repeating: "x", count: 65_530))\n".utf8)),
      4 << 20
    ),
  ])
  func anAnswerIsBounded(_ name: String, _ answer: FakeAnswer, _ limit: Int) async throws {
    let harness = try BridgeHarness(posts: [answer])
    harness.send(Line.ping)
    harness.endInput()
    #expect(await harness.run() == Self.tooLarge)
    let body = harness.remote.bodies[0]
    #expect(body.isCancelled)
    #expect((body.taken - 1) * answer.chunks[1].count <= limit + 2 * answer.chunks[1].count)
  }

  /// The error page of a server is not read to its end, and nothing of it is shown.
  @Test(arguments: ["text/html", "application/json"])
  func anErrorIsBounded(_ type: String) async throws {
    var answer = Self.endless(type, "<html>", Self.piece)
    answer.status = 500
    let harness = try BridgeHarness(posts: [answer])
    harness.send(Line.ping)
    harness.endInput()
    #expect(
      await harness.run()
        == [Line.error("1", 500, "The remote server refused the request with status 500.")])
    #expect(harness.remote.bodies[0].isCancelled)
    #expect(harness.remote.bodies[0].taken <= 3)
  }

  /// What follows the answer is read only so that the connection can be used again.
  @Test func theRestOfAnAnswerIsBounded() async throws {
    let harness = try BridgeHarness(posts: [
      Self.endless(
        "text/event-stream", "data: \(Line.result("1"))\n\n", Array(": x\n".utf8))
    ])
    harness.send(Line.ping)
    harness.endInput()
    #expect(await harness.run() == [Line.result("1")])
    let body = harness.remote.bodies[0]
    await harness.wait { body.isCancelled }
    #expect(body.taken <= (1 << 14) + 2)
  }

  /// The answers that are kept at the same time are bounded, too.
  @Test func allAnswersAreBounded() {
    let budget = AnswerBudget(limit: 10)
    #expect(budget.take(6))
    #expect(!budget.take(5))
    #expect(budget.take(4))
    budget.release(6)
    #expect(budget.take(6))
    #expect(!budget.take(1))
  }

  /// ATTACKS O180: a share grows and shrinks, and ends with its last reference.
  @Test func aShareIsGivenBack() {
    let budget = AnswerBudget(limit: 10)
    do {
      let share = AnswerBudget.Share(of: budget)
      #expect(share.keep(8))
      #expect(!share.keep(11))
      #expect(budget.bytes == 8)
      #expect(share.keep(3))
      #expect(budget.bytes == 3)
      #expect(!AnswerBudget.Share(of: budget).keep(8))
    }
    #expect(budget.bytes == 0)
  }

  static func server(_ budget: AnswerBudget) -> RemoteServer {
    RemoteServer(
      url: "https://s.example/mcp", client: FakeRemote(posts: []), credential: FakeCredential(),
      session: RemoteSession(), toolHeaders: ToolHeaders(), budget: budget, notice: { _ in },
      sleep: { _ in })
  }

  /// ATTACKS O180: an answer counts until the client has taken it, as JSON and as an event.
  @Test(arguments: [
    FakeAnswer.json(Line.result("1")), .events("data: \(Line.result("1"))"),
  ])
  func anAnswerCountsUntilItIsTaken(_ answer: FakeAnswer) async throws {
    let budget = AnswerBudget(limit: 1 << 20)
    let body = FakeBody(answer.chunks, .whole, nil)
    let response = StreamedResponse(status: 200, fields: answer.fields, body: body)
    let message = try ClientMessage(Array(Line.ping.utf8))
    let size = answer.chunks.reduce(0) { $0 + $1.count }
    var taken = 0
    _ = try await Self.server(budget).receive(response, for: message, Exchange()) { _ in
      taken += 1
      #expect(budget.bytes == size)
    }
    #expect(taken == 1)
    #expect(budget.bytes == 0)
  }

  /// ATTACKS O180: many streams with long lines share one limit.
  @Test func allStreamsAreBounded() async throws {
    let budget = AnswerBudget(limit: 10)
    let body = FakeBody([Array("data: 12345".utf8)], .whole, nil)
    var reader = EventReader(body, budget)
    await #expect(throws: BridgeError.invalidAnswer(.tooLarge)) { try await reader.next() }
    #expect(body.isCancelled)
  }

  /// ATTACKS O183: the lines of the log that a server causes are bounded, and those that are dropped
  /// are counted.
  @Test func theLinesAboutAServerAreBounded() async throws {
    let wrong = #"{"name":"t","inputSchema":{"x-mcp-header":"A"}}"#
    let tools = Array(repeating: wrong, count: 100).joined(separator: ",")
    let harness = try BridgeHarness(posts: [.json(Line.result("1", #"{"tools":[\#(tools)]}"#))])
    harness.send(Line.modern("tools/list"))
    harness.endInput()
    #expect(await harness.run() == [Line.result("1", #"{"tools":[]}"#)])
    #expect(harness.notices.count == NoticeLimit.most)
  }

  @Test func theNextMinuteHasLinesAgain() {
    let time = Mutex(MonotonicTime(nanoseconds: 0))
    let limit = NoticeLimit(now: { time.withLock { $0 } })
    let first = (0..<NoticeLimit.most + 5).flatMap { limit.take("\($0)") }
    #expect(first == (0..<NoticeLimit.most).map(String.init))
    time.withLock { $0 = MonotonicTime(nanoseconds: 59_999_999_999) }
    #expect(limit.take("a") == [])
    time.withLock { $0 = MonotonicTime(nanoseconds: 60_000_000_000) }
    #expect(limit.take("b") == ["dropped 6 lines about the remote server", "b"])
    #expect(limit.take("c") == ["c"])
  }

  /// The budget is given back after each answer: five of them would fill it, and the sixth what is
  /// left, up to less than the last answer.
  @Test func anAnswerGivesItsShareBack() async throws {
    let large = Self.endless("application/json", "{", Self.piece)
    let small = Self.endless("application/json", "{", [UInt8](repeating: 0x20, count: 1024))
    let last = Line.result("1", #"{"a":"\#(String(repeating: "x", count: 2000))"}"#)
    let harness = try BridgeHarness(
      posts: Array(repeating: large, count: 5) + [small, .json(last)])
    async let output = harness.run()
    for count in 1...6 {
      harness.send(Line.ping)
      await harness.wait { harness.lines.count == count }
    }
    harness.send(Line.ping)
    harness.endInput()
    #expect(await output.last == last)
  }

  /// ATTACKS S14: the limit of a line.
  @Test func aLongLineIsAnError() async throws {
    var limits = ConcurrentStdio.Limits()
    limits.line = 100
    let harness = try BridgeHarness(posts: [.json(Line.result("1"))], limits: limits)
    harness.send(String(repeating: "x", count: 101), Line.ping)
    harness.endInput()
    #expect(
      Set(await harness.run()) == [
        #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request: a message has at most 4 MiB"}}"#,
        Line.result("1"),
      ])
  }

  /// A client that does not read: nothing more is read from the server.
  @Test func aFullOutputStopsTheServer() async throws {
    var limits = ConcurrentStdio.Limits()
    limits.queued = 1 << 17
    let padding = String(repeating: "x", count: 1 << 15)
    let message = #"{"jsonrpc":"2.0","method":"n","params":{"x":"\#(padding)"}}"#
    let harness = try BridgeHarness(
      posts: [
        Self.endless(
          "text/event-stream", "", Array("data: \(message)\n\n".utf8))
      ], limits: limits)
    harness.send(Line.modern("a"))
    async let output = harness.run()
    await harness.wait { harness.remote.bodies.first.map { $0.taken > 4 } ?? false }
    for _ in 0..<2000 { await Task.yield() }
    // The pipe, the queue and the message in hand.
    #expect(harness.remote.bodies[0].taken <= 12)
    await harness.wait { harness.lines.count > 20 }
    harness.send(Line.cancelled("1"))
    harness.endInput()
    await harness.wait {
      _ = harness.lines
      return harness.hasEnded
    }
    #expect(harness.remote.bodies[0].isCancelled)
    _ = await output
  }

  /// 32 requests are at the server at the same time. Others wait, and notifications, answers and
  /// cancellations do not.
  @Test func requestsAreBounded() async throws {
    let answer = FakeAnswer.events(ending: .open)
    let harness = try BridgeHarness(
      posts: Array(repeating: answer, count: 32) + [.json(Line.result("99"))])
    for id in 0..<32 { harness.send(Line.modern("a", id: "\(id)")) }
    harness.send(Line.modern("b", id: "99"))
    async let output = harness.run()
    await harness.wait { harness.remote.requests("POST").count == 32 }
    for _ in 0..<200 { await Task.yield() }
    #expect(harness.remote.requests("POST").count == 32)
    harness.send(Line.cancelled("0"))
    await harness.wait { !harness.lines.isEmpty }
    for id in 1..<32 { harness.send(Line.cancelled("\(id)")) }
    harness.endInput()
    #expect(await output == [Line.result("99")])
  }

  @Test func subscriptionsAreBounded() async throws {
    let harness = try BridgeHarness(posts: Array(repeating: .events(ending: .open), count: 17))
    for id in 0..<17 { harness.send(Line.modern("subscriptions/listen", id: "\(id)")) }
    harness.endInput()
    #expect(
      await harness.run() == [Line.error("16", 429, "Too many subscriptions are open.")])
    #expect(harness.remote.requests("POST").count <= 16)
  }

  /// At the limit of messages no line is delivered, not even one that is no message.
  @Test(arguments: [(3, 1 << 20), (320, 250)])
  func messagesAreBounded(_ messages: Int, _ bytes: Int) async throws {
    let (first, reloaded) = (Latch(), Latch())
    let harness = try BridgeHarness(posts: [
      .started().running { await first.wait() }, .json(Line.result("2")),
      .json(Line.result("2")),
    ])
    var limits = Dispatcher.Limits()
    (limits.messages, limits.bytes) = (messages, bytes)
    harness.send(Line.initialize, Line.call, Line.call, "{")
    async let output = harness.run(limits, reload: { reloaded.open() })
    await harness.wait { harness.remote.requests("POST").count == 1 }
    harness.signals.send(.reload)
    await reloaded.wait()
    #expect(harness.lines.isEmpty)
    first.open()
    harness.endInput()
    #expect(await output.count == 4)
  }
}
