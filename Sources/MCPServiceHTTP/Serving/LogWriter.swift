private import Dispatch
private import StdioTransport
private import Support
private import Synchronization

/// Writes log lines to standard error on a queue of its own. A write may take long, and must not
/// delay the responses on the event loops. Many lines share one write: a thread switch for each
/// line would take a fifth of the server's time.
final class LogWriter: Sendable {
  /// The limit of waiting lines, in bytes: about one second at full speed.
  private static let maximumWaiting = 16 << 20
  /// The time between a line and its write, and between two attempts if standard error is not read.
  private static let pause = DispatchTimeInterval.milliseconds(10)

  private let sink = StandardErrorSink(maximumWaiting: maximumWaiting)
  private let queue = DispatchQueue(label: "log")
  private let isScheduled = Mutex(false)

  /// Queues one line, which includes its line end.
  func write(_ line: [UInt8]) {
    sink.write(line)
    let isFirst = isScheduled.withLock { isScheduled in
      defer { isScheduled = true }
      return !isScheduled
    }
    if isFirst { schedule() }
  }

  /// Writes the waiting lines before the process ends: see `StandardErrorSink.finish`.
  func finish() { queue.sync { sink.finish() } }

  private func drain() {
    isScheduled.withLock { $0 = false }
    sink.flush()
    if sink.hasWaiting {
      isScheduled.withLock { $0 = true }
      schedule()
    }
  }

  private func schedule() {
    queue.asyncAfter(deadline: .now() + Self.pause) { self.drain() }
  }
}
