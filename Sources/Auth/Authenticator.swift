private import Support

/// Answers one question about a request: who sends it?
///
/// Each kind of credential has one authenticator. A transport extracts the credential; the
/// authenticator does not know the transport.
package protocol Authenticator: Sendable {
  /// Whether the credential is of this authenticator's kind. If it is, no other authenticator is
  /// asked, whatever comes of it.
  func handles(_ credential: Credential) -> Bool

  /// - Throws: `AuthenticationError`, the reason for the audit log alone.
  func authenticate(_ credential: Credential, from client: Client)
    async throws(AuthenticationError) -> Identity

  /// The identity, where `client` is known to have shown this same credential before. It takes no
  /// time, and `nil` says nothing about the credential.
  func recall(_ credential: Credential, from client: Client) -> Identity?

  /// Whether somebody could find a credential of this kind by guessing. An attempt is then charged to
  /// the client before it is checked (ATTACKS C16).
  var canBeGuessed: Bool { get }

  /// What a 401 asks for (RFC 9110 §11.6.1); `nil` where there is nothing to ask for.
  var scheme: Challenge.Scheme? { get }
}

extension Authenticator {
  package func recall(_: Credential, from _: Client) -> Identity? { nil }
  package var canBeGuessed: Bool { false }
}
