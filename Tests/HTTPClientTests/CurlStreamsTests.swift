import Auth
import Support
import SystemC
import TestHarness
import Testing

@testable import HTTPClient

/// Streams over real sockets on loopback addresses. The minutes are only a safety net.
@Suite(.timeLimit(.minutes(10)))
struct CurlStreamsTests {
  static func client(
    _ policy: AddressPolicy = .trusted,
    _ change: (inout CurlStreams.Settings) -> Void = { _ in }
  ) throws -> CurlStreams {
    var settings = CurlStreams.Settings()
    settings.allowsLoopback = true
    // No test waits for them, however slow the machine is.
    settings.connectTimeout = .seconds(50)
    settings.headTimeout = .seconds(50)
    change(&settings)
    return try CurlStreams(policy, settings)
  }

  static func request(
    _ server: ScriptedServer, _ method: OutboundRequest.Method = .get,
    fields: [(name: String, value: String)] = []
  ) -> OutboundRequest {
    OutboundRequest(method, "http://127.0.0.1:\(server.port)/", fields: fields)
  }

  /// The whole body.
  static func read(_ body: any StreamedBody) async throws(OutboundError) -> [UInt8] {
    var all: [UInt8] = []
    while let bytes = try await body.next() {
      #expect(!bytes.isEmpty)
      all += bytes
    }
    return all
  }

  /// The error of a request or of its body; `nil` for a whole response.
  static func error(_ client: CurlStreams, _ request: OutboundRequest) async -> OutboundError? {
    do throws(OutboundError) {
      _ = try await read(try await client.open(request).body)
      return nil
    } catch {
      return error
    }
  }

  /// Waits until it is so, without blocking the thread. The limit makes a test fail that would
  /// hang.
  static func until(
    _ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    let end = ContinuousClock.now + .seconds(40)
    while !condition() {
      guard ContinuousClock.now < end else {
        Issue.record("it did not become so", sourceLocation: sourceLocation)
        return
      }
      await Task.yield()
    }
  }

  static let ok = CurlClientTests.ok
  static let chunked = CurlClientTests.chunked

  // MARK: What is sent and received

  @Test(arguments: [
    (OutboundRequest.Method.get, "GET", ""),
    (.delete, "DELETE", ""),
    (.post(Array("{}".utf8)), "POST", "Content-Length: 2\r\n"),
    (.post([]), "POST", "Content-Length: 0\r\n"),
  ])
  func sendsExactlyTheRequest(
    _ method: OutboundRequest.Method, _ name: String, _ length: String
  ) async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let response = try await Self.client().open(
      Self.request(server, method, fields: [("X-Empty", ""), ("Authorization", "Bearer a")]))
    #expect(response.status == 200)
    #expect(response.fields.map { "\($0.name): \($0.value)" } == ["Content-Length: 2"])
    #expect(try await Self.read(response.body) == Array("ok".utf8))
    let body =
      if case .post(let bytes) = method { String(decoding: bytes, as: UTF8.self) } else { "" }
    #expect(
      server.text == """
        \(name) / HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: calculator\r
        Accept: */*\r
        X-Empty:\r
        Authorization: Bearer a\r
        \(length)\r
        \(body)
        """)
  }

  /// O46
  @Test func aUsedConnectionSendsNothingOfThePreviousRequest() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    let methods: [OutboundRequest.Method] = [.post([97]), .delete, .get]
    for method in methods {
      let fields = method == .get ? [] : [(name: "Authorization", value: "Bearer secret")]
      #expect(await Self.error(client, Self.request(server, method, fields: fields)) == nil)
    }
    #expect(server.connections == 1)
    let common = """
      Host: 127.0.0.1:\(server.port)\r
      User-Agent: calculator\r
      Accept: */*\r

      """
    let secret = common + "Authorization: Bearer secret\r\n"
    #expect(
      server.text == """
        POST / HTTP/1.1\r
        \(secret)Content-Length: 1\r
        \r
        aDELETE / HTTP/1.1\r
        \(secret)\r
        GET / HTTP/1.1\r
        \(common)\r

        """)
  }

  @Test func chunksArriveBeforeTheEnd() async throws {
    let server = try await ScriptedServer(.held(Self.chunked))
    let response = try await Self.client().open(Self.request(server))
    for text in ["a", "bc", "def"] {
      server.send("\(text.utf8.count)\r\n\(text)\r\n")
      #expect(try await response.body.next() == Array(text.utf8))
    }
    server.send("0\r\n\r\n")
    #expect(try await response.body.next() == nil)
    #expect(try await response.body.next() == nil)
  }

  @Test(arguments: [
    "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404 N\r\nX: b\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 404 N\r\nX: b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: c\r\n\r\n",
  ])
  func keepsTheFieldsOfTheLastHead(_ answer: String) async throws {
    let server = try await ScriptedServer(.answer(answer))
    let response = try await Self.client().open(Self.request(server))
    #expect(response.status == 404)
    #expect(response.fields.first.map { "\($0.name): \($0.value)" } == "X: b")
    #expect(response.fields.count == 2)
    #expect(try await Self.read(response.body).isEmpty)
  }

  /// O47
  @Test func followsNoRedirect() async throws {
    let other = try await ScriptedServer(.answer(Self.ok))
    let server = try await ScriptedServer(
      .answer(
        "HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:\(other.port)/\r\nContent-Length: 0\r\n\r\n"))
    #expect(try await Self.client().open(Self.request(server)).status == 307)
    #expect(other.connections == 0)
  }

  // MARK: Responses that are refused

  /// O42, O45: a head may have 1,000 bytes.
  @Test(arguments: [
    CurlClientTests.Refusal("whole", .answer(ok), nil),
    .init("ends with the connection", .answerAndClose("HTTP/1.1 200 OK\r\n\r\nab"), nil),
    .init("endless head", .endless("HTTP/1.1 200 OK\r\n", "X: a\r\n"), .tooLarge),
    .init("endless line", .endless("HTTP/1.1 200 OK\r\nX: ", "aaaa"), .tooLarge),
    .init("endless 1xx", .endless("", "HTTP/1.1 103 Early\r\n\r\n"), .tooLarge),
    .init("endless trailers", .endless(chunked + "0\r\n", "X: a\r\n"), .tooLarge),
    .init(
      "closed in the body", .answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\naa"),
      .unreachable),
    .init("closed in a chunk", .answerAndClose(chunked + "9\r\naa"), .unreachable),
    .init("closed between chunks", .answerAndClose(chunked + "2\r\naa\r\n"), .unreachable),
    .init("broken chunks", .answer(chunked + "2\r\naa\r\nx\r\n"), .unreachable),
    .init(
      "another head as trailers",
      .answer(chunked + "2\r\naa\r\n0\r\nHTTP/1.1 200 OK\r\nX: a\r\n\r\n"), .unreachable),
    .init(
      "a trailer like the start of a head",
      .answer(chunked + "2\r\naa\r\n0\r\nHTTP/1.1: a\r\n\r\n"), .unreachable),
    .init("closed in the head", .answerAndClose("HTTP/1.1 200 OK\r\nX: a"), .unreachable),
    .init("closed after a line", .answerAndClose("HTTP/1.1 200 OK\r\n"), .unreachable),
    .init("closed at once", .answerAndClose(""), .unreachable),
    .init("another protocol", .answerAndClose("SSH-2.0-OpenSSH_9.2\r\n"), .unreachable),
    .init("HTTP/0.9", .answerAndClose("<html>"), .unreachable),
    .init(
      "101 and bytes", .answerAndClose("HTTP/1.1 101 Switching Protocols\r\n\r\nab"), .unreachable),
    .init("a status of 600", .answer("HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n"), .unreachable),
    .init(
      "no colon", .answer("HTTP/1.1 200 OK\r\nX\r\nContent-Length: 2\r\n\r\nok"), .unreachable),
    .init(
      "compressed",
      .answer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"),
      .unreachable),
    .init(
      "compressed transfer",
      .answerAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), .unreachable),
  ])
  func refuses(_ refusal: CurlClientTests.Refusal) async throws {
    let server = try await ScriptedServer(refusal.script)
    let client = try Self.client { $0.maximumHead = 1000 }
    #expect(await Self.error(client, Self.request(server)) == refusal.error)
  }

  /// The bytes before the error can be read.
  @Test func aBrokenBodyHandsOutItsBytes() async throws {
    let server = try await ScriptedServer(
      .answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\naa"))
    let body = try await Self.client().open(Self.request(server)).body
    #expect(try await body.next() == Array("aa".utf8))
    for _ in 0..<2 {
      await #expect(throws: OutboundError.unreachable) { try await body.next() }
    }
  }

  // MARK: Requests that are refused

  /// O40
  @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "2130706433", "169.254.169.254", "0.0.0.0"])
  func neitherPolicyConnectsTo(_ host: String) async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    for policy in [AddressPolicy.trusted, .publicOnly] {
      let client = try Self.client(policy) { $0.allowsLoopback = false }
      let request = OutboundRequest(.get, "https://\(host):\(server.port)/")
      #expect(await Self.error(client, request) == .refusedAddress)
    }
    #expect(server.connections == 0)
  }

  @Test func thePublicPolicyDoesNotConnectToPrivateAddresses() async throws {
    let client = try Self.client(.publicOnly)
    let request = OutboundRequest(.get, "https://10.0.0.1/")
    #expect(await Self.error(client, request) == .refusedAddress)
  }

  @Test func plainHTTPIsForLoopbackAlone() async throws {
    let strict = try Self.client { $0.allowsLoopback = false }
    #expect(await Self.error(strict, OutboundRequest(.get, "http://127.0.0.1/")) == .refusedURL)
    let loopback = try Self.client()
    #expect(
      await Self.error(loopback, OutboundRequest(.get, "http://10.0.0.1/")) == .refusedAddress)
  }

  /// O43
  @Test(arguments: [("X", "a\r\nX-Admin: true"), ("X\r\nY", "a"), ("X", "a\u{0}b")])
  func refusesFieldsThatWouldBeMore(_ name: String, _ value: String) async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let request = Self.request(server, fields: [(name, value)])
    #expect(await Self.error(try Self.client(), request) == .refusedURL)
    #expect(server.connections == 0)
  }

  /// O48
  @Test(arguments: [
    ("ours", "ours/ca.pem", nil), ("ours", "other/ca.pem", OutboundError.insecure),
    ("wrong", "wrong/ca.pem", .insecure),
  ])
  func verifies(_ certificate: String, _ caFile: String, _ error: OutboundError?) async throws {
    let certificates = try Certificates.shared.get()
    let server = try await ScriptedServer(
      .answer(Self.ok), tls: try certificates.context(certificate))
    let client = try Self.client { $0.caFile = certificates.path(caFile) }
    let request = OutboundRequest(.get, "https://127.0.0.1:\(server.port)/")
    #expect(await Self.error(client, request) == error)
    #expect(server.text.isEmpty == (error != nil))
  }

  /// The head that the proxy sends for `CONNECT` is not the head of the response.
  @Test func theProxyOnlyTransportsTheRequest() async throws {
    let certificates = try Certificates.shared.get()
    let proxy = try await ScriptedServer(
      .tunnel(
        "HTTP/1.1 200 OK\r\nX-Proxy: a\r\n\r\n", try certificates.context("ours"),
        "HTTP/1.1 201 OK\r\nX-Server: b\r\nContent-Length: 0\r\n\r\n"))
    let client = try Self.client {
      $0.proxy = "http://127.0.0.1:\(proxy.port)"
      $0.caFile = certificates.path("ours/ca.pem")
    }
    let response = try await client.open(OutboundRequest(.get, "https://localhost:1/"))
    #expect(response.status == 201)
    #expect(response.fields.map(\.name) == ["X-Server", "Content-Length"])
  }

  /// O40: nobody here sees the address that the proxy connects to.
  @Test func withAProxyOnlyTrustedOriginsAreCalled() async throws {
    let proxy = try await ScriptedServer(.answer(Self.ok))
    func settings(_ settings: inout CurlStreams.Settings) {
      settings.proxy = "http://127.0.0.1:\(proxy.port)"
    }
    let open = try Self.client(.publicOnly, settings)
    #expect(await Self.error(open, OutboundRequest(.get, "https://example.org/")) == .refusedURL)
    let trusted = try Self.client(.trusted, settings)
    #expect(await Self.error(trusted, OutboundRequest(.get, "http://127.0.0.1/")) == .refusedURL)
    #expect(proxy.connections == 0)
  }

  @Test func aMissingCAFileIsAnErrorAtTheStart() {
    #expect(throws: CurlClient.SetupError.unreadableCAFile) {
      try Self.client { $0.caFile = "/nonexistent/ca.pem" }
    }
  }

  // MARK: Time

  /// O44
  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 "])
  func theHeadHasATimeLimit(_ first: String) async throws {
    let server = try await ScriptedServer(first.isEmpty ? .silence : .trickle(first))
    let client = try Self.client { $0.headTimeout = .milliseconds(200) }
    #expect(await Self.error(client, Self.request(server)) == .timeout)
  }

  /// A body that takes longer than the limit of the head: a request that ends with the limit shows that
  /// the time is over. Where the machine is so slow that the head comes too late, the limit grows.
  @Test func theBodyHasNoTimeLimit() async throws {
    let silent = try await ScriptedServer(.silence)
    for limit in [1, 4, 16, 64] {
      let server = try await ScriptedServer(.held(Self.chunked))
      let client = try Self.client { $0.headTimeout = .seconds(limit) }
      guard let body = try? await client.open(Self.request(server)).body else { continue }
      #expect(await Self.error(client, Self.request(silent)) == .timeout)
      server.send("1\r\na\r\n0\r\n\r\n")
      #expect(try await Self.read(body) == [97])
      return
    }
    Issue.record("no head came in time")
  }

  // MARK: Back-pressure

  /// The server sends without end. What waits here is bounded, and everything that is read is in order.
  @Test func aReaderThatStopsStopsTheServer() async throws {
    let text = "0123456789"
    let server = try await ScriptedServer(.endless("HTTP/1.1 200 OK\r\n\r\n", text))
    let small = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    let body = try #require(try await client.open(Self.request(server)).body as? CurlStream)
    var next = 0
    for _ in 0..<20 {
      await Self.until { body.buffer.isPaused }
      try #require(body.buffer.isPaused)
      // The loop goes on with other transfers meanwhile.
      for _ in 0..<5 {
        #expect(await Self.error(client, Self.request(small)) == nil)
        #expect(body.buffer.isPaused)
      }
      let waiting = body.buffer.waitingBytes
      #expect((200_000...262_144).contains(waiting))
      let bytes = try #require(try await body.next())
      #expect(bytes.count == waiting)
      let isInOrder = bytes.indices.allSatisfy { bytes[$0] == 48 + UInt8((next + $0) % 10) }
      #expect(isInOrder)
      next = (next + bytes.count) % 10
    }
  }

  // MARK: Cancellation

  @Test func cancelEndsAReaderThatWaits() async throws {
    let server = try await ScriptedServer(.held(Self.chunked))
    let body = try #require(
      try await Self.client().open(Self.request(server)).body as? CurlStream)
    async let next = Result.of { () throws(OutboundError) in try await body.next() }
    await Self.until { body.buffer.hasReader }
    body.cancel()
    body.cancel()
    #expect(await next == .failure(.unreachable))
    await #expect(throws: OutboundError.unreachable) { try await body.next() }
    await Self.until { server.openConnections == 0 }
  }

  @Test func cancellationOfTheTaskEndsTheBody() async throws {
    let server = try await ScriptedServer(.held(Self.chunked))
    let body = try #require(
      try await Self.client().open(Self.request(server)).body as? CurlStream)
    let task = Task { await Result.of { () throws(OutboundError) in try await body.next() } }
    await Self.until { body.buffer.hasReader }
    task.cancel()
    await Self.until { !body.buffer.hasReader }
    // Ends a body that was not cancelled, too.
    server.send("0\r\n\r\n")
    #expect(await task.value == .failure(.unreachable))
    await Self.until { server.openConnections == 0 }
  }

  @Test func cancellationOfTheTaskEndsTheRequest() async throws {
    let server = try await ScriptedServer(.held(""))
    let client = try Self.client()
    let task = Task { await Self.error(client, Self.request(server)) }
    await Self.until { !server.received.isEmpty }
    task.cancel()
    #expect(await task.value == .unreachable)
    await Self.until { server.openConnections == 0 }
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    let task = Task {
      await Self.until { Task.isCancelled }
      return await Self.error(client, Self.request(server))
    }
    task.cancel()
    #expect(await task.value == .unreachable)
  }

  /// ATTACKS O182: it gives its place back, and the other streams go on.
  @Test func aRequestThatIsCancelledBeforeItsStartEndsNoOther() async throws {
    let mailbox = StreamMailbox(maximumTransfers: 2)
    let server = try await ScriptedServer(.held(Self.chunked))
    var settings = CurlStreams.Settings()
    settings.allowsLoopback = true
    settings.headTimeout = .seconds(50)
    let request = Self.request(server)
    let origin = try #require(Origin(of: request.url))
    func start() -> StreamMailbox.Start {
      StreamMailbox.Start(
        request: request, transfer: Transfer(origin, .trusted, settings, maximumBody: 0),
        buffer: StreamBuffer(maximum: 1024))
    }
    let (open, cancelled) = (start(), start())
    #expect(mailbox.start(open) == .needsThread)
    let loopSettings = settings
    #expect(startThread { StreamLoop(mailbox, loopSettings).run() })
    #expect(try await open.buffer.head().get().status == 200)
    #expect(cancelled.buffer.cancel())
    #expect(mailbox.start(cancelled) == .accepted)
    mailbox.send(.cancel(cancelled.buffer))
    await Self.until { mailbox.isThreadIdle || !mailbox.hasThread }
    #expect(mailbox.hasThread)
    #expect(mailbox.transfers == 1)
    #expect(!open.buffer.isEnded)
    mailbox.stop()
    await Self.until { !mailbox.hasThread }
  }

  /// After the end, `cancel` changes nothing, and the connection is used again.
  @Test func cancelAfterTheEnd() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    for _ in 0..<3 {
      let body = try await client.open(Self.request(server)).body
      #expect(try await Self.read(body) == Array("ok".utf8))
      body.cancel()
      #expect(try await body.next() == nil)
    }
    #expect(server.connections == 1)
  }

  /// What has arrived and was not read is dropped.
  @Test func cancelBeforeTheLastBytesAreRead() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let body = try #require(
      try await Self.client().open(Self.request(server)).body as? CurlStream)
    await Self.until { body.buffer.isEnded }
    body.cancel()
    await #expect(throws: OutboundError.unreachable) { try await body.next() }
  }

  @Test func aBodyWithoutAReferenceEnds() async throws {
    let server = try await ScriptedServer(.held(Self.chunked))
    let client = try Self.client()
    var response: StreamedResponse? = try await client.open(Self.request(server))
    #expect(response?.status == 200)
    response = nil
    await Self.until { server.openConnections == 0 }
    // Not because the thread has ended.
    #expect(client.mailbox.hasThread)
  }

  // MARK: Limits

  @Test func theNumberOfTransfersIsLimited() async throws {
    let server = try await ScriptedServer(.held(Self.chunked))
    let client = try Self.client()
    var bodies: [any StreamedBody] = []
    for _ in 0..<64 { bodies.append(try await client.open(Self.request(server)).body) }
    #expect(server.connections == 64)
    #expect(await Self.error(client, Self.request(server)) == .overloaded)
    #expect(server.connections == 64)
    // One that ends makes place.
    bodies[5].cancel()
    var more: StreamedResponse?
    while more == nil { more = try? await client.open(Self.request(server)) }
    server.send("0\r\n\r\n")
    for (index, body) in bodies.enumerated() where index != 5 {
      #expect(try await Self.read(body).isEmpty)
    }
    // All of them, and their connections are used again.
    let used = server.connections
    for _ in 0..<64 { bodies.append(try await client.open(Self.request(server)).body) }
    #expect(server.connections == used)
  }

  /// One after the other: the place is free before the reader learns of the end.
  @Test func aRequestThatHasEndedGivesItsPlaceBack() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    for _ in 0..<200 { #expect(await Self.error(client, Self.request(server)) == nil) }
  }

  /// Requests do not wait for event streams, and they share a connection.
  @Test func requestsPassOpenStreams() async throws {
    let server = try await ScriptedServer(
      .each(Array(repeating: Self.chunked, count: 30) + [Self.ok]))
    let client = try Self.client()
    var bodies: [any StreamedBody] = []
    for _ in 0..<30 { bodies.append(try await client.open(Self.request(server)).body) }
    for _ in 0..<20 { #expect(await Self.error(client, Self.request(server, .post([97]))) == nil) }
    #expect(server.connections == 31)
    for body in bodies { body.cancel() }
  }

  /// Many tasks at once: each reader gets its response, once.
  @Test func manyRequestsAtOnce() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    await withTaskGroup { group in
      for _ in 0..<32 {
        group.addTask {
          for _ in 0..<50 {
            #expect(await Self.error(client, Self.request(server, .post([97]))) == nil)
          }
        }
      }
    }
    #expect(server.connections <= 32)
  }

  /// Cancellations that meet responses: a continuation that is resumed twice, or never, fails.
  @Test func cancellationsThatMeetResponses() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    await withTaskGroup { group in
      for number in 0..<300 {
        group.addTask {
          let task = Task { await Self.error(client, Self.request(server)) }
          for _ in 0..<(number % 40) { await Task.yield() }
          task.cancel()
          let error = await task.value
          #expect([nil, .unreachable, .overloaded].contains(error))
        }
      }
    }
    // A place is free once the thread has ended the cancelled transfer.
    var last = await Self.error(client, Self.request(server))
    while last == .overloaded { last = await Self.error(client, Self.request(server)) }
    #expect(last == nil)
  }

  // MARK: The thread

  @Test func theThreadEndsWithTheClient() async throws {
    let server = try await ScriptedServer(.held(Self.chunked))
    let mailbox: StreamMailbox
    do {
      let client = try Self.client()
      mailbox = client.mailbox
      _ = try await client.open(Self.request(server))
      #expect(mailbox.hasThread)
    }
    await Self.until { !mailbox.hasThread }
    await Self.until { server.openConnections == 0 }
  }

  @Test func aClientWithoutARequestHasNoThread() throws {
    #expect(try Self.client().mailbox.hasThread == false)
  }
}

extension Result where Failure == OutboundError, Success: Sendable {
  static func of(_ body: () async throws(OutboundError) -> Success) async -> Self {
    do throws(OutboundError) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
}
