package import NIOCore
private import Support

/// TLS for one connection: ciphertext below, plaintext above.
///
/// What is written before the handshake ends waits for it. close_notify becomes
/// `ChannelEvent.inputClosed`, and the layer above then ends the connection: the channel must have
/// `allowRemoteHalfClosure` on, or an answer is lost where the peer also ends its side of TCP.
/// A failure closes the connection and is told to nobody above.
///
/// Over 150 lines: state, input and output of one connection are read together.
package final class TLSHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer
  package typealias OutboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  static let handshakeTimeout = TimeAmount.seconds(10)

  /// The most that may be answered to a peer that sends no data, in bytes: more than a hundred
  /// KeyUpdates (RFC 8446 §4.6.3) or refused renegotiations. A peer that does not read would
  /// otherwise have the answers pile up.
  static let controlLimit = 4_096

  /// The answer to an HTTP request without TLS. It goes out without TLS too, and says nothing else.
  static let answerToPlainHTTP = """
    HTTP/1.1 400 Bad Request\r
    Content-Type: text/plain\r
    Content-Length: 46\r
    Connection: close\r
    \r
    This port takes HTTPS: begin the URL https://

    """

  private enum State { case handshaking, open, refused, closed }

  private var session: TLSSession
  private var state = State.handshaking
  private var isInputEnded = false
  private var isOutputEnded = false
  private var hasDelivered = false
  private var controlLength = 0
  private var timeout: Scheduled<Void>?

  /// What was written and is not yet encrypted, and the promise for all of it.
  private var pending = ByteBuffer()
  private var pendingPromise: EventLoopPromise<Void>?
  private var isFlushed = false

  private let onPlainHTTP: @Sendable () -> Void
  private var hasInput = false

  /// - Parameter onPlainHTTP: called when a client sends an HTTP request without TLS.
  init(session: consuming TLSSession, onPlainHTTP: @escaping @Sendable () -> Void = {}) {
    self.session = session
    self.onPlainHTTP = onPlainHTTP
  }

  /// The memory that is kept for bytes on their way, in bytes.
  var capacity: Int { session.capacity + pending.storageCapacity }

  // MARK: The connection

  package func handlerAdded(context: ChannelHandlerContext) {
    timeout = context.eventLoop.assumeIsolated().scheduleTask(in: Self.handshakeTimeout) {
      self.fail(context)
    }
    if context.channel.isActive { context.read() }
  }

  package func handlerRemoved(context: ChannelHandlerContext) { finish() }

  package func channelActive(context: ChannelHandlerContext) {
    context.read()
    context.fireChannelActive()
  }

  package func channelInactive(context: ChannelHandlerContext) {
    finish()
    context.fireChannelInactive()
  }

  // MARK: Input

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var ciphertext = unwrapInboundIn(data)
    if !hasInput, Self.isPlainHTTP(ciphertext) { refuse(context) }
    hasInput = true
    if state == .refused { return }
    var plaintext = context.channel.allocator.buffer(capacity: ciphertext.readableBytes)
    // RFC 8446 §6.1: what comes after close_notify is ignored. The session takes no more from its BIO, which would only grow.
    while state != .closed, !isInputEnded, ciphertext.readableBytes > 0 {
      session.receive(&ciphertext)
      switch advance(context, &plaintext) {
      case .done, .wantsInput: continue
      case .ended:
        deliver(plaintext, context)
        return endInput(context)
      case .failed:
        deliver(plaintext, context)
        return fail(context)
      }
    }
    deliver(plaintext, context)
  }

  /// Without plaintext for the layer above its wish to read still stands.
  package func channelReadComplete(context: ChannelHandlerContext) {
    if hasDelivered || isInputEnded {
      hasDelivered = false
      context.fireChannelReadComplete()
    } else {
      context.read()
    }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? ChannelEvent, event == .inputClosed else {
      return context.fireUserInboundEventTriggered(event)
    }
    // The end of TCP without close_notify ends the input too: what HTTP carries has its own length.
    state == .open ? endInput(context) : fail(context)
  }

  private func advance(
    _ context: ChannelHandlerContext, _ plaintext: inout ByteBuffer
  ) -> TLSOutcome {
    if state == .handshaking {
      let outcome = session.handshake()
      send(context)
      guard outcome == .done else { return outcome }
      state = .open
      timeout?.cancel()
      timeout = nil
      encrypt(context)
    }
    let start = plaintext.writerIndex
    let outcome = session.read(into: &plaintext)
    let sent = send(context)
    controlLength = plaintext.writerIndex > start ? 0 : controlLength + sent
    return controlLength > Self.controlLimit ? .failed : outcome
  }

  private func deliver(_ plaintext: ByteBuffer, _ context: ChannelHandlerContext) {
    guard plaintext.readableBytes > 0 else { return }
    hasDelivered = true
    context.fireChannelRead(wrapInboundOut(plaintext))
  }

  private func endInput(_ context: ChannelHandlerContext) {
    guard state == .open, !isInputEnded else { return }
    isInputEnded = true
    context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
  }

  // MARK: Output

  package func write(
    context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
  ) {
    guard state != .closed else { promise?.fail(ChannelError.ioOnClosedChannel); return }
    guard !isOutputEnded else { promise?.fail(ChannelError.outputClosed); return }
    var plaintext = unwrapOutboundIn(data)
    if pending.readableBytes == 0 { pending = plaintext } else { pending.writeBuffer(&plaintext) }
    guard let promise else { return }
    if let pendingPromise {
      pendingPromise.futureResult.cascade(to: promise)
    } else {
      pendingPromise = promise
    }
  }

  package func flush(context: ChannelHandlerContext) {
    isFlushed = true
    encrypt(context)
  }

  /// Sends all that was written up to a flush, in one buffer.
  private func encrypt(_ context: ChannelHandlerContext) {
    guard state == .open, isFlushed else { return }
    isFlushed = false
    var plaintext = pending
    pending = ByteBuffer()
    let promise = pendingPromise
    pendingPromise = nil
    guard plaintext.readableBytes > 0 || promise != nil else { return context.flush() }
    var ciphertext = context.channel.allocator.buffer(capacity: plaintext.readableBytes + 256)
    guard session.write(&plaintext, to: &ciphertext) == .done else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return fail(context)
    }
    context.writeAndFlush(wrapOutboundOut(ciphertext), promise: promise)
  }

  package func close(
    context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
  ) {
    if mode != .input {
      // RFC 8446 §6.1: close_notify before the end.
      if state == .open, !isOutputEnded {
        isOutputEnded = true
        session.end()
        send(context)
      }
      failPending()
    }
    if mode == .all { finish() }
    context.close(mode: mode, promise: promise)
  }

  /// Sends what the session itself has to say; its length in bytes.
  @discardableResult
  private func send(_ context: ChannelHandlerContext) -> Int {
    var ciphertext = ByteBuffer()
    session.takeOutput(into: &ciphertext)
    let count = ciphertext.readableBytes
    if count > 0 { context.writeAndFlush(wrapOutboundOut(ciphertext), promise: nil) }
    return count
  }

  // MARK: Plain HTTP

  /// Whether the first bytes are the method of an HTTP request. A TLS record begins with 22
  /// (RFC 8446 §5.1), which is no letter.
  private static func isPlainHTTP(_ bytes: ByteBuffer) -> Bool {
    ["GET ", "POST ", "OPTIONS ", "HEAD ", "PUT ", "DELETE "].contains { method in
      bytes.readableBytesView.starts(with: method.utf8)
    }
  }

  /// Answers, then drops the rest of the request until the client or the timeout ends it: a close
  /// with input unread would reset the connection (RFC 9112 §9.6).
  private func refuse(_ context: ChannelHandlerContext) {
    state = .refused
    onPlainHTTP()
    let answer = ByteBuffer(string: Self.answerToPlainHTTP)
    context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    context.close(mode: .output, promise: nil)
  }

  // MARK: The end

  private func fail(_ context: ChannelHandlerContext) {
    guard state != .closed else { return }
    send(context)
    finish()
    context.close(promise: nil)
  }

  private func finish() {
    state = .closed
    timeout?.cancel()
    timeout = nil
    failPending()
  }

  private func failPending() {
    pending = ByteBuffer()
    let promise = pendingPromise
    pendingPromise = nil
    promise?.fail(ChannelError.ioOnClosedChannel)
  }
}
