private import Support
package import Auth

/// Who may come to a tool: where the credential is looked for, who knows it, and what those are
/// told who are turned away.
package struct Gate: Sendable {
  package let slot: CredentialSlot
  /// Asked in this order; the first to know the caller decides.
  private let authenticators: [any Authenticator<PresentedToken>]
  /// The same words whatever was wrong.
  package let refusal: String

  package init(
    slot: CredentialSlot, authenticators: [any Authenticator<PresentedToken>], refusal: String
  ) {
    self.slot = slot
    self.authenticators = authenticators
    self.refusal = refusal
  }

  /// API keys as `auth_token`; without a need for one, whoever brings none is a guest.
  package static func apiKey(_ keys: APIKeyAuthenticator?, required: Bool, guests: Role) -> Gate {
    // An open server that has keys still refuses a wrong one: its sender meant to be known.
    var authenticators: [any Authenticator<PresentedToken>] = keys.map { [$0] } ?? []
    if !required { authenticators.append(GuestAuthenticator(role: guests)) }
    return Gate(
      slot: .apiKey, authenticators: authenticators,
      refusal: "Authentication failed")
  }

  /// Tokens of one type.
  package static func token(
    _ authenticator: any Authenticator<PresentedToken>, in slot: CredentialSlot
  ) -> Gate {
    Gate(
      slot: slot, authenticators: [authenticator], refusal: "Invalid or expired JWT token")
  }

  /// - Throws: `AuthenticationFailure`
  func authenticate(_ credential: PresentedToken) throws(AuthenticationFailure) -> Identity {
    for authenticator in authenticators {
      if let identity = try authenticator.authenticate(credential) { return identity }
    }
    throw .missingCredential
  }
}
