package import Support

/// An access token and the refresh token that gets the next one (RFC 6749 §5.1).
package struct TokenPair: Sendable {
  package let accessToken: Secret
  package let refreshToken: Secret
  /// The `jti` of the refresh token.
  let refreshIdentifier: String
  /// In milliseconds since 1970; of the access token.
  package let issuedAt: Int
  package let expiresAt: Int
  /// Always in the same order.
  package let permissions: [Permission]
}
