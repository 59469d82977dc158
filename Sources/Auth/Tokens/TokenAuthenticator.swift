package import JWT

/// Recognises a caller by a token of one type.
package struct TokenAuthenticator: Authenticator {
  private let authority: TokenAuthority
  private let type: TokenType

  package init(_ authority: TokenAuthority, accepts type: TokenType) {
    self.authority = authority
    self.type = type
  }

  package func authenticate(_ credential: PresentedToken) throws(AuthenticationFailure)
    -> Identity?
  {
    guard let token = try credential.secret else { return nil }
    return try identity(of: token)
  }

  /// Whose token it is.
  package func identity(of token: Secret) throws(AuthenticationFailure) -> Identity {
    let claims = try authority.verify(token, as: type)
    var permissions: PermissionSet = []
    for name in claims.permissions {
      guard let permission = Permission(rawValue: name) else { throw .unknownPermission }
      permissions.insert(permission)
    }
    return Identity(
      subject: claims.subject, method: .jwt, permissions: permissions, claims: claims)
  }
}
