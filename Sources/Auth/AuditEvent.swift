private import Support
package import JSON

/// The result of authenticating and authorizing one request. No field can contain a secret.
package struct AuditEvent: Sendable {
  package enum Outcome: Sendable {
    case accepted(Identity)
    /// The caller was not authenticated.
    case unauthenticated(AuthenticationError)
    /// The caller was authenticated and lacks the permission.
    case forbidden(Identity, Permission)
    /// The caller has the permission, and the authority does not allow the call. The reason is one
    /// word.
    case denied(Identity, reason: String)
    /// Too many requests of an identity or, without an identity, too many failures of an address.
    case limited(Identity?)
    /// The message is not a valid request. `code` is the JSON-RPC error or HTTP status of the
    /// response. Without an identity, the request was refused before authentication.
    case rejected(Identity?, code: Int)
  }

  /// The request's `id`, which the client chose; `nil` if it could not be read.
  package let request: JSONValue?
  /// The name of an existing tool; `nil` if the request names none.
  package let tool: String?
  package let outcome: Outcome
  /// Over HTTP, the client's address and the kind of its credential; `nil` over stdio.
  package let address: String?
  package let credential: String?

  /// Over HTTP, the refused name, such as the `Host` or the `Origin`.
  package let refusedName: RefusedName?

  /// What the tool adds, such as whose credential it has used for another service.
  package let notes: [(name: String, text: String)]

  package init(
    request: JSONValue?, tool: String?, outcome: Outcome, address: String? = nil,
    credential: String? = nil, refusedName: RefusedName? = nil,
    notes: [(name: String, text: String)] = []
  ) {
    self.notes = notes
    self.address = address
    self.credential = credential
    self.refusedName = refusedName
    self.request = request
    self.tool = tool
    self.outcome = outcome
  }
}
