import Support
import SystemC
import Testing

@testable import HTTPClient

/// The thread of `CurlStreams`: what ends its waiting, and what is left when it ends.
@Suite(.timeLimit(.minutes(10)))
struct StreamLoopTests {
  private static let settings: CurlStreams.Settings = {
    var settings = CurlStreams.Settings()
    settings.allowsLoopback = true
    // No test waits for them.
    settings.connectTimeout = .seconds(50)
    settings.headTimeout = .seconds(50)
    return settings
  }()

  private static func start(port: Int) throws -> StreamMailbox.Start {
    let request = OutboundRequest(.get, "http://127.0.0.1:\(port)/")
    let origin = try #require(Origin(of: request.url))
    return StreamMailbox.Start(
      request: request, transfer: Transfer(origin, .trusted, settings, maximumBody: 0),
      buffer: StreamBuffer(maximum: 1024))
  }

  /// The test takes the part of the thread.
  @Test(arguments: ["start", "resume", "cancel", "stop"])
  func eachCommandEndsTheWaiting(_ command: String) throws {
    guard let multi = CurlMulti(mostConnections: 1) else { throw OutboundError.unreachable }
    let wakeup = CurlMulti.Wakeup(multi)
    let mailbox = StreamMailbox(maximumTransfers: 2)
    let (first, second) = (try Self.start(port: 1), try Self.start(port: 1))
    #expect(mailbox.start(first) == .needsThread)
    #expect(!mailbox.waits(wakeup))
    #expect(mailbox.take()?.count == 1)
    #expect(mailbox.waits(wakeup))
    #expect(mailbox.isThreadIdle)
    switch command {
    case "start": #expect(mailbox.start(second) == .accepted)
    case "resume": mailbox.send(.resume(first.buffer))
    case "cancel": mailbox.send(.cancel(first.buffer))
    default: mailbox.stop()
    }
    #expect(!mailbox.isThreadIdle)
    #expect(!mailbox.waits(wakeup))
    if command == "stop" {
      #expect(mailbox.take() == nil)
    } else {
      #expect(mailbox.take()?.count == 1)
      #expect(mailbox.waits(wakeup))
    }
    // CWE-416: the thread frees its handle now.
    #expect(mailbox.threadEnded().isEmpty)
    #expect(!mailbox.isThreadIdle)
    let isUsable = multi.wait(.zero)
    #expect(isUsable)
  }

  @Test func theEndOfTheThreadEndsItsTransfers() async throws {
    let server = try await ScriptedServer(.held(CurlStreamsTests.chunked))
    let mailbox = StreamMailbox(maximumTransfers: 3)
    let first = try Self.start(port: server.port)
    let second = try Self.start(port: server.port)
    #expect(mailbox.start(first) == .needsThread)
    let settings = Self.settings
    #expect(startThread { StreamLoop(mailbox, settings).run() })
    defer { mailbox.stop() }
    #expect(try await first.buffer.head().get().status == 200)
    await CurlStreamsTests.until { mailbox.isThreadIdle }
    #expect(mailbox.start(second) == .accepted)
    await CurlStreamsTests.until { server.connections == 2 }
    try #require(server.connections == 2)
    #expect(try await second.buffer.head().get().status == 200)
    await CurlStreamsTests.until { mailbox.isThreadIdle }
    #expect(mailbox.transfers == 2)

    mailbox.stop()
    await CurlStreamsTests.until { !mailbox.hasThread }
    await CurlStreamsTests.until { first.buffer.isEnded && second.buffer.isEnded }
    try #require(first.buffer.isEnded && second.buffer.isEnded)
    #expect(mailbox.transfers == 0)
    for start in [first, second] {
      await #expect(throws: OutboundError.unreachable) { _ = try await start.buffer.next().get() }
    }
    let late = try Self.start(port: server.port)
    #expect(mailbox.start(late) == .full)
  }

  /// As if no thread could be started.
  @Test func withoutAThreadTheRequestsEnd() async throws {
    let mailbox = StreamMailbox(maximumTransfers: 1)
    for _ in 0..<3 {
      let (start, other) = (try Self.start(port: 1), try Self.start(port: 1))
      #expect(mailbox.start(start) == .needsThread)
      #expect(mailbox.start(other) == .full)
      StreamLoop.abandon(mailbox)
      try #require(start.buffer.isEnded)
      await #expect(throws: OutboundError.unreachable) { _ = try await start.buffer.head().get() }
      #expect(!mailbox.hasThread)
      #expect(mailbox.transfers == 0)
      mailbox.send(.cancel(start.buffer))
      #expect(mailbox.take()?.isEmpty == true)
    }
  }
}
