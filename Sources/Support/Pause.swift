internal import Synchronization

/// Lets something happen at most once in an interval, such as a notice in the log that anybody can cause.
package final class Pause: Sendable {
  private let interval: Duration
  private let last: Mutex<MonotonicTime?>

  /// - Parameter last: when it has happened; `nil` if it may happen at once.
  package init(_ interval: Duration = .seconds(60), since last: MonotonicTime? = nil) {
    self.interval = interval
    self.last = Mutex(last)
  }

  /// Whether it may happen now. Then the next interval begins.
  package func isOver(at now: MonotonicTime) -> Bool {
    last.withLock { last in
      if let last, now - last < interval { return false }
      last = now
      return true
    }
  }
}
