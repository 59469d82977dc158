import NIOCore
import NIOPosix

/// A socket that sends exactly the given bytes and returns exactly the received ones.
package struct LiveClient: Sendable {
  /// No bytes arrived for a minute. This is a safety net; no test waits for it.
  package struct Silence: Error {}

  private let channel: any Channel
  private let inbox: NIOLoopBound<Inbox>

  package init(port: Int, from source: String = "127.0.0.1") async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let inbox = try await loop.submit { NIOLoopBound(Inbox(), eventLoop: loop) }.get()
    self.inbox = inbox
    channel = try await ClientBootstrap(group: loop)
      .connectTimeout(.minutes(5))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(inbox.value)
        }
      }
      .bind(to: try SocketAddress(ipAddress: source, port: 0))
      .connect(host: "127.0.0.1", port: port).get()
  }

  package func send(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  package func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  /// Closes the sending side. The server can still answer.
  package func finish() async throws { try await channel.close(mode: .output).get() }

  /// Closes the connection immediately.
  package func abort() async { try? await channel.close().get() }

  /// The next complete response, which must have a Content-Length.
  package func response() async throws -> String {
    try await channel.eventLoop.flatSubmit { [inbox] in inbox.value.take(Inbox.endOfResponse) }
      .get()
  }

  /// All remaining bytes, after the server has closed the connection.
  package func untilClose() async throws -> String {
    let text = try await channel.eventLoop.flatSubmit { [inbox] in
      inbox.value.take { _ in nil }
    }.get()
    try? await channel.close().get()
    return text
  }

  /// The received bytes, and the task that waits for more.
  private final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var bytes: [UInt8] = []
    private var isAtEnd = false
    private var context: ChannelHandlerContext?
    private var waiting: (find: ([UInt8]) -> Int?, promise: EventLoopPromise<String>)?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += unwrapInboundIn(data).readableBytesView
      look()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if let event = event as? ChannelEvent, event == .inputClosed { end() }
    }

    func channelInactive(context: ChannelHandlerContext) { end() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { end() }

    func take(_ find: @escaping ([UInt8]) -> Int?) -> EventLoopFuture<String> {
      guard let context else { preconditionFailure("taken before the connection stood") }
      let promise = context.eventLoop.makePromise(of: String.self)
      waiting = (find, promise)
      context.eventLoop.assumeIsolated().scheduleTask(in: .minutes(1)) {
        promise.fail(Silence())
      }.cancelWhenDone(promise.futureResult)
      look()
      return promise.futureResult
    }

    private func end() {
      isAtEnd = true
      look()
    }

    private func look() {
      guard let waiting, let count = waiting.find(bytes) ?? (isAtEnd ? bytes.count : nil) else {
        return
      }
      self.waiting = nil
      waiting.promise.succeed(String(decoding: bytes.prefix(count), as: UTF8.self))
      bytes.removeFirst(count)
    }

    static func endOfResponse(_ bytes: [UInt8]) -> Int? {
      guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
      let head = String(decoding: bytes[..<end], as: UTF8.self)
      let length =
        head.split(separator: "Content-Length: ").dropFirst().first
        .flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
      return bytes.count >= end + length ? end + length : nil
    }
  }
}

extension Scheduled {
  fileprivate func cancelWhenDone(_ future: EventLoopFuture<String>) {
    future.assumeIsolated().whenComplete { _ in self.cancel() }
  }
}
