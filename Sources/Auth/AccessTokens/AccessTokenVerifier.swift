private import JSON
private import Support
package import JOSE

/// Decides whether a token is from us, for us and valid now.
package struct AccessTokenVerifier: Sendable {
  private let keys: KeySet
  /// RFC 7519 §4.1.1, §4.1.3
  private let issuer: String
  private let audience: String
  private let leeway: Int

  /// - Parameter leeway: how far the issuer's clock may differ from ours, in milliseconds.
  package init(keys: KeySet, issuer: String, audience: String, leeway: Int = 0) {
    precondition(leeway >= 0, "a leeway is negative")
    self.keys = keys
    self.issuer = issuer
    self.audience = audience
    self.leeway = leeway
  }

  /// The claims of a token of this type. Each step relies only on what the steps before it checked.
  ///
  /// `now` is in milliseconds since 1970.
  /// - Throws: `JWTError` with the first reason.
  package func verify(_ text: String, as type: TokenType, now: Int) throws(JWTError) -> TokenClaims
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
    guard claims.expiresAt > now - leeway else { throw .expired }  // at exp it is expired
    guard claims.notBefore ?? 0 <= now + leeway else { throw .notYetValid }
    guard claims.issuedAt <= now + leeway else { throw .issuedInTheFuture }
    return claims
  }
}
