private import Support
package import JSON

/// One request that was let in or kept out, and why. There is no field that a secret could be in.
package struct AuditEvent: Sendable {
  package enum Outcome: Sendable {
    case accepted(Identity)
    /// The caller was not authenticated.
    case unauthenticated(AuthenticationError)
    /// The caller was authenticated and lacks the permission.
    case forbidden(Identity, Permission)
    /// Too many requests of somebody or, without one, too many failures from an address.
    case limited(Identity?)
    /// What they sent is no request: the JSON-RPC error or HTTP status that went back. Without an
    /// identity it never came to a credential.
    case rejected(Identity?, code: Int)
  }

  /// The request's identifier as the client chose it; `nil` where it could not be read.
  package let request: JSONValue?
  /// A tool that exists; `nil` where the request named none.
  package let tool: String?
  package let outcome: Outcome
  /// Over HTTP, where it came from and what kind of credential it showed; `nil` over stdio.
  package let address: String?
  package let credential: String?

  /// Over HTTP, the `Host` or `Origin` because of which it was refused.
  package let refusedName: RefusedName?

  package init(
    request: JSONValue?, tool: String?, outcome: Outcome, address: String? = nil,
    credential: String? = nil, refusedName: RefusedName? = nil
  ) {
    self.address = address
    self.credential = credential
    self.refusedName = refusedName
    self.request = request
    self.tool = tool
    self.outcome = outcome
  }
}
