private import Support
private import Synchronization

/// Recognises a caller by an API key; the keys can be replaced while requests come in.
package final class APIKeyAuthenticator: Authenticator {
  private let keys: Mutex<APIKeys>
  private let role: Role

  package init(keys: APIKeys, role: Role = .standard) {
    self.keys = Mutex(keys)
    self.role = role
  }

  /// From the next request on, `new` are the keys.
  package func replaceKeys(with new: APIKeys) {
    keys.withLock { $0 = new }
  }

  package func authenticate(_ credential: PresentedToken) throws(AuthenticationFailure)
    -> Identity?
  {
    guard let token = try credential.secret else { return nil }
    let keys = keys.withLock { $0 }
    guard let place = keys.place(of: token) else { throw .unknownKey }
    return Identity(subject: "key-\(place)", method: .apiKey, permissions: role.permissions)
  }
}
