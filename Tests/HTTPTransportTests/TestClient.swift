import NIOCore
import NIOPosix

/// A socket that sends bytes and keeps the received ones until the peer closes.
struct TestClient {
  /// The bytes of one connection. The promise completes at its end.
  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let end: EventLoopPromise<String>
    private var text = ""

    init(_ end: EventLoopPromise<String>) { self.end = end }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) { end.succeed(text) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  private let channel: any Channel
  private let end: EventLoopFuture<String>

  init(port: Int) async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let promise = loop.makePromise(of: String.self)
    end = promise.futureResult
    channel = try await ClientBootstrap(group: loop)
      .connectTimeout(.minutes(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(promise))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
  }

  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text)).get()
  }

  /// All received bytes, after the server has closed.
  func untilClose() async throws -> String { try await end.get() }
}
