private import Dispatch
private import StdioTransport
private import Support
private import Synchronization

/// Log lines on their way to standard error, behind the back of the event loops: writing may take
/// long, and answering must not wait for it. Many lines are written at once: a switch between
/// threads for each would take a fifth of the server's time.
final class LogWriter: Sendable {
  /// How much may wait, in bytes: a second of lines at full speed.
  private static let maximumWaiting = 16 << 20
  /// From a line to the writing of it and of all that came meanwhile; and until those who do not
  /// read standard error are tried again.
  private static let pause = DispatchTimeInterval.milliseconds(10)

  private let sink = StandardErrorSink(maximumWaiting: maximumWaiting)
  private let queue = DispatchQueue(label: "log")
  private let isScheduled = Mutex(false)

  /// Takes one line with its end.
  func write(_ line: [UInt8]) {
    sink.write(line)
    let isFirst = isScheduled.withLock { isScheduled in
      defer { isScheduled = true }
      return !isScheduled
    }
    if isFirst { schedule() }
  }

  /// Writes what waits, before the process ends: see `StandardErrorSink.finish`.
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
