private import Support
internal import Synchronization

/// What has arrived of one response and is not read yet. The thread of libcurl fills it, and a task
/// reads it.
///
/// The thread changes the buffer during a round and calls `wakeReader` once at its end, so that a small
/// response wakes its reader once, not for its head, its body and its end.
final class StreamBuffer: Sendable {
  /// The status and the fields of the response.
  struct Head: Sendable {
    let status: Int
    let fields: [(name: String, value: String)]
  }

  private struct State {
    var head: Head?
    var bytes: [UInt8] = []
    /// How the transfer ended.
    var end: Result<Void, OutboundError>?
    /// Whether libcurl waits until the bytes are read.
    var isPaused = false
    var waiting: [CheckedContinuation<Void, Never>] = []

    var isReady: Bool { head != nil || !bytes.isEmpty || end != nil }

    mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
      if waiting.isEmpty { return [] }
      defer { waiting = [] }
      return waiting
    }
  }

  private let state = Mutex(State())
  private let maximum: Int

  /// - Parameter maximum: the largest number of bytes that wait here.
  init(maximum: Int) { self.maximum = maximum }

  // MARK: The thread of libcurl

  func setHead(_ head: Head) { state.withLock { $0.head = head } }

  /// - Returns: whether the bytes were taken. If not, the transfer must pause, and continue after
  ///   `next` has returned `mustContinue`.
  func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      // After `cancel` there is no reader.
      if state.end != nil { return true }
      // A part of libcurl is small: it may exceed the maximum of a smaller buffer alone.
      guard state.bytes.isEmpty || bytes.count <= maximum - state.bytes.count else {
        state.isPaused = true
        return false
      }
      unsafe state.bytes += bytes
      return true
    }
  }

  /// Ends the buffer. Only the first call has an effect. The bytes that wait can still be read.
  func finish(_ end: Result<Void, OutboundError>) {
    state.withLock { state in
      if state.end == nil { state.end = end }
    }
  }

  /// Continues the task that waits, if there is something for it.
  func wakeReader() {
    let waiting = state.withLock { $0.isReady ? $0.takeWaiting() : [] }
    for continuation in waiting { continuation.resume() }
  }

  // MARK: The reader

  /// The head, once; it waits until the head has arrived.
  func head() async -> Result<Head, OutboundError> {
    await waiting { state in
      if let head = state.head {
        state.head = nil
        return .success(head)
      }
      return switch state.end {
      case .failure(let error): .failure(error)
      case .success: .failure(.unreachable)
      case nil: nil
      }
    }
  }

  /// The bytes that have arrived, at least one; none at the end. It waits until something has arrived.
  /// - Returns: also whether the transfer must be continued.
  func next() async -> Result<(bytes: [UInt8]?, mustContinue: Bool), OutboundError> {
    await waiting { state in
      if !state.bytes.isEmpty {
        let bytes = state.bytes
        state.bytes = []
        defer { state.isPaused = false }
        return .success((bytes, state.isPaused))
      }
      return state.end.map { $0.map { (nil, false) } }
    }
  }

  /// Drops what has arrived, and continues the task that waits with `unreachable`.
  /// - Returns: whether the transfer must be ended.
  func cancel() -> Bool {
    let (isRunning, waiting) = state.withLock { state in
      let isRunning = state.end == nil
      if isRunning || !state.bytes.isEmpty { state.end = .failure(.unreachable) }
      state.head = nil
      state.bytes = []
      return (isRunning, state.takeWaiting())
    }
    for continuation in waiting { continuation.resume() }
    return isRunning
  }

  private func waiting<Value: Sendable>(
    _ take: @Sendable (inout State) -> Value?
  ) async -> Value {
    while true {
      if let value = state.withLock({ take(&$0) }) { return value }
      await withCheckedContinuation { continuation in
        // It may have become ready since.
        let isReady = state.withLock { state in
          if !state.isReady { state.waiting.append(continuation) }
          return state.isReady
        }
        if isReady { continuation.resume() }
      }
    }
  }

  // MARK: Tests

  var waitingBytes: Int { state.withLock { $0.bytes.count } }
  var isPaused: Bool { state.withLock { $0.isPaused } }
  var isEnded: Bool { state.withLock { $0.end != nil } }
  var hasReader: Bool { state.withLock { !$0.waiting.isEmpty } }
}
