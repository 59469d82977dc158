package import Support

/// Recognises a caller by a token of one type.
package struct TokenAuthenticator: Authenticator {
  private let authority: TokenAuthority
  private let type: TokenType

  package init(_ authority: TokenAuthority, accepts type: TokenType) {
    self.authority = authority
    self.type = type
  }

  /// Whether the secret that signs them may be short or a known word.
  package var canBeGuessed: Bool { authority.canBeGuessed }

  package func authenticate(_ credential: PresentedToken) throws(AuthenticationFailure)
    -> Identity?
  {
    guard let token = try credential.secret else { return nil }
    return try identity(of: token)
  }

  /// The subject of a valid token, with those of its permissions that this server knows.
  ///
  /// A refresh token that was used before ends its family here, before anything reads the arguments
  /// of the call (RFC 9700 §4.14.2, ATTACKS T33).
  package func identity(of token: Secret) throws(AuthenticationFailure) -> Identity {
    let claims = try authority.verify(token, as: type)
    if type == .refreshToken { try authority.checkUnused(claims) }
    return Identity(
      subject: claims.subject, method: .jwt,
      // RFC 6749 §3.3, ATTACKS T34: a name that this server does not know grants nothing.
      permissions: PermissionSet(claims.permissions.compactMap(Permission.init)), claims: claims)
  }
}
