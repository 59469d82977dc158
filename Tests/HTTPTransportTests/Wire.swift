import Support
import TestSupport
import NIOCore
import NIOEmbedded

@testable import HTTPTransport

/// One connection without a socket, with a clock that only the test moves.
final class Wire {
  let channel = EmbeddedChannel()
  let echo = EchoResponder()
  private let limits: HTTPLimits
  private let connection: HTTPConnection
  private let connections: LoopConnections

  /// - Parameters:
  ///   - handler: a handler between the connection and its socket.
  ///   - bodies: shared with other connections; `nil` for a budget of its own.
  init(
    _ limits: HTTPLimits = HTTPLimits(), behind handler: (any ChannelHandler)? = nil,
    bodies: BodyBudget? = nil
  ) throws {
    self.limits = limits
    connections = LoopConnections(loop: channel.eventLoop) { 784_111_777_000 }
    channel.allowRemoteHalfClosure = true
    connection = HTTPConnection(
      responder: echo, limits: limits, peer: IPAddress(v4: 0x7f00_0001), isEncrypted: false,
      bodies: bodies ?? BodyBudget(limit: limits.bodiesInMemory),
      siblings: connections)
    if let handler { try channel.pipeline.syncOperations.addHandler(handler) }
    try channel.pipeline.syncOperations.addHandler(connection)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  deinit {
    connections.end()
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends the bytes in as many reads as a socket needs.
  func send(_ bytes: [UInt8]) throws {
    for start in stride(from: 0, to: bytes.count, by: limits.read) where isOpen {
      let end = min(start + limits.read, bytes.count)
      _ = try channel.writeInbound(ByteBuffer(bytes: bytes[start..<end]))
      channel.embeddedEventLoop.run()
    }
  }

  /// Everything the server has written since the last call.
  func received() throws -> String {
    channel.embeddedEventLoop.run()
    var text = ""
    while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
    return text
  }

  /// The statuses of the responses in the text.
  static func statuses(_ text: String) -> [String] {
    text.split(separator: "HTTP/1.1 ").map { String(decoding: $0.utf8.prefix(3), as: UTF8.self) }
  }

  /// The memory that the connection keeps between two events, in bytes.
  var capacity: Int { connection.capacity }

  var isOpen: Bool { channel.isActive }

  func close() throws {
    try channel.close().wait()
    channel.embeddedEventLoop.run()
  }

  func stop() { connections.stop() }

  func advance(seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
}
