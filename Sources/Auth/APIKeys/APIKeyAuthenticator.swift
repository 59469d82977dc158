package import Support

/// Authenticates a caller by an API key.
package struct APIKeyAuthenticator: Authenticator {
  private let keys: APIKeyStore
  private let now: @Sendable () -> WallTime

  /// - Parameter now: the wall clock, for keys that expire.
  package init(_ keys: APIKeyStore, now: @escaping @Sendable () -> WallTime) {
    self.keys = keys
    self.now = now
  }

  package var scheme: Challenge.Scheme? { .bearer }

  /// Handles a key from `X-API-Key`, from a tool argument, or from a Bearer token that no token
  /// authenticator handles.
  package func handles(_ credential: Credential) -> Bool { Self.key(in: credential) != nil }

  /// - Throws: `AuthenticationError.malformedCredential`, `.unknownKey`, `.expiredKey`.
  package func authenticate(_ credential: Credential, from _: Client)
    async throws(AuthenticationError) -> Identity
  {
    guard let secret = Self.key(in: credential) else { throw .unsupportedCredential }
    guard APIKeyList.isPossible(secret.exposed) else { throw .malformedCredential }
    guard let key = keys.key(for: secret) else { throw .unknownKey }
    if let expires = key.expires, now() >= expires { throw .expiredKey }
    return Identity(subject: key.name, method: .apiKey, permissions: key.role.permissions)
  }

  /// Whether some keys may be short or known words.
  package func canBeGuessed(_: Credential) -> Bool { keys.canBeGuessed }

  private static func key(in credential: Credential) -> Secret? {
    switch credential {
    case .apiKey(let secret), .bearer(let secret): secret
    case .none, .password, .malformed, .ambiguous: nil
    }
  }
}
