private import Support

/// Answers one question about a request: who is it?
///
/// `nil` means that no credential of this kind is there; somebody else may know the caller.
/// An error means that there is one and it is bad: nobody else may then accept the request.
package protocol Authenticator<Credential>: Sendable {
  associatedtype Credential: Sendable

  /// - Throws: `AuthenticationFailure`, the reason for the audit log alone.
  func authenticate(_ credential: Credential) throws(AuthenticationFailure) -> Identity?
}
