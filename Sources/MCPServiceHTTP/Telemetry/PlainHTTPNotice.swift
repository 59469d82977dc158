internal import Auth
internal import Support

/// Logs that a client sent HTTP to the HTTPS port, at most once a minute, so that a client cannot
/// fill the log.
final class PlainHTTPNotice: Sendable {
  private let audit: AuditLog
  private let now: @Sendable () -> MonotonicTime
  private let pause = Pause()

  /// - Parameter now: the monotonic clock.
  init(audit: AuditLog, now: @escaping @Sendable () -> MonotonicTime) {
    (self.audit, self.now) = (audit, now)
  }

  @Sendable func write() {
    guard pause.isOver(at: now()) else { return }
    audit.notice("a client sent HTTP to this HTTPS port: its URL must begin https://")
  }
}
