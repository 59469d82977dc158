import NIOCore

/// Records the events of a layer above TLS. It echoes the input, or answers at its end.
final class TLSRecorder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let answer: String?
  private(set) var received = ByteBuffer()
  private(set) var inputEnds = 0
  private(set) var readCompletions = 0
  private(set) var isInactive = false

  /// - Parameter answer: sent at the end of the input, before the connection closes.
  init(answer: String? = nil) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if answer == nil { context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
    received.writeBuffer(&bytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) { readCompletions += 1 }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? ChannelEvent, event == .inputClosed else { return }
    inputEnds += 1
    if let answer {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { isInactive = true }
}
