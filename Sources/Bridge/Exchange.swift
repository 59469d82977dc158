private import Support
internal import HTTPClient
private import Synchronization

/// One message on its way, as far as another task ends it.
final class Exchange: Sendable {
  private struct State {
    var isCancelled = false
    var isSent = false
    var body: (any StreamedBody)?
    var task: Task<Void, Never>?
  }

  /// Whether the message is one of a modern revision.
  let isModern: Bool
  private let state = Mutex(State())

  init(isModern: Bool = false) { self.isModern = isModern }

  /// Whether nothing is written for this message any more.
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Whether the server may have got the message.
  var isSent: Bool { state.withLock { $0.isSent } }

  func willSend() { state.withLock { $0.isSent = true } }

  /// The task that carries the message.
  func run(_ operation: @escaping @Sendable () async -> Void) {
    let task = Task.detached { await operation() }
    let isCancelled = state.withLock { state in
      state.task = task
      return state.isCancelled
    }
    if isCancelled { task.cancel() }
  }

  /// The body that is read from now on. It is cancelled with the exchange.
  /// - Returns: `false` if the exchange is cancelled already. Then the body is, too.
  func use(_ body: any StreamedBody) -> Bool {
    let isCancelled = state.withLock { state in
      state.body = body
      return state.isCancelled
    }
    if isCancelled { body.cancel() }
    return !isCancelled
  }

  /// From now on nothing is written for this message. The connection stays.
  func silence() { state.withLock { $0.isCancelled = true } }

  /// The same, and closes the connection.
  func cancel() {
    let (body, task) = state.withLock { state in
      state.isCancelled = true
      return (state.body, state.task)
    }
    body?.cancel()
    task?.cancel()
  }
}
