internal import Auth
internal import HTTPTransport
internal import MCP
internal import Support

/// What is known of one request, more and more on its way.
package struct RequestContext: Sendable {
  let client: IPAddress
  let startedAt: MonotonicTime
  /// The allowed origin of the web page that sends it; `nil` where no such page does.
  var origin: String?
  /// For the log: the host or origin because of which it was refused.
  var refusedName: RefusedName?
  /// `nil` where it was not looked at, or where there were several.
  var credential: Credential.Kind?
  /// The scheme of the challenge that fits the credential.
  var scheme: Challenge.Scheme?
  var identity: Identity?
  /// What the identity's bucket says; `nil` without a limit.
  var rate: RateDecision?
  var request: RequestID?
  var tool: String?

  init(client: IPAddress, startedAt: MonotonicTime) {
    self.client = client
    self.startedAt = startedAt
  }
}
