package import Support
private import Synchronization

/// Recognises a caller by an API key over HTTP; the keys can be replaced while requests come in.
package final class KeyAuthenticator: Sendable {
  private let keys: Mutex<NamedKeys>
  private let now: @Sendable () -> WallTime

  package init(_ keys: NamedKeys, now: @escaping @Sendable () -> WallTime) {
    self.keys = Mutex(keys)
    self.now = now
  }

  /// From the next request on, `new` are the keys.
  package func replace(with new: NamedKeys) { keys.withLock { $0 = new } }

  /// Whether some of the keys may be short or known words.
  package var canBeGuessed: Bool { keys.withLock { $0.canBeGuessed } }

  /// Whose key it is.
  /// - Throws: `AuthenticationFailure.malformedCredential`, `.unknownKey`, `.expiredKey`.
  package func identity(of secret: Secret) throws(AuthenticationFailure) -> Identity {
    guard APIKeys.isPossible(secret.exposed) else { throw .malformedCredential }
    guard let key = keys.withLock({ $0 }).key(for: secret) else { throw .unknownKey }
    if let expires = key.expires, now().milliseconds >= expires.milliseconds { throw .expiredKey }
    return Identity(subject: key.name, method: .apiKey, permissions: key.role.permissions)
  }
}
