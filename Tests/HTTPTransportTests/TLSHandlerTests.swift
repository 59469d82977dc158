import CLibSSL
import Foundation
import NIOCore
import NIOEmbedded
import Synchronization
import TestSupport
import Testing

@testable import HTTPTransport

@Suite(.enabled(if: TLSFixture.areToolsThere, "\(TLSFixture.hint)"))
struct TLSHandlerTests {
  static let versions: [Int32] = [TLS1_2_VERSION, TLS1_3_VERSION]

  private func pair(
    _ version: Int32 = TLS1_3_VERSION, recorder: TLSRecorder = TLSRecorder()
  ) throws -> TLSPair {
    try TLSPair(TLSFixture.shared.get().context(), version: version, recorder: recorder)
  }

  /// RFC 8446 §5.1: a record may arrive in pieces of any size.
  @Test(arguments: versions, [1, 2, 3, 7, 1_000, .max])
  func echoes(_ version: Int32, _ step: Int) throws {
    let pair = try pair(version)
    try pair.settle(step: step)
    #expect(pair.isEstablished)
    #expect(unsafe SSL_version(pair.ssl) == version)
    let text = ByteBuffer(string: "hello")
    try pair.exchange(text, step: step)
    #expect(pair.answered == text)
    try pair.exchange(text, step: step)
    #expect(pair.answered == ByteBuffer(string: "hellohello"))
  }

  @Test(arguments: versions)
  func echoesALargeBody(_ version: Int32) throws {
    let pair = try pair(version)
    try pair.settle()
    let body = ByteBuffer(bytes: SeededBytes(seed: 1).make(1 << 20))
    try pair.exchange(body, step: 65_536)
    #expect(pair.recorder.received == body)
    #expect(pair.answered == body)
  }

  /// H32, R12: neither a large message nor a partial record stays in memory.
  @Test(arguments: versions)
  func keepsLittle(_ version: Int32) throws {
    let pair = try pair(version)
    try pair.settle()
    try pair.exchange(ByteBuffer(bytes: SeededBytes(seed: 1).make(1 << 20)), step: 16_384)
    #expect(pair.handler.capacity <= 16 << 10)
    let text = ByteBuffer(bytes: SeededBytes(seed: 2).make(15_000))
    for _ in 0..<100 {
      // The first half of this record, and the second with the first of the next.
      try pair.deliver(pair.send(text), step: 7_500)
      try pair.collect()
      #expect(pair.handler.capacity <= 16 << 10)
    }
    #expect(pair.recorder.received.readableBytes == (1 << 20) + 100 * 15_000)
  }

  /// L2: HTTP at the HTTPS port gets one sentence without TLS, and does not reach the layer above.
  @Test(arguments: ["GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE"])
  func answersPlainHTTP(_ method: String) throws {
    let count = Mutex(0)
    let pair = try TLSPair(
      TLSFixture.shared.get().context(), onPlainHTTP: { count.withLock { $0 += 1 } })
    let request = "\(method) /mcp HTTP/1.1\r\nX-API-Key: secret\r\n\r\n"
    try pair.deliver(ByteBuffer(string: request))
    try pair.deliver(ByteBuffer(string: request))
    let answer = try #require(try pair.channel.readOutbound(as: ByteBuffer.self))
    let text = String(buffer: answer)
    #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    let parts = text.components(separatedBy: "\r\n\r\n")
    #expect(parts[1] == "This port takes HTTPS: begin the URL https://\n")
    #expect(text.contains("\r\nContent-Length: \(parts[1].utf8.count)\r\n"))
    #expect(try pair.channel.readOutbound(as: ByteBuffer.self) == nil)
    #expect(count.withLock { $0 } == 1)
    #expect(pair.recorder.received.readableBytes == 0)
    #expect(pair.handler.capacity == 0)
    // Bytes from the layer above are not sent without TLS.
    pair.channel.writeAndFlush(ByteBuffer(string: "secret"), promise: nil)
    #expect(try pair.channel.readOutbound(as: ByteBuffer.self) == nil)
    pair.channel.embeddedEventLoop.advanceTime(by: TLSHandler.handshakeTimeout)
    #expect(!pair.channel.isActive)
  }

  /// L2: a method after the first bytes is data of a handshake, and other text is not HTTP.
  @Test(arguments: ["\u{16}GET / HTTP/1.1\r\n", "GETS / HTTP/1.1\r\n", "SSH-2.0-x\r\n", "get / "])
  func answersNothingElseWithoutTLS(_ text: String) throws {
    let pair = try TLSPair(
      TLSFixture.shared.get().context(), onPlainHTTP: { Issue.record("no HTTP") })
    try pair.deliver(ByteBuffer(string: text))
    while let answer = try pair.channel.readOutbound(as: ByteBuffer.self) {
      #expect(!String(buffer: answer).contains("HTTP"))
    }
  }

  @Test func keepsWritesUntilTheHandshakeEnds() throws {
    let pair = try pair()
    let first = pair.channel.writeAndFlush(ByteBuffer(string: "first "))
    let second = pair.channel.writeAndFlush(ByteBuffer(string: "second"))
    var isWritten = false
    first.assumeIsolated().whenComplete { _ in isWritten = true }
    #expect(try pair.channel.readOutbound(as: ByteBuffer.self) == nil)
    #expect(!isWritten)
    try pair.settle()
    #expect(pair.answered == ByteBuffer(string: "first second"))
    try first.wait()
    try second.wait()
    #expect(isWritten)
  }

  /// RFC 8446 §5.1: the writes of one flush share a record, of 5 + n + 1 + 16 bytes.
  @Test func gathersTheWritesOfOneFlush() throws {
    let pair = try pair()
    try pair.settle()
    let writes = (0..<100).map { _ in pair.channel.write(ByteBuffer(string: "0123456789")) }
    #expect(try pair.channel.readOutbound(as: ByteBuffer.self) == nil)
    pair.channel.flush()
    let bytes = try #require(try pair.channel.readOutbound(as: ByteBuffer.self))
    #expect(bytes.readableBytes == 1_000 + 22)
    #expect(try pair.channel.readOutbound(as: ByteBuffer.self) == nil)
    for write in writes { try write.wait() }
  }

  @Test func failsWhatIsWrittenToAClosedConnection() throws {
    let pair = try pair()
    let early = pair.channel.write(ByteBuffer(string: "never flushed"))
    pair.channel.close(promise: nil)
    #expect(throws: ChannelError.ioOnClosedChannel) { try early.wait() }
    #expect(throws: ChannelError.ioOnClosedChannel) {
      try pair.channel.writeAndFlush(ByteBuffer(string: "late")).wait()
    }
  }

  /// RFC 8446 §6.1: a client that has closed its sending side still gets its response, and
  /// close_notify.
  @Test(arguments: versions)
  func answersAfterCloseNotify(_ version: Int32) throws {
    let pair = try pair(version, recorder: TLSRecorder(answer: "answer"))
    try pair.settle()
    var bytes = pair.send(ByteBuffer(string: "request"))
    pair.client.end()
    bytes.writeImmutableBuffer(pair.takeOutput())
    bytes.writeString("what follows is ignored")
    try pair.deliver(bytes)
    try pair.collect()
    #expect(pair.recorder.received == ByteBuffer(string: "request"))
    #expect(pair.recorder.inputEnds == 1)
    #expect(pair.answered == ByteBuffer(string: "answer"))
    #expect(pair.outcome == .ended)
    #expect(!pair.channel.isActive)
  }

  /// RFC 8446 §6.1: the end of TCP without close_notify is a truncation. It ends the input once.
  @Test func endsTheInputOnceWhereTCPEnds() throws {
    let pair = try pair(recorder: TLSRecorder(answer: "answer"))
    try pair.settle()
    pair.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    pair.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(pair.recorder.inputEnds == 1)
    try pair.collect()
    #expect(pair.answered == ByteBuffer(string: "answer"))
    let half = try self.pair()
    half.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(!half.channel.isActive)
    #expect(half.recorder.inputEnds == 0)
  }

  /// RFC 8446 §6.1
  @Test(arguments: versions)
  func sendsCloseNotify(_ version: Int32) throws {
    let pair = try pair(version)
    try pair.settle()
    pair.channel.close(promise: nil)
    try pair.collect()
    #expect(pair.outcome == .ended)
  }

  /// An incomplete handshake is closed after 10 s, wherever it stops.
  @Test(arguments: [0, 1, 100])
  func closesAHalfHandshake(_ length: Int) throws {
    let pair = try pair()
    var hello = pair.takeOutput()
    let part = hello.readSlice(length: length)
    try pair.deliver(try #require(part), step: 1)
    pair.channel.embeddedEventLoop.advanceTime(by: .milliseconds(9_999))
    #expect(pair.channel.isActive)
    pair.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!pair.channel.isActive)
    #expect(pair.recorder.isInactive)
  }

  @Test func leavesAnEstablishedConnectionAlone() throws {
    let pair = try pair()
    try pair.settle()
    pair.channel.embeddedEventLoop.advanceTime(by: .hours(1))
    #expect(pair.channel.isActive)
    try pair.exchange(ByteBuffer(string: "still here"))
    #expect(pair.answered == ByteBuffer(string: "still here"))
  }

  struct Garbage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
  }

  static let garbage = [
    Garbage(testDescription: "HTTP", bytes: Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
    Garbage(testDescription: "a proxy's CONNECT", bytes: Array("CONNECT a:443 HTTP/1.1\r\n".utf8)),
    Garbage(testDescription: "zeros", bytes: [UInt8](repeating: 0, count: 64)),
    Garbage(testDescription: "an alert", bytes: [21, 3, 3, 0, 2, 2, 40]),
    Garbage(testDescription: "data first", bytes: [23, 3, 3, 0, 1, 0]),
    Garbage(
      testDescription: "a record that is too long",
      bytes: [22, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 64)),
    Garbage(testDescription: "random", bytes: SeededBytes(seed: 2).make(4_096)),
  ]

  @Test(arguments: garbage, [1, .max])
  func closesOnGarbage(_ garbage: Garbage, _ step: Int) throws {
    let pair = try pair()
    try pair.deliver(ByteBuffer(bytes: garbage.bytes), step: step)
    #expect(!pair.channel.isActive)
    #expect(pair.recorder.received.readableBytes == 0)
  }

  /// RFC 8446 §5.2: a record that cannot be decrypted closes the connection.
  @Test(arguments: versions)
  func closesOnAForgedRecord(_ version: Int32) throws {
    let pair = try pair(version)
    try pair.settle()
    var bytes = pair.send(ByteBuffer(string: "transfer 10"))
    let last = bytes.writerIndex - 1
    let flipped = try #require(bytes.getInteger(at: last, as: UInt8.self)) ^ 1
    bytes.setInteger(flipped, at: last)
    try pair.deliver(bytes)
    #expect(!pair.channel.isActive)
    #expect(pair.recorder.received.readableBytes == 0)
  }

  /// RFC 8446 §4.6.3
  @Test(arguments: [SSL_KEY_UPDATE_REQUESTED, SSL_KEY_UPDATE_NOT_REQUESTED])
  func followsKeyUpdates(_ kind: Int32) throws {
    let pair = try pair()
    try pair.settle()
    for count in 1...200 {
      #expect(unsafe SSL_key_update(pair.ssl, kind) == 1)
      try pair.exchange(ByteBuffer(string: "x"))
      #expect(pair.answered.readableBytes == count)
    }
  }

  /// RFC 8446 §4.6.3: the responses to repeated key updates are bounded.
  @Test func closesOnAFloodOfKeyUpdates() throws {
    let pair = try pair()
    try pair.settle()
    var rounds = 0
    while pair.channel.isActive, rounds < 1_000 {
      rounds += 1
      unsafe SSL_key_update(pair.ssl, SSL_KEY_UPDATE_REQUESTED)
      unsafe SSL_do_handshake(pair.ssl)
      try pair.deliver(pair.takeOutput())
    }
    #expect((100..<300).contains(rounds))
  }

  /// RFC 9325 §3.5: the server refuses renegotiation with an alert, and the connection continues.
  @Test func refusesRenegotiation() throws {
    let pair = try pair(TLS1_2_VERSION)
    try pair.settle()
    #expect(unsafe SSL_renegotiate(pair.ssl) == 1)
    unsafe SSL_do_handshake(pair.ssl)
    try pair.deliver(pair.takeOutput())
    let alert = try #require(try pair.channel.readOutbound(as: ByteBuffer.self))
    // One warning in one AEAD record: 5 + 8 + 2 + 16 bytes.
    #expect(alert.readableBytes == 31)
    #expect(alert.getInteger(at: 0, as: UInt8.self) == 21)
    #expect(try pair.channel.readOutbound(as: ByteBuffer.self) == nil)
  }

  /// The read request of the layer above stays pending until there is plaintext.
  @Test func readsOnUntilThereIsPlaintext() throws {
    let reads = ReadCounter()
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandlers([
      reads, try TLSFixture.shared.get().context().makeHandler(),
    ])
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    let before = reads.count
    try channel.writeInbound(ByteBuffer(bytes: [22]))
    #expect(reads.count == before + 1)
  }

  final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var count = 0
    func read(context: ChannelHandlerContext) {
      count += 1
      context.read()
    }
  }
}
