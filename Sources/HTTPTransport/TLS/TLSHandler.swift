package import NIOCore
private import Support

/// TLS for one connection: it decrypts input and encrypts output.
///
/// Data that is written during the handshake is sent after it. A close_notify becomes
/// `ChannelEvent.inputClosed`, and the next handler then ends the connection. The channel must have
/// `allowRemoteHalfClosure` on: otherwise a response is lost if the peer also closes its side of
/// TCP. A TLS failure closes the connection without an error event.
///
/// The file is longer than 150 lines because the input and the output of a connection share its
/// state.
package final class TLSHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer
  package typealias OutboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  package static let handshakeTimeout = TimeAmount.seconds(10)

  /// The largest output, in bytes, to a peer that sends no data: more than a hundred KeyUpdates
  /// (RFC 8446 §4.6.3) or refused renegotiations. Without a limit this output would fill the memory
  /// if the peer does not read.
  static let controlLimit = 4_096

  /// The response to an HTTP request without TLS. It is sent without TLS too.
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

  /// Data that was written and is not encrypted yet, and the promise for all of it.
  private var pending = ByteBuffer()
  private var pendingPromise: EventLoopPromise<Void>?
  private var isFlushed = false

  private let handshakeTimeout: TimeAmount
  private let onPlainHTTP: @Sendable () -> Void
  private var hasInput = false

  /// - Parameter onPlainHTTP: called when a client sends an HTTP request without TLS.
  init(
    session: consuming TLSSession, handshakeTimeout: TimeAmount = TLSHandler.handshakeTimeout,
    onPlainHTTP: @escaping @Sendable () -> Void = {}
  ) {
    self.session = session
    self.handshakeTimeout = handshakeTimeout
    self.onPlainHTTP = onPlainHTTP
  }

  /// The memory of the buffers, in bytes.
  var capacity: Int { session.capacity + pending.storageCapacity }

  // MARK: The connection

  package func handlerAdded(context: ChannelHandlerContext) {
    timeout = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) {
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
    // RFC 8446 §6.1: ignore input after close_notify. The session reads no more from its BIO, which
    // would only grow.
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

  /// If no plaintext was delivered, the next handler still waits for a read.
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
    // The end of TCP without close_notify ends the input too: HTTP messages carry their own length.
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

  /// Encrypts and sends the data that was written before a flush, in one buffer.
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
      // RFC 8446 §6.1: send close_notify before closing.
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

  /// Sends the output of the session itself and returns its length in bytes.
  @discardableResult
  private func send(_ context: ChannelHandlerContext) -> Int {
    var ciphertext = ByteBuffer()
    session.takeOutput(into: &ciphertext)
    let count = ciphertext.readableBytes
    if count > 0 { context.writeAndFlush(wrapOutboundOut(ciphertext), promise: nil) }
    return count
  }

  // MARK: Plain HTTP

  /// Whether the first bytes are the method of an HTTP request. A TLS record begins with 22 (RFC
  /// 8446 §5.1), which is not a letter.
  private static func isPlainHTTP(_ bytes: ByteBuffer) -> Bool {
    ["GET ", "POST ", "OPTIONS ", "HEAD ", "PUT ", "DELETE "].contains { method in
      bytes.readableBytesView.starts(with: method.utf8)
    }
  }

  /// Responds, then discards the rest of the request until the client closes or the timeout ends.
  /// Closing with unread input would reset the connection (RFC 9112 §9.6).
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
