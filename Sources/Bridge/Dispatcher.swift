private import Support
internal import HTTPClient
private import JSON
internal import MCP
internal import StdioTransport
private import Synchronization

/// Turns the lines of the client into tasks, on the thread that reads them.
///
/// A message after `initialize` or a notification waits until the server has accepted that one: it may
/// rely on it. A session and its version are known only then, and `notifications/initialized` permits
/// other requests. All other messages are on their way at the same time.
///
/// The file is longer than 150 lines because all limits on messages are in one place.
final class Dispatcher: Sendable {
  struct Limits: Sendable {
    /// Requests at the server at the same time. Others wait here, so that the answers to requests of
    /// the server are still read: it may need them to answer.
    var requests = 32
    /// `subscriptions/listen`, which does not end by itself.
    var subscriptions = 16
    /// Messages that are not answered yet; then no line is read.
    var messages = 320
    /// In bytes: of these messages.
    var bytes = 16 << 20
  }

  private struct Job {
    let message: ClientMessage
    let exchange: Exchange
    /// What it waits for.
    let barrier: Latch?
    /// What others wait for.
    let latch: Latch?
    /// What this notification cancels.
    let cancels: Exchange?

    var isSubscription: Bool { message.method == "subscriptions/listen" && message.id != nil }
    var isCounted: Bool { message.id != nil && !isSubscription }
  }

  private struct State {
    var requests = 0
    var subscriptions = 0
    var messages = 0
    var bytes = 0
    /// Few, because reading pauses before there are many.
    var waiting: [Job] = []
    var pending: [MessageKey: Exchange] = [:]
    var listens: [ObjectIdentifier: Exchange] = [:]
    var barrier: Latch?
    /// Whether the client is of the handshake era.
    var hasInitialized = false
  }

  private let forwarder: Forwarder
  private let stdio: ConcurrentStdio
  private let limits: Limits
  private let state = Mutex(State())

  init(_ forwarder: Forwarder, _ stdio: ConcurrentStdio, _ limits: Limits = Limits()) {
    (self.forwarder, self.stdio, self.limits) = (forwarder, stdio, limits)
  }

  private var server: RemoteServer { forwarder.server }

  // MARK: On the thread of the loop

  func take(_ line: LineFramer.Line) {
    guard case .complete(let bytes) = line else {
      let limit = RPCError.invalidRequest("a message has at most 4 MiB")
      return stdio.writeNow(Reply.error(nil, limit).serialized())
    }
    let version = server.session.current?.version
    let messages = ClientMessage.read(
      bytes, allowsBatch: version == ProtocolVersion.v2025_03_26.rawValue)
    for message in messages {
      switch message {
      case .success(let message): take(message)
      case .failure(let rejection):
        stdio.writeNow(Reply.error(rejection.id, rejection.error).serialized())
      }
    }
  }

  private func take(_ message: ClientMessage) {
    var cancelled: Exchange?
    switch message.kind {
    case .response where !state.withLock({ $0.hasInitialized }):
      // MCP 2026-07-28 basic/transports/streamable-http, "Sending Messages": no responses.
      return server.notice("dropped a response of the client: the server sent no request")
    case .notification where message.method == "notifications/cancelled":
      cancelled = target(of: message)
      guard cancel(cancelled, message) else { return }
    default: break
    }
    let job = state.withLock { state -> Job? in
      let needsLatch = message.isInitialize || message.kind == .notification
      let job = Job(
        message: message, exchange: Exchange(isModern: message.version != nil),
        barrier: state.barrier, latch: needsLatch ? Latch() : nil, cancels: cancelled)
      if job.isSubscription, state.subscriptions >= limits.subscriptions { return nil }
      state.barrier = job.latch ?? state.barrier
      if message.isInitialize { state.hasInitialized = true }
      state.messages += 1
      state.bytes += message.line.count
      if let id = message.id, !message.isInitialize { state.pending[MessageKey(id)] = job.exchange }
      if job.isSubscription {
        state.subscriptions += 1
        state.listens[ObjectIdentifier(job.exchange)] = job.exchange
      }
      return job
    }
    guard let job else {
      let error = RPCError.application(code: 429, "Too many subscriptions are open.")
      return stdio.writeNow(Reply.error(message.id, error).serialized())
    }
    stdio.begin()
    pauseIfFull()
    let startsNow = state.withLock { state in
      guard job.isCounted else { return true }
      guard state.requests < limits.requests else {
        state.waiting.append(job)
        return false
      }
      state.requests += 1
      return true
    }
    if startsNow { start(job) }
  }

  /// The input has ended: no message can end a subscription any more.
  func inputEnded() {
    for exchange in state.withLock({ Array($0.listens.values) }) { exchange.cancel() }
  }

  /// Ends what is left, and the session.
  func finish() {
    for exchange in state.withLock({ Array($0.pending.values) + $0.listens.values }) {
      exchange.cancel()
    }
    forwarder.listening.stop()
    guard let started = server.session.current, started.id != nil else { return }
    stdio.begin()
    Task.detached { [self] in
      await server.end(started)
      stdio.end()
    }
  }

  // MARK: Cancellation

  private func target(of message: ClientMessage) -> Exchange? {
    guard let key = message.params["requestId"].flatMap(MessageKey.init) else { return nil }
    return state.withLock { $0.pending[key] }
  }

  /// Cancels a request.
  /// - Returns: whether the notification is sent.
  private func cancel(_ exchange: Exchange?, _ message: ClientMessage) -> Bool {
    guard let exchange else {
      return state.withLock { $0.hasInitialized } && message.version == nil
    }
    // Over HTTP the end of the stream is the cancellation (MCP 2026-07-28 basic/patterns/cancellation,
    // "Transport-Specific Cancellation"). A request that waits here was never sent.
    if exchange.isModern || !exchange.isSent {
      exchange.cancel()
      return false
    }
    exchange.silence()
    return true
  }

  // MARK: Tasks

  private func start(_ job: Job) {
    job.exchange.run { [self] in
      if let barrier = job.barrier { await barrier.wait() }
      let rest = await forwarder.forward(job.message, job.exchange)
      // MCP 2025-11-25 basic/utilities/cancellation: its stream brings nothing that is wanted.
      job.cancels?.cancel()
      end(job)
      await server.discard(rest)
    }
  }

  private func end(_ job: Job) {
    job.latch?.open()
    let next = state.withLock { state -> Job? in
      state.messages -= 1
      state.bytes -= job.message.line.count
      if let id = job.message.id, state.pending[MessageKey(id)] === job.exchange {
        state.pending[MessageKey(id)] = nil
      }
      if job.isSubscription {
        state.subscriptions -= 1
        state.listens[ObjectIdentifier(job.exchange)] = nil
      }
      if let latch = job.latch, state.barrier === latch { state.barrier = nil }
      guard job.isCounted else { return nil }
      if !state.waiting.isEmpty { return state.waiting.removeFirst() }
      state.requests -= 1
      return nil
    }
    if let next { start(next) }
    pauseIfFull()
    stdio.end()
  }

  private func pauseIfFull() {
    state.withLock { state in
      stdio.pause(state.messages >= limits.messages || state.bytes >= limits.bytes)
    }
  }
}
