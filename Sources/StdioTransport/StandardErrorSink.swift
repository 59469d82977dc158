internal import Support
private import Synchronization

/// Writes log lines to standard error without blocking the server.
///
/// A client may leave standard error unread (MCP basic/transports/stdio). When its pipe is full,
/// lines are queued up to a limit; further lines are dropped and counted. Only `finish`, at the end
/// of the process, waits for the reader, up to a deadline.
package final class StandardErrorSink: Sendable {
  private struct State {
    var queue: OutputQueue
    var dropped = 0

    private static let note = "{\"event\":\"log_lines_dropped\",\"count\":"

    /// Appends a line with the number of dropped lines to the queue.
    mutating func noteDropped() {
      if dropped == 0 { return }
      queue.append("\(Self.note)\(dropped)}\n".utf8)
      dropped = 0
    }

    /// Drops the queued lines and counts them. A line that `noteDropped` wrote counts as the number
    /// that it reports.
    mutating func dropLines() {
      for line in queue.takeLines() {
        let isNote = line.starts(with: Self.note.utf8)
        let count = isNote ? line.dropFirst(Self.note.utf8.count).dropLast() : []
        dropped += Int(String(decoding: count, as: UTF8.self)) ?? 1
      }
    }
  }

  /// In milliseconds: how long `finish` waits for the reader, and the part of it that is kept for
  /// the rest of a partly written line and the count of dropped lines.
  private static let farewell = Duration.seconds(2)
  private static let lastWords = Duration.milliseconds(500)

  let descriptor: FileDescriptor
  private let maximumWaiting: Int
  private let state: Mutex<State>

  /// - Parameter maximumWaiting: the limit of the queue, in bytes.
  package convenience init(maximumWaiting: Int = 1 << 18) {
    self.init(.standardError, maximumWaiting: maximumWaiting)
  }

  init(_ descriptor: FileDescriptor, maximumWaiting: Int) {
    self.descriptor = descriptor
    self.maximumWaiting = maximumWaiting
    state = Mutex(State(queue: OutputQueue(descriptor)))
  }

  /// Queues one line, which includes its line end.
  package func write(_ line: [UInt8]) {
    state.withLock { state in
      guard state.queue.count + line.count <= maximumWaiting else {
        state.dropped += 1
        return
      }
      state.noteDropped()
      state.queue.append(line)
    }
  }

  /// Writes as much as standard error accepts now. Without a reader the queue is discarded.
  package func flush() {
    state.withLock { state in
      if !state.queue.drain() { state.queue = OutputQueue(descriptor) }
    }
  }

  /// Writes the queue before the process ends, for up to two seconds. Whole lines that remain are
  /// dropped, and their number is written (ATTACKS S20).
  package func finish() {
    finish(now: MonotonicTime.now, wait: { waitForReader($0) })
  }

  /// - Parameters:
  ///   - now: a monotonic clock.
  ///   - wait: waits until the descriptor is writable, for at most the given time.
  func finish(now: () -> MonotonicTime, wait: (Duration) -> Void) {
    let end = now() + Self.farewell
    flush(until: end - Self.lastWords, now, wait)
    state.withLock { state in
      state.dropLines()
      state.noteDropped()
    }
    flush(until: end, now, wait)
  }

  private func flush(
    until end: MonotonicTime, _ now: () -> MonotonicTime, _ wait: (Duration) -> Void
  ) {
    flush()
    while hasWaiting {
      let left = end - now()
      if left <= .zero { return }
      wait(left)
      flush()
    }
  }

  private func waitForReader(_ time: Duration) {
    _ = FileDescriptor.wait(
      for: [(descriptor, .writing)], milliseconds: Int32(clamping: time.milliseconds))
  }

  package var hasWaiting: Bool { state.withLock { !$0.queue.isEmpty } }
}
