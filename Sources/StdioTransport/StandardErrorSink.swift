private import Support
private import Synchronization

/// Log lines on their way to standard error.
///
/// A client may leave standard error unread (MCP basic/transports/stdio): once its pipe is full,
/// lines wait up to a bound, then whole lines are dropped and counted. The server never blocks while it
/// serves; at its end it waits for the reader up to a deadline.
package final class StandardErrorSink: Sendable {
  private struct State {
    var queue: OutputQueue
    var dropped = 0

    private static let note = "{\"event\":\"log_lines_dropped\",\"count\":"

    /// Writes behind the lines that wait how many were dropped.
    mutating func noteDropped() {
      if dropped == 0 { return }
      queue.append("\(Self.note)\(dropped)}\n".utf8)
      dropped = 0
    }

    /// Drops the lines that wait; one that is such a note stands for those that it counts.
    mutating func dropLines() {
      for line in queue.takeLines() {
        let isNote = line.starts(with: Self.note.utf8)
        let count = isNote ? line.dropFirst(Self.note.utf8.count).dropLast() : []
        dropped += Int(String(decoding: count, as: UTF8.self)) ?? 1
      }
    }
  }

  /// In milliseconds: how long the end of the process waits for the reader, and how much of it is
  /// kept for the end of a line and the count of those that were dropped.
  private static let farewell = 2_000
  private static let lastWords = 500

  let descriptor: FileDescriptor
  private let maximumWaiting: Int
  private let state: Mutex<State>

  /// - Parameter maximumWaiting: in bytes.
  package convenience init(maximumWaiting: Int = 1 << 18) {
    self.init(.standardError, maximumWaiting: maximumWaiting)
  }

  init(_ descriptor: FileDescriptor, maximumWaiting: Int) {
    self.descriptor = descriptor
    self.maximumWaiting = maximumWaiting
    state = Mutex(State(queue: OutputQueue(descriptor)))
  }

  /// Takes one line with its end.
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

  /// Writes what standard error takes now; where nobody reads it any more, forgets what waits.
  package func flush() {
    state.withLock { state in
      if !state.queue.drain() { state.queue = OutputQueue(descriptor) }
    }
  }

  /// Writes what waits, before the process ends: for up to two seconds, as the reader takes it. What
  /// is left then is dropped in whole lines, and their number is written (ATTACKS S20).
  package func finish() {
    finish(now: { MonotonicTime.now() / 1_000_000 }, wait: { waitForReader($0) })
  }

  /// - Parameters:
  ///   - now: milliseconds of a monotonic clock.
  ///   - wait: waits until the descriptor can be written to, for so many milliseconds at most.
  func finish(now: () -> Int, wait: (Int) -> Void) {
    let end = now() + Self.farewell
    flush(until: end - Self.lastWords, now, wait)
    state.withLock { state in
      state.dropLines()
      state.noteDropped()
    }
    flush(until: end, now, wait)
  }

  private func flush(until end: Int, _ now: () -> Int, _ wait: (Int) -> Void) {
    flush()
    while hasWaiting {
      let left = end - now()
      if left <= 0 { return }
      wait(left)
      flush()
    }
  }

  private func waitForReader(_ milliseconds: Int) {
    _ = FileDescriptor.wait(
      for: [(descriptor, .writing)], milliseconds: Int32(clamping: milliseconds))
  }

  package var hasWaiting: Bool { state.withLock { !$0.queue.isEmpty } }
}
