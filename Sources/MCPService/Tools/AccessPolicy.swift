package import Support
package import Auth
private import JOSE

/// The access policy of a tool over stdio: where its credential is, which authenticators accept it,
/// and the message after a failure.
package struct AccessPolicy: Sendable {
  package let slot: CredentialSlot
  let authentication: Authentication
  /// The message for every failed authentication. It does not depend on the reason.
  let failureText: String

  /// API keys as `auth_token`. If none is required, a caller without a key is a guest.
  /// - Parameter keys: `nil` if the server has no keys. Then no key is required, and a caller who
  ///   sends one is a guest too.
  package static func apiKey(
    _ keys: APIKeyStore?, required: Bool, guests: Role, now: @escaping @Sendable () -> WallTime
  ) -> AccessPolicy {
    var authenticators: [any Authenticator] = []
    if let keys { authenticators.append(APIKeyAuthenticator(keys, now: now)) }
    if !required {
      authenticators.append(GuestAuthenticator(role: guests, ignoresCredentials: keys == nil))
    }
    return AccessPolicy(
      slot: .apiKey, authentication: Authentication(authenticators),
      failureText: "Authentication failed")
  }

  /// Tokens of one type.
  package static func token(_ authenticator: any Authenticator, in slot: CredentialSlot)
    -> AccessPolicy
  {
    AccessPolicy(
      slot: slot, authentication: Authentication([authenticator]),
      failureText: "Invalid or expired JWT token")
  }
}
