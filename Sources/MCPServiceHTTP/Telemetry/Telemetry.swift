package import Auth
private import HTTPTransport
private import MCP
package import Support

/// Writes the audit log and counts the metrics of every request.
package struct Telemetry: Sendable {
  /// `nil` if metrics are disabled.
  let metrics: Metrics?
  private let audit: AuditLog
  let now: @Sendable () -> MonotonicTime

  package init(audit: AuditLog, metrics: Metrics?, now: @escaping @Sendable () -> MonotonicTime) {
    self.audit = audit
    self.metrics = metrics
    self.now = now
  }

  /// Writes one audit line for each attempt to authenticate, and for each request that is refused
  /// before.
  func record(_ outcome: AuditEvent.Outcome, _ exchange: RequestContext) {
    audit.record(
      AuditEvent(
        request: exchange.request?.json, tool: exchange.tool, outcome: outcome,
        address: exchange.client.description, credential: exchange.credential?.rawValue,
        refusedName: exchange.refusedName))
    metrics?.count(outcome, by: exchange.credential)
  }

  func count(_ status: Int, _ exchange: RequestContext) {
    metrics?.count(status: status, duration: now() - exchange.startedAt)
  }
}
