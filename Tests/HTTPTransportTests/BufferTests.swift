import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPTransport

/// H32, H33: the memory of a connection is bounded, and each byte is written once.
struct BufferTests {
  /// A request whose head has 15 kB.
  static let long =
    "GET /a HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 15_000))\r\n\r\n"
  static let ok = ConnectionTests.ok + "2\r\n\r\n/a"

  struct Halves: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let cut: Int

    init(_ name: String, _ text: String, cut: Int) {
      (testDescription, bytes, self.cut) = (name, Array(text.utf8), cut)
    }
  }

  static let halves = [
    Halves("a long head in the middle", long, cut: 7_500),
    Halves("a long head after its first byte", long, cut: 1),
    Halves("a long head before its last byte", long, cut: long.utf8.count - 1),
    Halves("a short head", ConnectionTests.get, cut: 10),
    Halves(
      "a long body",
      "POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 15000\r\n\r\n"
        + String(repeating: "b", count: 15_000), cut: 9_000),
    Halves(
      "a long trailer",
      "POST /refuse HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "
        + String(repeating: "x", count: 15_000) + "\r\n\r\n", cut: 9_000),
  ]

  /// H32: after the first half, the client sends [second half of a request + first half of the
  /// next] again and again.
  @Test(arguments: halves)
  func halvesOfRequestsLeaveNothingBehind(_ halves: Halves) throws {
    let wire = try Wire()
    let (first, second) = (halves.bytes[..<halves.cut], halves.bytes[halves.cut...])
    try wire.send(Array(first))
    _ = try wire.received()  // the response does not wait for a body that is not read
    for round in 0..<300 {
      try wire.send(Array(second + first))
      #expect(Wire.statuses(try wire.received()).count == 1)
      try #require(wire.capacity <= 64 << 10, "in round \(round)")
    }
  }

  @Test func anIdleConnectionKeepsNothing() throws {
    let wire = try Wire()
    try wire.send(String(repeating: Self.long, count: 20))
    #expect(Wire.statuses(try wire.received()).count == 20)
    #expect(wire.capacity == 0)
  }

  @Test func aClosedConnectionKeepsNothing() throws {
    let wire = try Wire()
    try wire.send(Array(Self.long.utf8.dropLast()))
    #expect(wire.capacity > 0)
    try wire.close()
    #expect(wire.capacity == 0)
  }

  /// No handler below may deliver more than was requested.
  @Test func moreThanTheInboxHoldsEndsTheConnection() throws {
    let limits = HTTPLimits()
    var inbox = Inbox(limits: limits)
    let half = ByteBuffer(repeating: 0x61, count: inbox.limit / 2)
    let sizes = [half, half, ByteBuffer(repeating: 0x61, count: inbox.limit % 2 + 1)]
    let taken = sizes.map { inbox.append($0) }
    #expect(taken == [true, true, false])
    #expect(inbox.unread.readableBytes == inbox.limit / 2 * 2)

    let wire = try Wire()
    _ = try wire.channel.writeInbound(ByteBuffer(repeating: 0x61, count: inbox.limit + 1))
    #expect(!wire.isOpen)
  }

  @Test func theInboxFreesWhatWasRead() {
    var inbox = Inbox(limits: HTTPLimits())
    let bytes = ByteBuffer(repeating: 0x61, count: 10_000)
    for _ in 0..<100 {
      _ = inbox.append(bytes)
      inbox.unread.moveReaderIndex(forwardBy: 9_999)
      _ = inbox.append(bytes)
      #expect(inbox.unread.readableBytes == 10_001)
      #expect(inbox.capacity <= 16 << 10)
      inbox.unread.moveReaderIndex(forwardBy: 10_000)
      inbox.release()
      #expect(inbox.capacity <= 16)
      inbox.unread.moveReaderIndex(forwardBy: 1)
      inbox.release()
      #expect(inbox.capacity == 0)
    }
  }

  @Test func takingEmptiesTheOutbox() {
    var outbox = Outbox()
    let frame = ResponseWriter.Frame(date: "", closes: false)
    outbox.append(HTTPResponse(status: 200), frame)
    #expect(!outbox.isFull)
    let body = [UInt8](repeating: 0, count: Outbox.limit)
    outbox.append(HTTPResponse(status: 200, body: body), frame)
    #expect(outbox.isFull)
    let counts = [outbox.take(), outbox.take()].map { $0?.readableBytes ?? 0 }
    #expect(counts[0] > Outbox.limit)
    #expect(counts[1] == 0)
    #expect(outbox.capacity == 0)
  }

  // MARK: Reentrant writes

  static let large = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
  static let largeBody = String(repeating: "a", count: EchoResponder.large)
  static let largeOK = ConnectionTests.ok + "\(EchoResponder.large)\r\n\r\n" + largeBody

  /// H33: the channel becomes writable again during the write of a response.
  @Test(arguments: [1, 2, 50])
  func aLargeResponseIsWrittenOnce(_ count: Int) throws {
    let socket = SocketHandler()
    let wire = try Wire(behind: socket)
    try wire.send(String(repeating: Self.large, count: count) + ConnectionTests.get)
    #expect(try wire.received() == String(repeating: Self.largeOK, count: count) + Self.ok)
    #expect(!socket.sawWriteInsideWrite)
    #expect(wire.capacity == 0)
  }

  /// H33
  @Test func theLastLargeResponseIsWrittenOnce() throws {
    let socket = SocketHandler()
    let wire = try Wire(behind: socket)
    try wire.send(
      Self.large + "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Self.large)
    let last = Self.largeOK.replacing("\r\n\r\na", with: "\r\nConnection: close\r\n\r\na")
    #expect(try wire.received() == Self.largeOK + last)
    #expect(!socket.sawWriteInsideWrite)
  }

  /// ASVS 15.2.2: a client that does not read responses gets no more, and the server stops reading.
  @Test func unreadResponsesAreBounded() throws {
    let socket = SocketHandler()
    socket.isStalled = true
    let wire = try Wire(behind: socket)
    try wire.send(String(repeating: Self.large, count: 100))
    #expect(try wire.received() == Self.largeOK)
    #expect(wire.capacity <= 16 << 10)
    socket.unstall()
    #expect(try wire.received() == String(repeating: Self.largeOK, count: 99))
    #expect(wire.capacity == 0)
  }

  /// Behaves like a socket of SwiftNIO: above 64 KiB it becomes unwritable during the write, and
  /// writable again during the flush.
  final class SocketHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The peer does not read.
    var isStalled = false
    private(set) var sawWriteInsideWrite = false
    private var context: ChannelHandlerContext?
    private var unsent = 0
    private var isFlushing = false
    private var mustFlush = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(
      context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
      if isFlushing { sawWriteInsideWrite = true }
      unsent += unwrapOutboundIn(data).readableBytes
      context.write(data, promise: promise)
      if unsent > 64 << 10 { set(isWritable: false) }
    }

    func flush(context: ChannelHandlerContext) {
      mustFlush = true
      guard !isFlushing else { return }
      isFlushing = true
      while mustFlush {
        mustFlush = false
        context.flush()
        if !isStalled { unstall() }
      }
      isFlushing = false
    }

    /// Sends all written bytes.
    func unstall() {
      isStalled = false
      unsent = 0
      set(isWritable: true)
    }

    private func set(isWritable: Bool) {
      guard let channel = context?.channel as? EmbeddedChannel, channel.isWritable != isWritable
      else { return }
      channel.isWritable = isWritable
      context?.fireChannelWritabilityChanged()
    }
  }
}
