private import Dispatch
private import StdioTransport
private import Synchronization

/// Log lines on their way to standard error, behind the back of the event loops: writing may take
/// long, and answering must not wait for it.
final class LogWriter: Sendable {
  /// How much may wait, in bytes: a second of lines at full speed.
  private static let maximumWaiting = 16 << 20
  /// After which those who do not read standard error are tried again.
  private static let pause = DispatchTimeInterval.milliseconds(20)

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
    if isFirst { queue.async { self.drain() } }
  }

  /// Writes what standard error takes now, before the process ends.
  func finish() { queue.sync { sink.flush() } }

  private func drain() {
    isScheduled.withLock { $0 = false }
    sink.flush()
    if sink.hasWaiting {
      isScheduled.withLock { $0 = true }
      queue.asyncAfter(deadline: .now() + Self.pause) { self.drain() }
    }
  }
}
