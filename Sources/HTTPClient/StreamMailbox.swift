internal import Support
internal import Synchronization

/// What the tasks ask of the thread of `CurlStreams`, until the thread takes it.
final class StreamMailbox: Sendable {
  struct Start: Sendable {
    let request: OutboundRequest
    let transfer: Transfer
    let buffer: StreamBuffer
  }

  enum Command: Sendable {
    case start(Start)
    /// The reader has read what made the transfer pause.
    case resume(StreamBuffer)
    case cancel(StreamBuffer)
  }

  private struct State {
    /// At most one for each start, pause and cancellation.
    var commands: [Command] = []
    /// All that have started and not ended.
    var transfers = 0
    var hasThread = false
    var isStopped = false
    /// Ends the waiting of the thread. Only while it waits.
    var wakeup: CurlMulti.Wakeup?

    mutating func wake() {
      wakeup?()
      wakeup = nil
    }
  }

  private let state = Mutex(State())
  private let maximumTransfers: Int

  init(maximumTransfers: Int) { self.maximumTransfers = maximumTransfers }

  // MARK: Tasks

  enum Answer: Equatable {
    case accepted
    /// The caller must start the thread.
    case needsThread
    /// As many transfers run as may.
    case full
  }

  func start(_ start: Start) -> Answer {
    state.withLock { state in
      guard !state.isStopped, state.transfers < maximumTransfers else { return .full }
      state.transfers += 1
      state.commands.append(.start(start))
      state.wake()
      defer { state.hasThread = true }
      return state.hasThread ? .accepted : .needsThread
    }
  }

  /// For a transfer that has started.
  func send(_ command: Command) {
    state.withLock { state in
      // Without a thread no transfer runs.
      guard state.hasThread else { return }
      state.commands.append(command)
      state.wake()
    }
  }

  /// Ends all transfers and the thread.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      state.wake()
    }
  }

  // MARK: The thread

  /// What was asked since the last call; `nil` if the thread must end.
  func take() -> [Command]? {
    state.withLock { state in
      state.wakeup = nil
      if state.isStopped { return nil }
      if state.commands.isEmpty { return [] }
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// Makes each later command call `wakeup`, until `take`.
  /// - Returns: whether the thread may wait: nothing was asked.
  func waits(_ wakeup: CurlMulti.Wakeup) -> Bool {
    state.withLock { state in
      let isIdle = state.commands.isEmpty && !state.isStopped
      if isIdle { state.wakeup = wakeup }
      return isIdle
    }
  }

  /// Makes place for another transfer.
  func transferEnded() { state.withLock { $0.transfers -= 1 } }

  /// The thread ends, or there was none. The next `start` needs another one.
  /// - Returns: what was not taken.
  func threadEnded() -> [Command] {
    state.withLock { state in
      state.hasThread = false
      state.wakeup = nil
      defer { state.commands = [] }
      return state.commands
    }
  }

  // MARK: Tests

  var hasThread: Bool { state.withLock { $0.hasThread } }
  /// Whether the thread has done everything that was asked.
  var isThreadIdle: Bool { state.withLock { $0.wakeup != nil } }
  var transfers: Int { state.withLock { $0.transfers } }
}
