private import Support

/// Decides whether a caller may call a tool, from a source of truth outside of the token.
///
/// It is asked after the token and the permissions were checked, and never instead of them.
package protocol Authority: Sendable {
  /// It does not throw: an authority that gives no decision denies the call.
  func decide(_ question: AuthorityQuestion) async -> AuthorityDecision
}

/// One call of a tool.
package struct AuthorityQuestion: Sendable {
  package let identity: Identity
  package let tool: String
  /// What the tool acts on; `nil` if it acts on nothing.
  package let object: String?
  /// For the share of the queue of outbound requests.
  package let client: Client

  package init(identity: Identity, tool: String, object: String?, client: Client) {
    self.identity = identity
    self.tool = tool
    self.object = object
    self.client = client
  }
}

/// Everything except `allow` denies the call.
package enum AuthorityDecision: Sendable, Equatable {
  case allow
  case deny
  /// There is no decision. The reason is one word, for the audit log.
  case unavailable(reason: String)
}
