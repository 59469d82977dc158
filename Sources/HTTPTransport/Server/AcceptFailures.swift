internal import NIOCore
private import Support

/// Keeps a server listening when `accept` fails for lack of descriptors or memory.
///
/// SwiftNIO keeps the socket open, but would retry at once and without end. This handler pauses
/// before the next try.
final class AcceptFailures: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = any Channel

  private static let pause = TimeAmount.milliseconds(100)
  private var isPaused = false
  private var hasDeferredRead = false

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isPaused else { return }
    isPaused = true
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
      self.isPaused = false
      if self.hasDeferredRead, context.channel.isActive {
        self.hasDeferredRead = false
        context.read()
      }
    }
  }

  func read(context: ChannelHandlerContext) {
    if isPaused { hasDeferredRead = true } else { context.read() }
  }
}
