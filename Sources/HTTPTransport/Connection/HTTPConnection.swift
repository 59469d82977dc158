internal import NIOCore
internal import Support

/// One HTTP/1.1 connection. It parses requests, passes them to the responder one at a time and in
/// order, and writes the responses.
///
/// The file is longer than 150 lines because all event handlers share the one `phase`.
final class HTTPConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum Phase {
    case head
    /// The responder is running. Only the body is read, and only after the responder awaits it.
    case responding(Body)
    /// The response is written. The rest of the request's body is read and discarded.
    case drain(BodyReader, budget: Int)
    /// The last response is written. Further input is discarded.
    case ending
  }

  private enum Body {
    /// The responder has not awaited the body.
    case unread
    case reading(BodyReader, ArrivedBody)
    case complete
    case failed
  }

  private let responder: any HTTPResponder
  private let limits: HTTPLimits
  private let peer: IPAddress
  private let isEncrypted: Bool
  private let bodies: BodyBudget
  private let siblings: LoopConnections

  private var context: ChannelHandlerContext?
  private var parser: HeadParser
  private var phase = Phase.head
  private var request: RequestHead?
  /// The largest body of the current request, in bytes.
  private var bodyLimit = 0
  /// The result of reading the body, if it is known before the responder awaits it.
  private var bodyResult: Result<[UInt8], HTTPFault>?
  /// The complete body. It stays charged to the budget until the request ends (ATTACKS R13).
  private var arrivedBody: ArrivedBody?
  /// The responder that awaits the body.
  private var bodyReader: CheckedContinuation<Result<[UInt8], HTTPFault>, Never>?
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
    bodies: BodyBudget, siblings: LoopConnections
  ) {
    self.responder = responder
    self.limits = limits
    self.peer = peer
    self.isEncrypted = isEncrypted
    self.bodies = bodies
    self.siblings = siblings
    parser = HeadParser(limits: limits)
    inbox = Inbox(limits: limits)
  }

  /// The memory of the received bytes and of the responses, in bytes.
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

  /// Delays a read while the responder does not await the body, and while the client leaves
  /// responses unread. The inbox then holds the rest of one read.
  func read(context: ChannelHandlerContext) {
    if mayRead { context.read() } else { hasDeferredRead = true }
  }

  private var mayRead: Bool {
    switch phase {
    case .ending: true
    case .responding(.unread), .responding(.complete), .responding(.failed): false
    case .head, .responding(.reading), .drain: context?.channel.isWritable ?? false
    }
  }

  // MARK: Deadlines

  func checkDeadline(_ now: NIODeadline) {
    if let stallDeadline, stallDeadline <= now { return abort() }
    guard let deadline, deadline <= now else { return }
    switch phase {
    case .head where parser.hasBegun: refuse(.timeout)
    case .responding(.reading): endBody(.failure(.timeout))
    case .head, .responding, .drain, .ending: return abort()
    }
    proceed()
  }

  /// Stops waiting for new requests. The requests that have arrived are answered.
  func stop() {
    guard case .head = phase, !parser.hasBegun, inbox.isEmpty else { return }
    // Wait for one turn of the event loop, so that bytes that have already arrived are read first.
    setDeadline(.nanoseconds(0))
  }

  func abort() { context?.close(promise: nil) }

  private func setDeadline(_ time: TimeAmount) { deadline = siblings.loop.now + time }

  private func leave() {
    guard context != nil else { return }
    context = nil
    deadline = nil
    siblings.remove(self)
    endBody(.failure(.aborted))
    arrivedBody = nil
    phase = .ending
    inbox.clear()
    _ = outbox.take()
  }

  // MARK: Requests

  /// Reads and answers requests as far as possible now.
  ///
  /// A write may call this function again, for example when the channel becomes writable. The inner
  /// call returns at once, and the outer call repeats its loop, so that two calls never overlap.
  /// - Parameter flushing: whether to write the responses too. After a read, `channelReadComplete`
  ///   writes them.
  private func proceed(flushing: Bool = true) {
    mustProceed = true
    guard !isProceeding else { return }
    isProceeding = true
    while mustProceed {
      mustProceed = false
      siblings.executor.collecting { answerRequests() }
      let isFull = outbox.isFull
      if sawEnd, !mustProceed, !isFull { endOfInput() }
      if flushing || isFull { send() }
      mustProceed = mustProceed || isFull
    }
    isProceeding = false
    inbox.release()
    readAgain()
  }

  private func answerRequests() {
    do throws(HTTPFault) {
      while try step() {}
    } catch {
      switch phase {
      case .responding: endBody(.failure(error))
      case .drain: end()
      case .head, .ending: refuse(error)
      }
    }
  }

  /// Makes one step. Returns `false` if it must wait for another event.
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
      respond(to: head)
      return true
    case .responding(.reading(var reader, let body)):
      let part = try reader.next(&inbox.unread)
      let bytes = (part.bytes ?? ByteBuffer()).readableBytesView
      if bytes.count > bodyLimit - body.bytes.count { throw .bodyTooLarge }
      guard body.append(bytes) else { throw .overloaded }  // ATTACKS R13
      if part.isEnd {
        arrivedBody = body
        endBody(.success(body.bytes))
      } else {
        phase = .responding(.reading(reader, body))
      }
      return part.bytes != nil && !part.isEnd
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
    case .responding: return false
    case .ending:
      inbox.clear()
      return false
    }
  }

  private func respond(to head: RequestHead) {
    request = head
    phase = .responding(.unread)
    deadline = nil
    bodyResult = nil
    let bound = NIOLoopBound(self, eventLoop: siblings.loop)
    let request = HTTPRequest(
      method: head.line.method, path: head.line.target.path, query: head.line.target.query,
      fields: head.fields, peer: peer, isEncrypted: isEncrypted,
      body: { limit in await bound.value.body(upTo: limit) })
    Task.detached(executorPreference: siblings.executor) { [responder] in
      let response = await responder.respond(to: request)
      bound.value.finish(response)
    }
  }

  /// Reads the body for the responder.
  private func body(upTo limit: Int) async -> Result<[UInt8], HTTPFault> {
    guard case .responding(.unread) = phase, let request else { return .failure(.aborted) }
    bodyLimit = min(limit, limits.body)
    if case .length(let length) = request.framing, length > bodyLimit {
      phase = .responding(.failed)
      return .failure(.bodyTooLarge)
    }
    // RFC 9110 §10.1.1: send 100 (Continue) only if the body is wanted and none of it has arrived.
    if request.expectsContinue, inbox.isEmpty { outbox.appendContinue() }
    setDeadline(limits.bodyTimeout)
    phase = .responding(
      .reading(BodyReader(request.framing, limits: limits), ArrivedBody(bodies)))
    answerRequests()
    if bodyResult == nil { proceed() }
    if let result = bodyResult {
      bodyResult = nil
      return result
    }
    return await withCheckedContinuation { bodyReader = $0 }
  }

  /// Ends the reading of the body, with the whole body or with an error.
  private func endBody(_ result: Result<[UInt8], HTTPFault>) {
    guard case .responding(let body) = phase else { return }
    switch body {
    case .unread, .complete: return
    case .reading, .failed: break
    }
    deadline = nil
    if case .success = result {
      phase = .responding(.complete)
    } else {
      phase = .responding(.failed)
    }
    if let reader = bodyReader {
      bodyReader = nil
      reader.resume(returning: result)
    } else if bodyResult == nil {
      bodyResult = result
    }
  }

  private func finish(_ response: consuming HTTPResponse) {
    // In any other phase the client is gone.
    guard case .responding(let body) = phase, let request else { return }
    switch body {
    case .unread: respondWithoutBody(response, request)
    case .complete: answer(response, bodyIsRead: true)
    case .reading, .failed:
      response.closes = true
      answer(response, bodyIsRead: true)
    }
    proceed()
  }

  /// Answers a request whose body was not read. The body is discarded, or the connection is closed.
  private func respondWithoutBody(_ response: HTTPResponse, _ request: RequestHead) {
    var response = response
    switch request.framing {
    case .length(0): return answer(response, bodyIsRead: true)
    case .length(let length) where length > limits.drainedBody: response.closes = true
    // RFC 9110 §10.1.1: the server cannot know whether the client will send the body.
    case _ where request.expectsContinue: response.closes = true
    default: break
    }
    answer(response, bodyIsRead: false)
  }

  /// Responds to bytes that are not a valid request, and reads no further request (RFC 9112 §11.2).
  private func refuse(_ fault: HTTPFault) {
    request = nil
    var response = responder.respond(to: fault, from: peer)
    response.closes = true
    answer(response, bodyIsRead: false)
  }

  private func answer(_ response: HTTPResponse, bodyIsRead: Bool) {
    arrivedBody = nil
    guard context != nil else { return }
    if response.isAccepted { wasAccepted = true }
    // While the server stops, requests that have arrived are answered. Only the last response
    // announces the close.
    let isLast = siblings.isStopping && inbox.isEmpty
    let closes = response.closes || isLast || !(request?.keepsAlive ?? false)
    outbox.append(
      response,
      .init(
        date: siblings.dateText, isHead: request?.line.method == "HEAD",
        isHTTP11: request?.line.isHTTP11 ?? true, closes: closes))
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
    // If the next request has begun, it has the time limit of a head. ATTACKS R12
    let idle = wasAccepted ? limits.idleTimeout : limits.idleTimeoutBeforeAcceptance
    setDeadline(inbox.isEmpty ? idle : limits.headTimeout)
    if siblings.isStopping { stop() }
  }

  // MARK: The end

  /// The client sends no more bytes. Its complete requests are still answered.
  private func endOfInput() {
    switch phase {
    case .head, .responding(.reading), .drain:
      if context?.channel.isWritable == true { abortAfterWrites() }
    case .responding, .ending: break
    }
  }

  private func abortAfterWrites() {
    endBody(.failure(.aborted))
    phase = .ending
    setDeadline(limits.writeTimeout)
    write(thenClose: .all)
  }

  /// Closes the sending side after the last write, then discards further input. Closing with unread
  /// input would reset the connection and could destroy the response (RFC 9112 §9.6).
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

  /// Makes the read that was delayed.
  private func readAgain() {
    guard hasDeferredRead, mayRead else { return }
    hasDeferredRead = false
    context?.read()
  }
}
