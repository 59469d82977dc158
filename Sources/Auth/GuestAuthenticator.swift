private import Support

/// Accepts a caller without a credential as a guest, if the operator allows guests.
package struct GuestAuthenticator: Authenticator {
  private let role: Role
  private let ignoresCredentials: Bool

  /// - Parameter ignoresCredentials: whether a caller who sends a credential is a guest too. Set it
  ///   only for a server without credentials: on any other server the caller expects a check.
  package init(role: Role, ignoresCredentials: Bool = false) {
    self.role = role
    self.ignoresCredentials = ignoresCredentials
  }

  package var scheme: Challenge.Scheme? { nil }

  package func handles(_ credential: Credential) -> Bool {
    if case .none = credential { return true }
    return ignoresCredentials
  }

  package func authenticate(_: Credential, from _: Client) async throws(AuthenticationError)
    -> Identity
  {
    .guest(role)
  }
}
