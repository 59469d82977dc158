package import Support

/// Authenticates a caller by an access token.
package struct TokenAuthenticator: Authenticator {
  private let verifier: AccessTokenVerifier

  package init(_ verifier: AccessTokenVerifier) { self.verifier = verifier }

  /// Whether the secret that signs the tokens may be short or a known word.
  package var canBeGuessed: Bool { verifier.canBeGuessed }

  package func authenticate(_ credential: PresentedToken) throws(AuthenticationFailure)
    -> Identity?
  {
    guard let token = try credential.secret else { return nil }
    return try identity(of: token)
  }

  /// The subject of a valid token.
  package func identity(of token: Secret) throws(AuthenticationFailure) -> Identity {
    Identity(try verifier.verify(token, as: .accessToken))
  }
}

/// Authenticates a caller by a refresh token that was not used before.
package struct RefreshTokenAuthenticator: Authenticator {
  private let issuer: TokenIssuer

  package init(_ issuer: TokenIssuer) { self.issuer = issuer }

  /// A used refresh token revokes its family here, before the arguments of the call are read
  /// (RFC 9700 §4.14.2, ATTACKS T33).
  package func authenticate(_ credential: PresentedToken) throws(AuthenticationFailure)
    -> Identity?
  {
    guard let token = try credential.secret else { return nil }
    let claims = try issuer.verifier.verify(token, as: .refreshToken)
    try issuer.checkUnused(claims)
    return Identity(claims)
  }
}

extension Identity {
  /// The subject of a verified token.
  fileprivate init(_ claims: TokenClaims) {
    self.init(
      subject: claims.subject, method: .jwt, permissions: claims.permissionSet, claims: claims)
  }
}
