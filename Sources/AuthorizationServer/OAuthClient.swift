package import Auth
package import Crypto
private import JSON
package import OAuth
private import Support

/// A client of the authorization server (RFC 6749 §2), whatever made it known.
package struct OAuthClient: Sendable {
  package let id: String
  package let name: String
  package let redirectURIs: [RedirectURI]
  package let grantTypes: Set<GrantType>
  /// The scopes that it may ask for; `nil`: all.
  package let scopes: [String]?
  /// `nil`: a public client, which has no secret.
  package let secret: SHA256Digest?

  package init(
    id: String, name: String, redirectURIs: [RedirectURI], grantTypes: Set<GrantType>,
    scopes: [String]?, secret: SHA256Digest?
  ) {
    self.id = id
    self.name = name
    self.redirectURIs = redirectURIs
    self.grantTypes = grantTypes
    self.scopes = scopes
    self.secret = secret
  }

  package var isPublic: Bool { secret == nil }

  /// Whether these credentials are those of this client (RFC 6749 §2.3).
  ///
  /// A public client that sends a secret is refused, and so is a confidential one that sends none: it
  /// would be known by its id alone, which is no secret.
  package func accepts(_ credentials: ClientCredentials) -> Bool {
    guard credentials.clientID.hasSameBytes(as: id) else { return false }
    switch credentials {
    case .none: return isPublic
    case .basic(_, let presented), .post(_, let presented):
      guard let secret else { return false }
      return SHA256Digest(of: presented.exposed.utf8).isEqual(to: secret)
    }
  }
}

/// Where clients are looked up.
package protocol ClientDirectory: Sendable {
  /// - Parameter client: the network client that asks, for the limits of outbound requests.
  /// - Returns: `nil` if there is no such client.
  /// - Throws: `OAuthProblem` if the client cannot be looked up now, or cannot be used.
  func client(_ id: String, for client: Client) async throws(OAuthProblem) -> OAuthClient?
}
