package import Auth
package import Support

/// Authenticates a caller by an access token that an identity provider signed (RFC 9068).
package struct ProviderTokenAuthenticator: Authenticator {
  private let policy: ProviderTokenPolicy
  private let keys: IssuerKeys
  private let now: @Sendable () -> WallTime

  package init(
    _ policy: ProviderTokenPolicy, keys: IssuerKeys, now: @escaping @Sendable () -> WallTime
  ) {
    self.policy = policy
    self.keys = keys
    self.now = now
  }

  package var scheme: Challenge.Scheme? { .bearer }

  package func handles(_ credential: Credential) -> Bool {
    if case .bearer = credential { true } else { false }
  }

  /// Reads the token before it asks for a key: a text that is no token causes no request.
  package func authenticate(_ credential: Credential, from _: Client)
    async throws(AuthenticationError) -> Identity
  {
    guard case .bearer(let text) = credential else { throw .unsupportedCredential }
    let token = try UnverifiedToken(text.exposed, for: policy)
    let key = try await keys.key(for: token.header)
    return try policy.verify(token, with: key, now: now())
  }
}
