internal import Auth
internal import Support
private import Synchronization

/// Logs that a client sent HTTP to the HTTPS port, at most once a minute, so that a client cannot
/// fill the log.
final class PlainHTTPNotice: Sendable {
  private static let pause = Duration.seconds(60)

  private let audit: AuditLog
  private let now: @Sendable () -> MonotonicTime
  private let last = Mutex<MonotonicTime?>(nil)

  /// - Parameter now: the monotonic clock.
  init(audit: AuditLog, now: @escaping @Sendable () -> MonotonicTime) {
    (self.audit, self.now) = (audit, now)
  }

  @Sendable func write() {
    let now = now()
    let isDue = last.withLock { last in
      if let last, now - last < Self.pause { return false }
      last = now
      return true
    }
    if isDue { audit.notice("a client sent HTTP to this HTTPS port: its URL must begin https://") }
  }
}
