import Testing

@testable import Bridge

/// Requests that the client cancels.
@Suite(.timeLimit(.minutes(10)))
struct CancellationTests {
  /// A modern request: the end of the stream is the cancellation, and no notification is sent.
  @Test func aModernRequestIsClosed() async throws {
    let harness = try BridgeHarness(posts: [.events("data: \(Line.progress)", ending: .open)])
    harness.send(Line.modern("tools/call", #""name":"add","#, id: #""a""#))
    async let output = harness.run()
    await harness.wait { harness.lines.count == 1 }
    harness.send(Line.cancelled(#""a""#))
    await harness.wait { harness.remote.bodies[0].isCancelled }
    harness.endInput()
    #expect(await output == [Line.progress])
    #expect(harness.remote.requests("POST").count == 1)
  }

  /// The head of the response has not come yet.
  @Test func aResponseAfterACancellationIsDropped() async throws {
    let head = Latch()
    let harness = try BridgeHarness(posts: [
      .json(Line.result("1")).running { await head.wait() }, .json(Line.result("2")),
    ])
    harness.send(Line.modern("a"))
    async let output = harness.run()
    await harness.wait { harness.remote.requests("POST").count == 1 }
    harness.send(Line.cancelled("1"), Line.modern("b", id: "2"))
    await harness.wait { !harness.lines.isEmpty }
    head.open()
    harness.endInput()
    #expect(await output == [Line.result("2")])
    #expect(harness.remote.bodies.allSatisfy { $0.taken == 1 || $0.isCancelled })
    #expect(harness.remote.bodies.filter(\.isCancelled).count == 1)
  }

  /// In the handshake era the notification is sent. What still comes for the request is dropped, and
  /// its stream is closed.
  @Test func aRequestOfTheHandshakeEraIsCancelledByTheNotification() async throws {
    let harness = try BridgeHarness(posts: [
      .started(session: "S1"), .accepted, .events("data: \(Line.progress)", ending: .open),
      .accepted,
    ])
    harness.send(Line.initialize, Line.initialized, Line.call)
    async let output = harness.run()
    await harness.wait { harness.lines.contains(Line.progress) }
    harness.send(Line.cancelled("2"))
    await harness.wait { harness.remote.bodies.contains { $0.isCancelled } }
    harness.endInput()
    #expect(await output == [Line.version("2025-11-25"), Line.progress])
    #expect(harness.remote.requests("POST").last == Sent.post(Line.cancelled("2"), Sent.session))
  }

  /// The server ignores the cancellation, and answers.
  @Test func theAnswerToACancelledRequestIsDropped() async throws {
    let (rest, sent) = (Latch(), Latch())
    var answer = FakeAnswer.events("data: \(Line.progress)", "data: \(Line.result("2"))")
    answer.gate = rest
    let harness = try BridgeHarness(posts: [
      .started(session: "S1"), .accepted, answer, .accepted.running { await sent.wait() },
    ])
    harness.send(Line.initialize, Line.initialized, Line.call)
    async let output = harness.run()
    await harness.wait { harness.lines.contains(Line.progress) }
    harness.send(Line.cancelled("2"))
    await harness.wait { harness.remote.requests("POST").count == 4 }
    rest.open()
    await harness.wait { harness.remote.bodies.contains { $0.isCancelled && $0.taken == 2 } }
    sent.open()
    harness.endInput()
    #expect(await output == [Line.version("2025-11-25"), Line.progress])
  }

  /// An unknown request, and `initialize`: the server judges.
  @Test(arguments: ["7", "0"])
  func anUnknownCancellationIsForwarded(_ id: String) async throws {
    let harness = try BridgeHarness(posts: [.started(session: "S1"), .accepted])
    harness.send(Line.initialize, Line.cancelled(id))
    harness.endInput()
    #expect(await harness.run() == [Line.version("2025-11-25")])
    #expect(harness.remote.requests("POST").last == Sent.post(Line.cancelled(id), Sent.session))
  }

  /// A request that waits for the handshake was never sent, and never is.
  @Test func aWaitingRequestIsNotSent() async throws {
    let first = Latch()
    let harness = try BridgeHarness(posts: [
      .started(session: "S1").running { await first.wait() }, .json(Line.result("1")),
    ])
    harness.send(Line.initialize, Line.call, Line.cancelled("2"), Line.ping)
    async let output = harness.run()
    await harness.wait { harness.remote.requests("POST").count == 1 }
    harness.endInput()
    first.open()
    #expect(await output == [Line.version("2025-11-25"), Line.result("1")])
    #expect(harness.remote.requests("POST").last == Sent.post(Line.ping, Sent.session))
  }

  /// A subscription ends with the input, without an answer.
  @Test func theEndOfTheInputEndsSubscriptions() async throws {
    let harness = try BridgeHarness(posts: [.events("data: \(Line.progress)", ending: .open)])
    harness.send(Line.modern("subscriptions/listen"))
    async let output = harness.run()
    await harness.wait { harness.lines.count == 1 }
    harness.endInput()
    #expect(await output == [Line.progress])
    #expect(harness.remote.bodies[0].isCancelled)
  }
}
