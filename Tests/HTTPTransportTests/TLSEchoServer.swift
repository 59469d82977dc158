import NIOCore
import NIOPosix

@testable import HTTPTransport

/// A server over TLS on a loopback port. It answers a head like HTTP and echoes a body.
struct TLSEchoServer {
  let port: Int
  private let group: MultiThreadedEventLoopGroup

  init(_ identity: TLSIdentity) throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let channel = try ServerBootstrap(group: group)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([identity.makeHandler(), Answers()])
        }
      }
      .bind(host: "127.0.0.1", port: 0).wait()
    self.group = group
    port = channel.localAddress?.port ?? 0
  }

  func stop() throws { try group.syncShutdownGracefully() }

  /// An upload has 1 MiB and is echoed. Everything else gets "ok".
  private final class Answers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var received = ByteBuffer()
    private let length = 1 << 20

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var bytes = unwrapInboundIn(data)
      received.writeBuffer(&bytes)
      let view = received.readableBytesView
      guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
      let isUpload = view.starts(with: Array("POST".utf8))
      let body = received.getSlice(
        at: end.upperBound, length: received.writerIndex - end.upperBound)
      guard let body, !isUpload || body.readableBytes == length else { return }
      let answer = isUpload ? body : ByteBuffer(string: "ok")
      let head =
        "HTTP/1.1 200 OK\r\nContent-Length: \(answer.readableBytes)\r\nConnection: close\r\n\r\n"
      context.write(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
      let done = context.eventLoop.makePromise(of: Void.self)
      context.writeAndFlush(wrapOutboundOut(answer), promise: done)
      done.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }
  }
}
