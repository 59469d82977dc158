private import Support

/// Authenticates a caller by an access token.
package struct TokenAuthenticator: Authenticator {
  private let verifier: AccessTokenVerifier
  private let areKeysBearers: Bool

  /// - Parameter areKeysBearers: whether an API key may be sent as a Bearer token too. Then only a
  ///   text with three parts is an access token (RFC 7515 §7.1); otherwise every Bearer token is
  ///   one.
  package init(_ verifier: AccessTokenVerifier, areKeysBearers: Bool = false) {
    self.verifier = verifier
    self.areKeysBearers = areKeysBearers
  }

  package var scheme: Challenge.Scheme? { .bearer }

  /// Whether the secret that signs the tokens may be short or a known word.
  package func canBeGuessed(_: Credential) -> Bool { verifier.canBeGuessed }

  package func handles(_ credential: Credential) -> Bool {
    guard case .bearer(let secret) = credential else { return false }
    return !areKeysBearers || secret.exposed.utf8.count { $0 == UInt8(ascii: ".") } == 2
  }

  package func authenticate(_ credential: Credential, from _: Client)
    async throws(AuthenticationError) -> Identity
  {
    guard case .bearer(let token) = credential else { throw .unsupportedCredential }
    return Identity(try await verifier.verify(token, as: .accessToken))
  }
}

/// Authenticates a caller who presents a refresh token that has not been used yet. The token is
/// used up later, by `TokenIssuer.refresh`.
package struct RefreshTokenAuthenticator: Authenticator {
  private let issuer: TokenIssuer

  package init(_ issuer: TokenIssuer) { self.issuer = issuer }

  package var scheme: Challenge.Scheme? { .bearer }

  package func handles(_ credential: Credential) -> Bool {
    if case .bearer = credential { true } else { false }
  }

  /// A used refresh token revokes its family here, before the arguments of the call are read
  /// (RFC 9700 §4.14.2, ATTACKS T33).
  package func authenticate(_ credential: Credential, from _: Client)
    async throws(AuthenticationError) -> Identity
  {
    guard case .bearer(let token) = credential else { throw .unsupportedCredential }
    let claims = try await issuer.verifier.verify(token, as: .refreshToken)
    try await issuer.checkUnused(claims)
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
