private import JSON
package import JOSE
package import Support

/// Verifies that this issuer signed a token for this audience, that it is valid now, and that it is
/// not revoked.
package struct AccessTokenVerifier: Sendable {
  private let policy: AccessTokenPolicy
  private let revocations: any RevocationStore
  private let now: @Sendable () -> WallTime

  package init(
    _ policy: AccessTokenPolicy, revocations: any RevocationStore,
    now: @escaping @Sendable () -> WallTime
  ) {
    self.policy = policy
    self.revocations = revocations
    self.now = now
  }

  /// Whether the secret that signs the tokens may be short or a known word.
  package var canBeGuessed: Bool { policy.canBeGuessed }

  /// Verifies a token of this type and returns its claims.
  /// - Throws: `AuthenticationError.invalidToken`, `.revokedToken`
  package func verify(_ token: Secret, as type: TokenType)
    async throws(AuthenticationError) -> TokenClaims
  {
    let claims: TokenClaims
    do throws(JWTError) {
      claims = try policy.verify(token.exposed, as: type, now: now())
    } catch {
      throw .invalidToken(error)
    }
    let isRevoked = await revocations.isRevoked(
      claims.identifier, of: claims.family, issuedAt: claims.issuedAt)
    guard !isRevoked else { throw .revokedToken }
    return claims
  }
}

/// The rules for a token: the keys that may sign it, its issuer and its audience.
package struct AccessTokenPolicy: Sendable {
  let keys: KeySet
  /// RFC 7519 §4.1.1, §4.1.3
  let issuer: String
  let audience: String
  /// The largest difference between the issuer's clock and the local one.
  let leeway: Duration
  /// Whether the secret may be short or a known word.
  let canBeGuessed: Bool

  package init(
    keys: KeySet, issuer: String, audience: String, leeway: Duration = .zero,
    canBeGuessed: Bool = false
  ) {
    precondition(leeway >= .zero, "a leeway is negative")
    self.keys = keys
    self.issuer = issuer
    self.audience = audience
    self.leeway = leeway
    self.canBeGuessed = canBeGuessed
  }

  /// Verifies a token of this type and returns its claims. Each step uses only what the steps
  /// before it have checked.
  /// - Throws: `JWTError` with the first reason.
  package func verify(_ text: String, as type: TokenType, now: WallTime) throws(JWTError)
    -> TokenClaims
  {
    // Length bound, split: RFC 7515 §5.2 (1), (2), (6), (7)
    let token = try CompactJWS(text)

    // Header: RFC 7515 §4, RFC 8725 §3.11
    let header = try JWSHeader(token.header)
    guard header.hasType(type.rawValue) else { throw .wrongType }

    // Key and algorithm: RFC 8725 §3.1
    let key = try keys.key(for: header)

    // Signature: RFC 7515 §5.2 (8)
    guard key.isValid(token.signature, over: token.signingInput) else { throw .wrongSignature }

    // Claims: RFC 7519 §7.2 (10), RFC 9068 §2.2
    let claims = try TokenClaims(payload: token.payload)

    // Policy: RFC 7519 §4.1, RFC 8725 §3.8 and §3.9
    guard claims.issuer.hasSameBytes(as: issuer) else { throw .wrongIssuer }
    guard claims.audience.contains(where: { $0.hasSameBytes(as: audience) }) else {
      throw .wrongAudience
    }
    guard claims.expiresAt > now - leeway else { throw .expired }  // at `exp` the token is expired
    guard claims.notBefore ?? now <= now + leeway else { throw .notYetValid }
    guard claims.issuedAt <= now + leeway else { throw .issuedInTheFuture }
    return claims
  }
}
