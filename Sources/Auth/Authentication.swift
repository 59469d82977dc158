private import Support

/// Authenticates a request with the authenticator for its kind of credential.
///
/// No credential is tried with two authenticators: the first one that handles its kind accepts or
/// refuses it. A bad credential is never treated as a missing one.
package struct Authentication: Sendable {
  let authenticators: [any Authenticator]

  /// - Parameter authenticators: in the order in which they are tried: tokens before API keys,
  ///   because both may be sent as a Bearer token.
  package init(_ authenticators: [any Authenticator]) { self.authenticators = authenticators }

  /// - Throws: `AuthenticationError`, for the audit log only.
  package func authenticate(_ credential: Credential, from client: Client)
    async throws(AuthenticationError) -> Identity
  {
    if let authenticator = authenticator(for: credential) {
      return try await authenticator.authenticate(credential, from: client)
    }
    switch credential {
    case .none: throw .missingCredential
    case .malformed: throw .malformedCredential
    case .ambiguous: throw .ambiguousCredential
    case .apiKey, .bearer, .password: throw .unsupportedCredential
    }
  }

  /// See `Authenticator.recall`.
  package func recall(_ credential: Credential, from client: Client) -> Identity? {
    authenticator(for: credential)?.recall(credential, from: client)
  }

  /// See `Authenticator.canBeGuessed`.
  package func canBeGuessed(_ credential: Credential) -> Bool {
    authenticator(for: credential)?.canBeGuessed(credential) ?? false
  }

  private func authenticator(for credential: Credential) -> (any Authenticator)? {
    authenticators.first { $0.handles(credential) }
  }
}
