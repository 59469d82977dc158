package import JSON

/// One request that was let in or kept out, and why. There is no field that a secret could be in.
package struct AuditEvent: Sendable {
  package enum Outcome: Sendable {
    case accepted(Identity)
    /// Nobody was recognised.
    case unauthenticated(AuthenticationFailure)
    /// Somebody was recognised who lacks the permission.
    case forbidden(Identity, Permission)
    /// It never came to a credential: the JSON-RPC error that went back.
    case rejected(code: Int)
  }

  /// The request's identifier as the client chose it; `nil` where it could not be read.
  package let request: JSONValue?
  /// A tool that exists; `nil` where the request named none.
  package let tool: String?
  package let outcome: Outcome

  package init(request: JSONValue?, tool: String?, outcome: Outcome) {
    self.request = request
    self.tool = tool
    self.outcome = outcome
  }
}
