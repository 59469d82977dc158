package import Auth
private import HTTPTransport
private import MCP
private import MCPService
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
  func record(_ outcome: AuditEvent.Outcome, _ context: RequestContext) {
    audit.record(
      AuditEvent(
        request: context.request?.json, tool: context.tool, outcome: outcome,
        address: context.client.description, credential: context.credential?.rawValue,
        refusedName: context.refusedName, notes: context.notes?.all ?? []))
    metrics?.count(outcome, by: context.credential)
  }

  func count(_ status: Int, _ context: RequestContext) {
    metrics?.count(status: status, duration: now() - context.startedAt)
  }
}
