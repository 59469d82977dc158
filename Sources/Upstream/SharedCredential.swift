package import Auth
private import Support

/// Who may use the credential of this server for which tools. It has the rights of an account that
/// belongs to no caller, so a caller needs a row of the operator (CWE-441,
/// ATTACKS O146).
package struct SharedCredential: Sendable {
  private let authority: (any Authority)?

  /// - Parameter authority: `nil`: no caller may.
  package init(_ authority: (any Authority)?) { self.authority = authority }

  /// - Parameter client: for the share of the queue, if the authority sends requests.
  package func isAllowed(_ identity: Identity, tool: String, client: Client) async -> Bool {
    // A guest has no name of their own, whatever a row says.
    guard let authority, identity.method != .guest else { return false }
    let question = AuthorityQuestion(identity: identity, tool: tool, object: nil, client: client)
    return await authority.decide(question) == .allow
  }
}
