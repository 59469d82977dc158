internal import Support
private import Dispatch
private import Synchronization

/// Lines from standard input and to standard output, for messages that are answered at the same time
/// and in any order.
///
/// One thread reads, delivers and writes. It blocks only in `poll`. Tasks queue lines with `write`,
/// and wake the thread through a pipe. The thread counts the tasks between `begin` and `end`: at the
/// end of the input it waits for them.
///
/// The file is longer than 150 lines because all that tasks and thread share is in one place. The
/// loop of the thread is `ConcurrentStdioLoop`.
package final class ConcurrentStdio: Sendable {
  package struct Limits: Sendable {
    /// In bytes, without the line end.
    package var line = 4 << 20
    /// In bytes: from here on a task waits before it queues its line, and no line is delivered.
    package var queued = 4 << 20
    /// After SIGTERM: how long the tasks may still answer.
    package var answers = Duration.seconds(2)
    /// How long the work after the last answer may take.
    package var farewell = Duration.seconds(2)

    package init() {}
  }

  /// What the thread calls. Each call returns at once.
  package struct Handler: Sendable {
    package let line: @Sendable (LineFramer.Line) -> Void
    /// SIGHUP
    package let reload: @Sendable () -> Void
    /// No further line comes.
    package let inputEnded: @Sendable () -> Void
    /// Every answer is written, or its time is over. The last work may `begin` here.
    package let finish: @Sendable () -> Void

    package init(
      line: @escaping @Sendable (LineFramer.Line) -> Void, reload: @escaping @Sendable () -> Void,
      inputEnded: @escaping @Sendable () -> Void, finish: @escaping @Sendable () -> Void
    ) {
      (self.line, self.reload, self.inputEnded, self.finish) = (line, reload, inputEnded, finish)
    }
  }

  private struct State {
    /// Lines that the thread has not taken yet.
    var lines: [UInt8] = []
    /// In bytes: `lines`, and what the thread has taken but not written.
    var queued = 0
    var tasks = 0
    var isPaused = false
    /// Whether a byte is in the pipe.
    var isWoken = false
    /// The output is closed, or the thread has ended.
    var isClosed = false
    var waiting: [CheckedContinuation<Void, Never>] = []

    mutating func append(_ line: [UInt8]) {
      lines += line
      lines.append(ASCII.lineFeed)
      queued += line.count + 1
    }
  }

  let source: FileDescriptor
  let target: FileDescriptor
  let errors: StandardErrorSink
  let limits: Limits
  let now: @Sendable () -> MonotonicTime
  let wakeups: (reading: FileDescriptor, writing: FileDescriptor)
  private let state = Mutex(State())

  /// `nil` if no descriptor is available.
  package convenience init?(errors: StandardErrorSink, limits: Limits = Limits()) {
    self.init(
      input: .standardInput, output: .standardOutput, errors: errors, limits: limits,
      now: MonotonicTime.now)
  }

  init?(
    input: FileDescriptor, output: FileDescriptor, errors: StandardErrorSink,
    limits: Limits = Limits(), now: @escaping @Sendable () -> MonotonicTime
  ) {
    guard let pipe = FileDescriptor.pipe() else { return nil }
    wakeups = pipe
    (source, target, self.errors, self.limits, self.now) = (input, output, errors, limits, now)
  }

  // MARK: For tasks

  /// Queues one line, without its line end. While too many bytes are queued, it waits.
  /// - Returns: `false` if the output is closed.
  package func write(_ line: [UInt8]) async -> Bool {
    while true {
      switch state.withLock({ append(line, &$0) }) {
      case .queued:
        wake()
        return true
      case .closed: return false
      case .full: await waitForSpace()
      }
    }
  }

  /// Queues one line, on the thread of the loop: that delivers no line while too many bytes are
  /// queued.
  package func writeNow(_ line: [UInt8]) {
    state.withLock { $0.append(line) }
    wake()
  }

  /// Work begins whose end the thread awaits.
  package func begin() { state.withLock { $0.tasks += 1 } }

  /// The work has ended.
  package func end() {
    let isLast = state.withLock { state in
      state.tasks -= 1
      return state.tasks == 0
    }
    if isLast { wake() }
  }

  /// Whether the thread delivers no line, and reads none.
  package func pause(_ isPaused: Bool) {
    let changes = state.withLock { state in
      defer { state.isPaused = isPaused }
      return state.isPaused != isPaused
    }
    if changes { wake() }
  }

  private enum Outcome { case queued, full, closed }

  private func append(_ line: [UInt8], _ state: inout State) -> Outcome {
    if state.isClosed { return .closed }
    if state.queued >= limits.queued { return .full }
    state.append(line)
    return .queued
  }

  private func waitForSpace() async {
    await withCheckedContinuation { continuation in
      let waits = state.withLock { state in
        guard state.queued >= limits.queued, !state.isClosed else { return false }
        state.waiting.append(continuation)
        return true
      }
      if !waits { continuation.resume() }
    }
  }

  /// The thread takes a turn. Call it after writing to the log.
  package func wake() {
    let isFirst = state.withLock { state in
      defer { state.isWoken = true }
      return !state.isWoken
    }
    if isFirst { _ = wakeups.writing.write([0]) }
  }

  // MARK: The thread

  /// Serves on a thread of its own, until the input ends and all tasks have ended, or SIGTERM or
  /// SIGINT arrives, or the output has no reader.
  package func run(_ handler: Handler) async {
    guard let signals = SignalPipe(), signals.start() else { return }
    await run(signals, handler)
  }

  func run(_ signals: SignalPipe, _ handler: Handler) async {
    await withCheckedContinuation { continuation in
      DispatchQueue(label: "stdio").async { [self] in
        var loop = ConcurrentStdioLoop(self, signals, handler)
        loop.run()
        close()
        continuation.resume()
      }
    }
  }

  /// What the thread has to know of the tasks.
  struct Snapshot {
    let tasks: Int
    /// Whether a line may be delivered.
    let isOpen: Bool
  }

  var snapshot: Snapshot {
    state.withLock {
      Snapshot(tasks: $0.tasks, isOpen: !$0.isPaused && $0.queued < limits.queued)
    }
  }

  /// Whether no line waits.
  var isWritten: Bool { state.withLock { $0.queued == 0 } }

  /// Takes the lines that tasks have queued. They count as queued until `wrote` is called.
  func takeLines() -> [UInt8] {
    state.withLock { state in
      defer { state.lines = [] }
      return state.lines
    }
  }

  /// Bytes were written, or are dropped: then waiting tasks continue.
  func wrote(_ count: Int) {
    if count == 0 { return }
    let continued = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.queued -= count
      guard state.queued < limits.queued else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in continued { continuation.resume() }
  }

  /// The pipe was readable.
  func takeWakeup() {
    _ = wakeups.reading.read(upTo: 64)
    state.withLock { $0.isWoken = false }
  }

  /// The output is closed: no task waits for it.
  func close() {
    let continued = state.withLock { state in
      state.isClosed = true
      state.lines = []
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in continued { continuation.resume() }
  }
}
