package import Support
package import Auth
private import JOSE

/// Who may call a tool over stdio: where the credential stands, who authenticates it, and what goes
/// back where that fails.
package struct AccessPolicy: Sendable {
  package let slot: CredentialSlot
  let authentication: Authentication
  /// The same words whatever was wrong.
  let refusal: String

  /// API keys as `auth_token`; where none is required, a caller without one is a guest.
  /// - Parameter keys: `nil` where the server has no keys: then nothing is required, and a caller
  ///   who sends a key is a guest too.
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
      refusal: "Authentication failed")
  }

  /// Tokens of one type.
  package static func token(_ authenticator: any Authenticator, in slot: CredentialSlot)
    -> AccessPolicy
  {
    AccessPolicy(
      slot: slot, authentication: Authentication([authenticator]),
      refusal: "Invalid or expired JWT token")
  }
}
