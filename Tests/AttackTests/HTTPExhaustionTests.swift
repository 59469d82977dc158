import Support
import MCPService
import Foundation
import HTTPTransport
import NIOCore
import Synchronization
import Testing
import TestHarness
import TestSupport

/// Attacks on limited resources: connections, time, threads, descriptors.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HTTPExhaustionTests {
  private static let call = RawRequest.call()
  private static let good = call.last.text
  private static let sum = HTTPWire.closing(RawRequest.sum)
  private static let timeout = HTTPWire.refusal(
    "408 Request Timeout", "The request came too slowly", closes: true)

  /// The bytes of slow clients, and the responses at the timeout.
  private static let slow = [
    ("", ""), ("POST /mcp HTTP/1.1\r\nHost: l", timeout),
    (String(decoding: call.text.utf8.dropLast(20), as: UTF8.self), timeout),
    (call.chunked("10\r\nabc").text, timeout),
    (
      String(decoding: call.showing().text.utf8.dropLast(20), as: UTF8.self),
      HTTPWire.unauthenticated
    ),
    (call.text, RawRequest.sum),
  ]

  /// ASVS 15.2.2: a thousand slow clients delay no other client, and are disconnected.
  @Test func aThousandSlowConnections() async throws {
    var limits = HTTPLimits.patient
    // Longer than a busy machine takes to connect and to send.
    limits.headTimeout = .seconds(20)
    limits.bodyTimeout = .seconds(20)
    limits.idleTimeout = .seconds(20)
    limits.idleTimeoutBeforeAcceptance = .seconds(20)
    try await LiveServer.run(limits: limits) { server in
      var clients: [(client: LiveClient, answer: String)] = []
      for number in 0..<1000 {
        let (bytes, answer) = Self.slow[number % Self.slow.count]
        let client = try await server.connect()
        if !bytes.isEmpty { try? await client.send(bytes) }
        clients.append((client, answer))
        if number.isMultiple(of: 250) {
          #expect(try await server.exchange(Self.good) == Self.sum)
        }
      }
      for (client, answer) in clients { #expect(try await client.untilClose() == answer) }
      #expect(try await server.exchange(Self.good) == Self.sum)
    }
  }

  private static let busy = HTTPWire.refusal(
    "503 Service Unavailable", "Too busy; try again", ["Retry-After: 1"], closes: true)

  /// ATTACKS R13: a body over the memory budget gets 503, until another one is answered or aborted.
  @Test(arguments: [true, false])
  func bodiesShareTheirMemory(_ isAnswered: Bool) async throws {
    let body = Self.call.body
    let half = body.utf8.count / 2
    var limits = HTTPLimits.patient
    limits.bodiesInMemory = body.utf8.count + half - 1
    try await LiveServer.run(limits: limits) { server in
      #expect(try await server.exchange(Self.good) == Self.sum)
      let holder = try await server.connect()
      let bytes = Array(Self.call.text.utf8)
      try await holder.send(Array(bytes.dropLast(half)))
      // The server may read the second connection first.
      var answer = Self.sum
      while answer == Self.sum { answer = try await server.exchange(Self.good) }
      #expect(answer == Self.busy)
      #expect(
        server.harness.takeLog().last?.contains(#""outcome":"rejected","reason":503"#) == true)
      if isAnswered {
        try await holder.send(Array(bytes.suffix(half)))
        #expect(try await holder.response() == RawRequest.sum)
        #expect(try await server.exchange(Self.good) == Self.sum)
      } else {
        await holder.abort()
        while answer == Self.busy { answer = try await server.exchange(Self.good) }
        #expect(answer == Self.sum)
      }
    }
  }

  /// Connections that are aborted leave nothing in memory.
  @Test func abortedInTheMiddle() async throws {
    try await LiveServer.run { server in
      let bytes = Array(Self.call.text.utf8)
      for count in stride(from: 1, to: bytes.count, by: 7) {
        let client = try await server.connect()
        try await client.send(Array(bytes.prefix(count)))
        await client.abort()
      }
      #expect(try await server.exchange(Self.good) == Self.sum)
    }
  }

  /// A connection over the limit is closed, and the others are not affected.
  @Test func moreConnectionsThanThereMayBe() async throws {
    var limits = HTTPLimits.patient
    limits.connections = 10
    try await LiveServer.run(limits: limits) { server in
      var inside: [LiveClient] = []
      for _ in 0..<10 {
        let client = try await server.connect()
        try await client.send(Self.call.text)
        #expect(try await client.response() == RawRequest.sum)
        inside.append(client)
      }
      for _ in 0..<100 { #expect(try await server.exchange(Self.good) == "") }
      for client in inside {
        try await client.send(Self.good)
        #expect(try await client.untilClose() == Self.sum)
      }
      #expect(try await server.exchange(Self.good) == Self.sum)
    }
  }

  #if os(Linux)  // there each address of 127/8 belongs to this machine
    /// R12: one address that holds all connections it can get leaves connections for others.
    @Test func oneClientThatHoldsEveryConnection() async throws {
      let changes = LiveServer.unlimited.merging(["CALCULATOR_CONNECTIONS_PER_CLIENT": "5"]) { $1 }
      try await LiveServer.run(changes) { server in
        var held: [LiveClient] = []
        for _ in 0..<5 {
          let client = try await server.connect()
          try await client.send(Self.call.text)
          #expect(try await client.response() == RawRequest.sum)
          held.append(client)
        }
        for _ in 0..<20 { #expect(try await server.exchange(Self.good) == "") }
        let other = try await server.connect(from: "127.0.0.2")
        try await other.send(Self.good)
        #expect(try await other.untilClose() == Self.sum)
        for client in held {
          try await client.send(Self.good)
          #expect(try await client.untilClose() == Self.sum)
        }
      }
    }

    /// R12: a trusted proxy forwards for many clients.
    @Test func aTrustedProxyHoldsAsManyAsItNeeds() async throws {
      let changes = [
        "CALCULATOR_CONNECTIONS_PER_CLIENT": "1", "CALCULATOR_TRUSTED_PROXIES": "127.0.0.2",
      ]
      var limits = HTTPLimits.patient
      limits.idleTimeoutBeforeAcceptance = .nanoseconds(0)
      try await LiveServer.run(changes, limits: limits) { server in
        let (proxy, stranger) = (
          try await server.connect(from: "127.0.0.2"), try await server.connect()
        )
        for client in [proxy, stranger] {
          try await client.send(Self.call.showing().text)
          #expect(try await client.response() == HTTPWire.unauthenticated)
        }
        // When the stranger's connection times out, the proxy's, which is older, would time out
        // too.
        #expect(try await stranger.untilClose() == "")
        var held: [LiveClient] = []
        for _ in 0..<20 {
          let client = try await server.connect(from: "127.0.0.2")
          try await client.send(Self.call.text)
          #expect(Self.isOK(try await client.response()))
          held.append(client)
        }
        try await proxy.send(Self.good)
        #expect(Self.isOK(try await proxy.untilClose()))
        for client in held { await client.abort() }
      }
    }
  #endif

  private static func isOK(_ answer: String) -> Bool {
    answer.hasBytes(atStart: "HTTP/1.1 200 OK\r\n")
  }

  // MARK: Threads

  /// C11: at most two passwords are checked at one time, which bounds the memory.
  @Test func atMostTwoAtOnceOffTheLoop() async throws {
    let counting = Counting()
    let server = HTTPServer(threads: 2, responder: counting, now: { 0 })
    let port = try await server.start(host: "127.0.0.1", port: 0)
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<60 {
        group.addTask {
          let client = try await LiveClient(port: port)
          try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
          return try await client.untilClose()
        }
      }
      for try await answer in group { #expect(answer.hasBytes(atStart: "HTTP/1.1 200 OK\r\n")) }
    }
    #expect(counting.most.load(ordering: .relaxed) == 2)
    await server.shutDown()
  }

  /// Counts how many requests it works on at one time.
  private final class Counting: HTTPResponder {
    private let now = Atomic(0)
    let most = Atomic(0)

    let threads = BlockingThreads(clientLimit: 64)

    func respond(to _: HTTPRequest) async -> HTTPResponse {
      let isDone = await threads.run(for: 0) {
        let now = self.now.add(1, ordering: .relaxed).newValue
        self.most.max(now, ordering: .relaxed)
        // Wait until a second request is in progress.
        while self.most.load(ordering: .relaxed) < 2 {}
        self.now.subtract(1, ordering: .relaxed)
        return true
      }
      return HTTPResponse(status: isDone == nil ? 503 : 200)
    }

    func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
      HTTPResponse(status: 400)
    }
  }

  // MARK: Descriptors

  /// If no descriptor is left, the server waits, and serves again once there is one.
  @Test(.enabled(if: BuiltServer.isThere, "CalculatorHTTP is not beside the tests"))
  func outOfDescriptors() async throws {
    let server = try BuiltServer(descriptors: 40)
    defer { server.end() }
    let port = try server.port()
    var clients: [LiveClient] = []
    for _ in 0..<200 { clients.append(try await LiveClient(port: port)) }
    for client in clients { await client.abort() }
    let client = try await LiveClient(port: port)
    try await client.send(Self.good)
    #expect(try await client.untilClose().hasBytes(atStart: "HTTP/1.1 200 OK\r\n"))
  }

  /// The executable in the folder of the tests, with few descriptors.
  private struct BuiltServer {
    private static let path = Bundle.main.executableURL?.deletingLastPathComponent()
      .appending(path: "CalculatorHTTP").path

    static let isThere = path.map(FileManager.default.isExecutableFile) ?? false

    private let program: ChildProgram

    init(descriptors: Int) throws {
      program = try ChildProgram(
        [
          "sh", "-c", #"ulimit -n "$1" && exec "$0" --port 0"#, try #require(Self.path),
          "\(descriptors)",
        ],
        variables: [
          "CALCULATOR_API_KEY": HTTPHarness.key, "CALCULATOR_THREADS": "1",
          "ASAN_OPTIONS": "detect_leaks=0", "PATH": "/usr/bin:/bin",
        ])
    }

    /// `Listening at http://127.0.0.1:PORT/mcp`
    func port() throws -> Int {
      let line = String(decoding: program.read(), as: UTF8.self)
      let text = line.parts(at: ":").last?.parts(at: "/").first
      return try #require(text.flatMap { Int($0) }, "no port in: \(line)")
    }

    func end() {
      program.send(SIGTERM)
      _ = program.wait()
    }
  }
}
