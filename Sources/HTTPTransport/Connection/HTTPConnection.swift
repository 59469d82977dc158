internal import NIOCore
private import Support

/// One connection: bytes to requests, one at a time and in order, and responses to bytes.
///
/// It is longer than 150 lines because all that follows from an event shares the one phase.
final class HTTPConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum Phase {
    case head
    /// Off the event loop; nothing is read meanwhile.
    case deciding
    case body(BodyReader, ArrivedBody, @Sendable (HTTPBody) -> HTTPResponse)
    /// The response is out; what is left of the body is read past.
    case drain(BodyReader, budget: Int)
    /// The last response is out; what still comes is dropped.
    case ending
  }

  private let responder: any HTTPResponder
  private let limits: HTTPLimits
  private let peer: IPAddress
  private let isEncrypted: Bool
  private let offLoop: OffLoopWork
  private let bodies: BodyBudget
  private let siblings: LoopConnections

  private var context: ChannelHandlerContext?
  private var parser: HeadParser
  private var phase = Phase.head
  private var request: RequestHead?
  /// In bytes: as much as the present request's body may have.
  private var bodyLimit = 0
  private var inbox: Inbox
  private var outbox = Outbox()
  private var deadline: NIODeadline?
  private var stallDeadline: NIODeadline?
  private var wasAccepted = false
  private var sawEnd = false
  private var hasDeferredRead = false
  private var isProceeding = false
  private var mustProceed = false

  init(
    responder: any HTTPResponder, limits: HTTPLimits, peer: IPAddress, isEncrypted: Bool,
    offLoop: OffLoopWork, bodies: BodyBudget, siblings: LoopConnections
  ) {
    self.responder = responder
    self.limits = limits
    self.peer = peer
    self.isEncrypted = isEncrypted
    self.offLoop = offLoop
    self.bodies = bodies
    self.siblings = siblings
    parser = HeadParser(limits: limits)
    inbox = Inbox(limits: limits)
  }

  /// The memory that this connection keeps for bytes that arrived and for responses, in bytes.
  var capacity: Int { inbox.capacity + outbox.capacity }

  // MARK: Events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    siblings.add(self)
    setDeadline(limits.headTimeout)
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .ending = phase { return }
    guard inbox.append(unwrapInboundIn(data)) else { return abort() }
    proceed(flushing: false)
  }

  func channelReadComplete(context: ChannelHandlerContext) { siblings.flushSoon(self) }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      sawEnd = true
      if case .ending = phase { abortAfterWrites() } else { proceed() }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stallDeadline = context.channel.isWritable ? nil : siblings.loop.now + limits.writeTimeout
    if context.channel.isWritable { proceed() }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { abort() }

  /// Nothing is read while a request is being decided or a client leaves responses unread: the
  /// inbox holds what is left of one read then.
  func read(context: ChannelHandlerContext) {
    if mayRead { context.read() } else { hasDeferredRead = true }
  }

  private var mayRead: Bool {
    if case .ending = phase { return true }
    if case .deciding = phase { return false }
    return context?.channel.isWritable ?? false
  }

  // MARK: Deadlines

  func checkDeadline(_ now: NIODeadline) {
    if let stallDeadline, stallDeadline <= now { return abort() }
    guard let deadline, deadline <= now else { return }
    switch phase {
    case .head where parser.hasBegun: refuse(.timeout)
    case .body(_, _, let take): finish(take, .failed(.timeout))
    case .head, .deciding, .drain, .ending: return abort()
    }
    proceed()
  }

  /// No new request is waited for; what has arrived is answered.
  func stop() {
    guard case .head = phase, !parser.hasBegun, inbox.isEmpty else { return }
    // One turn of the loop, so that bytes which are here already are read first.
    setDeadline(.nanoseconds(0))
  }

  func abort() { context?.close(promise: nil) }

  private func setDeadline(_ time: TimeAmount) { deadline = siblings.loop.now + time }

  private func leave() {
    guard context != nil else { return }
    context = nil
    deadline = nil
    siblings.remove(self)
    if case .body(_, _, let take) = phase { _ = take(.failed(.aborted)) }
    phase = .ending
    inbox.clear()
    _ = outbox.take()
  }

  // MARK: Requests

  /// Reads and answers requests as far as that is possible now.
  ///
  /// A write may call back, as when the channel becomes writable again. Such a call returns at once,
  /// and the loop of the outer call goes round again: nothing here runs inside itself.
  /// - Parameter flushing: whether to write the responses too. `channelReadComplete` follows a read.
  private func proceed(flushing: Bool = true) {
    mustProceed = true
    guard !isProceeding else { return }
    isProceeding = true
    while mustProceed {
      answerRequests()
      mustProceed = outbox.isFull
      if sawEnd, !mustProceed { endOfInput() }
      if flushing || mustProceed { send() }
    }
    isProceeding = false
    inbox.release()
    readAgain()
  }

  private func answerRequests() {
    do throws(HTTPFault) {
      while try step() {}
    } catch {
      if case .body(_, _, let take) = phase {
        finish(take, .failed(error))
      } else if case .drain = phase {
        end()
      } else {
        refuse(error)
      }
    }
  }

  /// Goes one step on; `false` until more happens.
  private func step() throws(HTTPFault) -> Bool {
    guard context?.channel.isWritable == true, !outbox.isFull else { return false }
    switch phase {
    case .head:
      guard !inbox.isEmpty else { return false }
      let hadBegun = parser.hasBegun
      guard let head = try parser.next(&inbox.unread) else {
        if !hadBegun { setDeadline(limits.headTimeout) }
        return false
      }
      request = head
      decide(head)
      return true
    case .body(var reader, let body, let take):
      let part = try reader.next(&inbox.unread)
      let bytes = (part.bytes ?? ByteBuffer()).readableBytesView
      if bytes.count > bodyLimit - body.bytes.count {
        finish(take, .failed(.bodyTooLarge))
      } else if !body.append(bytes) {  // ATTACKS R13
        finish(take, .failed(.overloaded))
      } else if part.isEnd {
        // The charge stands until the request is over.
        withExtendedLifetime(body) { finish(take, .complete(body.bytes)) }
      } else {
        phase = .body(reader, body, take)
        return part.bytes != nil
      }
      return true
    case .drain(var reader, let budget):
      let part = try reader.next(&inbox.unread)
      let rest = budget - (part.bytes?.readableBytes ?? 0)
      if rest < 0 {
        end()
      } else if part.isEnd {
        awaitHead()
      } else {
        phase = .drain(reader, budget: rest)
      }
      return part.bytes != nil || part.isEnd
    case .deciding: return false
    case .ending:
      inbox.clear()
      return false
    }
  }

  private func decide(_ head: RequestHead) {
    carryOut(
      responder.decide(
        HTTPRequestHead(
          method: head.line.method, path: head.line.target.path, query: head.line.target.query,
          fields: head.fields, peer: peer, isEncrypted: isEncrypted)))
  }

  private func carryOut(_ decision: HTTPDecision) {
    guard let request else { return }
    switch decision {
    case .respond(let response): respondWithoutBody(response, request)
    case .takeBody(let limit, let take):
      guard context != nil else {
        _ = take(.failed(.aborted))
        return
      }
      bodyLimit = min(limit, limits.body)
      if case .length(let length) = request.framing, length > bodyLimit {
        return finish(take, .failed(.bodyTooLarge))
      }
      // RFC 9110 §10.1.1: only now is the body wanted, and only if none of it is here yet.
      if request.expectsContinue, inbox.isEmpty { outbox.appendContinue() }
      setDeadline(limits.bodyTimeout)
      phase = .body(BodyReader(request.framing, limits: limits), ArrivedBody(bodies), take)
    case .offLoop(let work):
      phase = .deciding
      deadline = nil
      // Earlier responses do not wait for this one.
      send()
      let bound = NIOLoopBound(self, eventLoop: siblings.loop)
      let isTaken = offLoop.run(for: work.client) {
        let decision = work.run()
        bound.eventLoop.execute { bound.value.resume(decision) }
      }
      if !isTaken { respondWithoutBody(work.refuse(), request) }
    }
  }

  private func resume(_ decision: HTTPDecision) {
    carryOut(decision)
    proceed()
  }

  /// Answers a request whose body nobody wants: it is read past, or the connection ends.
  private func respondWithoutBody(_ response: HTTPResponse, _ request: RequestHead) {
    var response = response
    switch request.framing {
    case .length(0): return answer(response, bodyIsRead: true)
    case .length(let length) where length > limits.drainedBody: response.closes = true
    // RFC 9110 §10.1.1: whether the client will send the body cannot be known.
    case _ where request.expectsContinue: response.closes = true
    default: break
    }
    answer(response, bodyIsRead: false)
  }

  private func finish(_ take: @Sendable (HTTPBody) -> HTTPResponse, _ body: HTTPBody) {
    phase = .deciding
    var response = take(body)
    if case .failed = body { response.closes = true }
    answer(response, bodyIsRead: true)
  }

  /// The response to what is no request: nothing more is read after it (RFC 9112 §11.2).
  private func refuse(_ fault: HTTPFault) {
    request = nil
    var response = responder.respond(to: fault, from: peer)
    response.closes = true
    answer(response, bodyIsRead: false)
  }

  private func answer(_ response: HTTPResponse, bodyIsRead: Bool) {
    guard context != nil else { return }
    if response.isAccepted { wasAccepted = true }
    // A request that was sent before the server stops is answered, so only the last one is told.
    let isLast = siblings.isStopping && inbox.isEmpty
    let closes = response.closes || isLast || !(request?.keepsAlive ?? false)
    outbox.append(
      response,
      .init(
        date: siblings.dateText, isHead: request?.line.method == "HEAD",
        isPersistent: request?.line.isPersistent ?? true, closes: closes))
    if closes {
      end()
    } else if let request, !bodyIsRead {
      setDeadline(limits.bodyTimeout)
      phase = .drain(BodyReader(request.framing, limits: limits), budget: limits.drainedBody)
    } else {
      awaitHead()
    }
  }

  private func awaitHead() {
    request = nil
    phase = .head
    // A further request that has begun already has its own time. ATTACKS R12
    let idle = wasAccepted ? limits.idleTimeout : limits.idleTimeoutBeforeAcceptance
    setDeadline(inbox.isEmpty ? idle : limits.headTimeout)
    if siblings.isStopping { stop() }
  }

  // MARK: The end

  /// The client sends no more; what it sent whole is still answered.
  private func endOfInput() {
    switch phase {
    case .head, .body, .drain: if context?.channel.isWritable == true { abortAfterWrites() }
    case .deciding, .ending: break
    }
  }

  private func abortAfterWrites() {
    if case .body(_, _, let take) = phase { _ = take(.failed(.aborted)) }
    phase = .ending
    setDeadline(limits.writeTimeout)
    write(thenClose: .all)
  }

  /// Ends the sending side after what was written, then reads past what still comes: closing with
  /// unread bytes would reset the connection and could destroy the response (RFC 9112 §9.6).
  private func end() {
    phase = .ending
    inbox.clear()
    setDeadline(limits.writeTimeout)
    write(thenClose: .output)
  }

  private func write(thenClose mode: CloseMode) {
    guard let context else { return }
    let written = context.eventLoop.makePromise(of: Void.self)
    let bound = NIOLoopBound(self, eventLoop: siblings.loop)
    written.futureResult.whenComplete { _ in bound.value.close(mode) }
    context.writeAndFlush(wrapOutboundOut(outbox.take() ?? ByteBuffer()), promise: written)
    readAgain()
  }

  private func close(_ mode: CloseMode) {
    guard let context else { return }
    if mode == .output, !sawEnd {
      setDeadline(limits.lingerTimeout)
      context.close(mode: .output, promise: nil)
    } else {
      context.close(promise: nil)
    }
  }

  func flush() { proceed() }

  private func send() {
    guard let bytes = outbox.take() else { return }
    context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  /// Makes up for a `read` that was not let through.
  private func readAgain() {
    guard hasDeferredRead, mayRead else { return }
    hasDeferredRead = false
    context?.read()
  }
}
