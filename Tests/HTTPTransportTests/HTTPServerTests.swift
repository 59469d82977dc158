import Support
import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import HTTPTransport

/// Tests over real sockets. The minute is only a safety net.
@Suite(.timeLimit(.minutes(10)))
struct HTTPServerTests {
  static let last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

  /// With timeouts that no test reaches, however slow the machine is.
  private static let patient: HTTPLimits = {
    var limits = HTTPLimits()
    limits.headTimeout = .hours(1)
    limits.bodyTimeout = .hours(1)
    limits.idleTimeoutBeforeAcceptance = .hours(1)
    return limits
  }()

  private func withServer(
    _ limits: HTTPLimits = patient, threads: BlockingThreads = BlockingThreads(),
    _ body: (HTTPServer, Int) async throws -> Void
  ) async throws {
    defer { threads.stop() }
    let server = HTTPServer(threads: 1, limits: limits, responder: EchoResponder(threads: threads))
    {
      784_111_777_000
    }
    let port = try await server.start(host: "127.0.0.1", port: 0)
    do { try await body(server, port) } catch {
      await server.shutDown()
      throw error
    }
    await server.shutDown()
  }

  @Test func answersAndCloses() async throws {
    try await withServer { _, port in
      let client = try await TestClient(port: port)
      try await client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n" + Self.last)
      #expect(Wire.statuses(try await client.untilClose()) == ["200", "200"])
    }
  }

  /// The client sends more than the sockets hold before it reads.
  @Test func answersTwentyThousandPipelined() async throws {
    try await withServer { _, port in
      let client = try await TestClient(port: port)
      let many = (0..<20_000).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
      try await client.send(many + Self.last)
      #expect(Wire.statuses(try await client.untilClose()).count == 20_001)
    }
  }

  /// H33: more than the socket accepts in one write.
  @Test func largeResponsesAreSentOnce() async throws {
    try await withServer { _, port in
      let client = try await TestClient(port: port)
      let many = String(repeating: BufferTests.large, count: 30)
      try await client.send(many + Self.last)
      let answer = try await client.untilClose()
      #expect(answer.hasBytes(atStart: String(repeating: BufferTests.largeOK, count: 30)))
      #expect(Wire.statuses(answer).count == 31)
    }
  }

  /// RFC 9112 §9.6: the rest of the request must not reset the connection.
  @Test func aRefusedBodyDoesNotDestroyTheResponse() async throws {
    try await withServer { _, port in
      let client = try await TestClient(port: port)
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
      try? await client.send(String(repeating: "a", count: 1_000_000))
      #expect(Wire.statuses(try await client.untilClose()) == ["413"])
    }
  }

  @Test func worksOffTheLoopInOrder() async throws {
    try await withServer { _, port in
      let client = try await TestClient(port: port)
      try await client.send("GET /off HTTP/1.1\r\nHost: a\r\n\r\n" + Self.last)
      let answer = try await client.untilClose()
      #expect(Wire.statuses(answer) == ["200", "200"])
      #expect(answer.hasBytes(atEnd: "/last"))
    }
  }

  /// H32: while the responder works on a request, the connection reads only once more, for any
  /// input.
  @Test func oneReadWaitsForADecision() async throws {
    try await withServer { _, port in
      let client = try await TestClient(port: port)
      let many = String(repeating: "GET /off HTTP/1.1\r\nHost: a\r\n\r\n", count: 5000)
      try await client.send(many + Self.last)
      #expect(Wire.statuses(try await client.untilClose()).count == 5001)
    }
  }

  @Test func moreThanMayWaitIsRefused() async throws {
    try await withServer(threads: BlockingThreads(limit: 0)) { _, port in
      let client = try await TestClient(port: port)
      try await client.send("GET /off HTTP/1.1\r\nHost: a\r\n\r\n" + Self.last)
      #expect(Wire.statuses(try await client.untilClose()) == ["503", "200"])
    }
  }

  /// R11: one client can fill its share of the queue, but not the whole queue.
  @Test(.timeLimit(.minutes(10))) func oneClientHasAShareOfTheQueue() {
    let threads = BlockingThreads(limit: 5, clientLimit: 2)
    defer { threads.stop() }
    let gate = DispatchSemaphore(value: 0)
    let executor = TestExecutor()
    let all = ([1, 1, 1, 2, 2, 2, 3, 4, 1] as [Bits128]).map { client in
      executor.start { await threads.run(for: client) { gate.wait() } != nil }
    }
    // The refused work has returned.
    #expect(
      all.map { $0.value == nil } == [true, true, false, true, true, false, true, false, false])
    for _ in 0..<5 { gate.signal() }
    for pending in all where pending.value == nil { #expect(executor.wait(for: pending)) }
    gate.signal()
    #expect(
      ThreadExecutor.run { await threads.run(for: 1) { gate.wait() } != nil },
      "its place is free again")
  }

  /// A responder resumes on the event loop of its connection, here after a body that arrives late.
  @Test func aLateBodyResumesOnTheLoop() async throws {
    let responder = LoopResponder()
    let server = HTTPServer(
      threads: 1, limits: Self.patient, responder: responder, now: { 0 })
    let port = try await server.start(host: "127.0.0.1", port: 0)
    let client = try await TestClient(port: port)
    try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n")
    for await _ in responder.requests { break }
    try await client.send("ok" + Self.last)
    #expect(Wire.statuses(try await client.untilClose()) == ["200", "200"])
    #expect(responder.isOnLoop.withLock { $0 } == [true, true, true, true])
    await server.shutDown()
    responder.threads.stop()
  }

  /// Records after each await whether it runs on an event loop.
  private final class LoopResponder: HTTPResponder {
    let isOnLoop = Mutex<[Bool]>([])
    let threads = BlockingThreads()
    let requests: AsyncStream<Void>
    private let began: AsyncStream<Void>.Continuation

    init() { (requests, began) = AsyncStream.makeStream() }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
      record()
      began.yield()
      if request.method == "POST" {
        _ = try? await request.body()
        record()
        _ = await threads.run(for: 0) { 1 }
        record()
      }
      return HTTPResponse(status: 200)
    }

    func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
      HTTPResponse(status: fault.status)
    }

    private func record() {
      let isOnLoop = MultiThreadedEventLoopGroup.currentEventLoop != nil
      self.isOnLoop.withLock { $0.append(isOnLoop) }
    }
  }

  @Test func connectionsAreBounded() async throws {
    var limits = Self.patient
    limits.connections = 1
    try await withServer(limits) { _, port in
      let first = try await TestClient(port: port)
      let second = try await TestClient(port: port)
      #expect(try await second.untilClose().isEmpty)
      try await first.send(Self.last)
      #expect(Wire.statuses(try await first.untilClose()) == ["200"])
    }
  }

  /// R12
  @Test func connectionsOfOneClientAreBounded() async throws {
    var limits = Self.patient
    limits.connectionsPerClient = 2
    try await withServer(limits) { _, port in
      let clients = [try await TestClient(port: port), try await TestClient(port: port)]
      #expect(try await TestClient(port: port).untilClose().isEmpty)
      for client in clients {
        try await client.send(Self.last)
        #expect(Wire.statuses(try await client.untilClose()) == ["200"])
      }
    }
  }

  @Test func shuttingDownAnswersWhatHasArrived() async throws {
    try await withServer { server, port in
      let clients = [try await TestClient(port: port), try await TestClient(port: port)]
      for client in clients { try await client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n") }
      await server.shutDown()
      for client in clients {
        #expect(Wire.statuses(try await client.untilClose()) == ["200"])
      }
    }
  }

  @Test func aTakenPortIsAnError() async throws {
    try await withServer { _, port in
      let second = HTTPServer(threads: 1, responder: EchoResponder()) { 0 }
      await #expect(throws: HTTPServerError.self) {
        _ = try await second.start(host: "127.0.0.1", port: port)
      }
      await second.shutDown()
    }
  }
}
