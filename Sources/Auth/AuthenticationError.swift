private import Support
package import JOSE

/// Why authentication failed. The reason goes to the audit log only, never to the caller.
package enum AuthenticationError: Error, Sendable, Equatable {
  case missingCredential
  /// The credential is not a string, or is empty.
  case malformedCredential
  /// The request has two credentials (OAuth 2.1 §5.1: one method a request).
  case ambiguousCredential
  /// The server does not accept this kind of credential.
  case unsupportedCredential
  case unknownKey
  case expiredKey
  case unknownUser
  case wrongPassword
  case expiredUser
  case invalidToken(JWTError)
  case revokedToken
  /// A refresh token of another process, or of a family that has ended.
  case unknownFamily
  /// A refresh token that was used before (RFC 9700 §4.14.2).
  case replayedToken
  /// Too many passwords or tokens wait to be checked. This one was not checked.
  case overloaded
  /// A token with `cnf`: it is bound to a key of its client, which a Bearer token does not prove
  /// (RFC 7800 §3.1).
  case boundToken
  /// An ID token or a refresh token.
  case notAnAccessToken
  /// The identity provider says that the token is not active (RFC 7662 §2.2).
  case inactiveToken
  /// The identity provider did not answer, so the token was not checked.
  case providerUnavailable

  /// One word for the audit log.
  package var reason: String {
    switch self {
    case .missingCredential: "missing_credential"
    case .malformedCredential: "malformed_credential"
    case .ambiguousCredential: "ambiguous_credential"
    case .unsupportedCredential: "unsupported_credential"
    case .unknownKey: "unknown_key"
    case .expiredKey: "expired_key"
    case .unknownUser: "unknown_user"
    case .wrongPassword: "wrong_password"
    case .expiredUser: "expired_user"
    case .invalidToken(let failure): failure.reason
    case .revokedToken: "revoked_token"
    case .unknownFamily: "unknown_family"
    case .replayedToken: "replayed_token"
    case .overloaded: "overloaded"
    case .boundToken: "bound_token"
    case .notAnAccessToken: "not_an_access_token"
    case .inactiveToken: "inactive_token"
    case .providerUnavailable: "provider_unavailable"
    }
  }
}
