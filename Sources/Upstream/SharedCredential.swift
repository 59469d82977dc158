package import Auth
private import Support

/// Which callers may use the server's own credential at a service, and with which tools.
///
/// That credential has the rights of an account that belongs to no caller. So a caller may use it only
/// if the operator has added a row for the caller to the file (CWE-441, ATTACKS O146).
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
