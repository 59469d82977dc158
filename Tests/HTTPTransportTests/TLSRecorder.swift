import NIOCore

/// What a layer above TLS sees; it echoes, or answers when the input has ended.
final class TLSRecorder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let answer: String?
  private(set) var received = ByteBuffer()
  private(set) var inputEnds = 0
  private(set) var readCompletions = 0
  private(set) var isInactive = false

  /// With an `answer`, that goes out at the end of the input, and then the connection ends.
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
