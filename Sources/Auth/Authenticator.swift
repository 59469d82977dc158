private import Support

/// Finds out who sent a request, by one kind of credential.
///
/// Each kind of credential has one authenticator. A transport extracts the credential; the
/// authenticator does not know the transport.
package protocol Authenticator: Sendable {
  /// Whether the credential is of this authenticator's kind. If it is, no other authenticator is
  /// tried, even after an error.
  func handles(_ credential: Credential) -> Bool

  /// - Throws: `AuthenticationError`, for the audit log only.
  func authenticate(_ credential: Credential, from client: Client)
    async throws(AuthenticationError) -> Identity

  /// The identity, if `client` was authenticated with the same credential before and the result is
  /// cached. It does no slow work. `nil` does not mean that the credential is wrong.
  func recall(_ credential: Credential, from client: Client) -> Identity?

  /// Whether an attempt with this credential is charged to the client before it is checked: because
  /// an attacker could guess a credential of this kind (ATTACKS C16), or because the check costs a
  /// request to an identity provider (ATTACKS O26).
  func canBeGuessed(_ credential: Credential) -> Bool

  /// The scheme of the challenge in a 401 (RFC 9110 §11.6.1); `nil` for no challenge.
  var scheme: Challenge.Scheme? { get }
}

extension Authenticator {
  package func recall(_: Credential, from _: Client) -> Identity? { nil }
  package func canBeGuessed(_: Credential) -> Bool { false }
}
