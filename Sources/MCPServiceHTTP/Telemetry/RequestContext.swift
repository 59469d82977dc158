package import Auth
internal import HTTPTransport
internal import MCP
internal import MCPService
package import Support

/// The request context. Each step of the pipeline adds to it.
package struct RequestContext: Sendable {
  let client: IPAddress
  let startedAt: MonotonicTime
  /// The origin of the request, if it is allowed.
  var origin: String?
  /// The host, origin or peer that was refused, for the log.
  var refusedName: RefusedName?
  /// `nil` if no credential was read, or if there were several.
  var credential: Credential.Kind?
  /// The scheme of the challenge that fits the credential.
  var scheme: Challenge.Scheme?
  var identity: Identity?
  /// The decision of the identity's bucket; `nil` without a limit.
  var rate: RateDecision?
  var request: RequestID?
  var tool: String?
  /// What is at the path of the request, if that is not a path of `Route`.
  var further: FurtherResource?

  /// What the audit lines of the request say; for the metrics.
  var outcomes: [AuditEvent.Outcome] = []
  /// What the tool adds to the audit line; `nil` before a tool runs.
  var notes: CallNotes?
  /// For the tools that read some of them.
  let fields: HTTPFields

  init(client: IPAddress, startedAt: MonotonicTime, fields: HTTPFields = HTTPFields()) {
    self.client = client
    self.startedAt = startedAt
    self.fields = fields
  }
}

extension Client {
  package init(_ address: IPAddress) {
    self.init(
      address: address.rateLimitPrefix,
      network: address.rateLimitPrefixes.last ?? address.rateLimitPrefix)
  }
}
