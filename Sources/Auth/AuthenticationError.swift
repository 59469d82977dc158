private import Support
package import JOSE

/// Why authentication failed. For the audit log: the caller gets the same answer in every case.
package enum AuthenticationError: Error, Sendable, Equatable {
  case missingCredential
  /// A credential that is no string, or an empty one.
  case malformedCredential
  /// A credential in two places at once (OAuth 2.1 §5.1: one method a request).
  case ambiguousCredential
  /// A credential of a kind that this server does not take.
  case unsupportedCredential
  case unknownKey
  case expiredKey
  case unknownUser
  case wrongPassword
  case expiredUser
  case invalidToken(JWTError)
  case revokedToken
  /// A refresh token of another process, or of a family that was ended.
  case unknownFamily
  /// A refresh token for the second time (RFC 9700 §4.14.2).
  case replayedToken
  /// Too many passwords wait to be checked: this one was not.
  case overloaded

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
    }
  }
}
