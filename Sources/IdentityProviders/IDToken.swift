internal import Auth
private import Crypto
internal import JOSE
internal import JSON
internal import ResourceServer
internal import Support

/// An ID token that passed all rules of OpenID Connect Core 1.0 §3.1.3.7.
struct IDToken {
  /// The largest difference between the clocks of the provider and this server.
  static let leeway = Duration.seconds(30)
  private static let maximumGroups = 256

  let claims: JSONObject
  let subject: String
  let groups: [String]

  /// Each step uses only what the steps before it have checked.
  /// - Parameter nonce: of the sign-in for which the token was issued.
  /// - Throws: `AuthenticationError.invalidToken`, the first reason; `.providerUnavailable`.
  init(
    _ text: Secret, issuer: String, clientID: String, nonce: Secret, keys: IssuerKeys,
    now: @Sendable () -> WallTime
  ) async throws(AuthenticationError) {
    let jws: CompactJWS
    let header: JWSHeader
    do throws(JWTError) {
      jws = try CompactJWS(text.exposed)
      header = try JWSHeader(jws.header)
      // RFC 8725 §3.11: an access token and a logout token have other types.
      guard header.type == nil || header.hasType("jwt") else { throw .wrongType }
    } catch {
      throw .invalidToken(error)
    }
    // (7): the algorithm of a public key, never `none` or that of a secret.
    let key = try await keys.key(for: header)
    do throws(JWTError) {
      // (6), RFC 7515 §5.2 (8)
      guard key.isValid(jws.signature, over: jws.signingInput) else { throw .wrongSignature }
      let claims = try JSONObject(claims: jws.payload)
      let registered = try RegisteredClaims(claims)
      // (2)
      guard registered.issuer?.hasSameBytes(as: issuer) == true else { throw .wrongIssuer }
      // (3)
      let audience = registered.audience ?? []
      guard audience.contains(where: { $0.hasSameBytes(as: clientID) }) else {
        throw .wrongAudience
      }
      let party = try claims.claim("azp") { $0.string }
      guard party != nil || audience.count == 1 else { throw .malformedClaim("azp") }  // (4)
      guard party?.hasSameBytes(as: clientID) != false else { throw .wrongAudience }  // (5)
      let time = now()
      // (9)
      guard let expiresAt = registered.expiresAt else { throw .malformedClaim("exp") }
      guard expiresAt > time - Self.leeway else { throw .expired }
      guard registered.notBefore ?? time <= time + Self.leeway else { throw .notYetValid }
      // (10)
      guard let issuedAt = registered.issuedAt else { throw .malformedClaim("iat") }
      guard issuedAt <= time + Self.leeway else { throw .issuedInTheFuture }
      // (11): in constant time.
      guard let sent = try claims.claim("nonce", { $0.string }),
        SHA256Digest(of: sent.utf8).isEqual(to: SHA256Digest(of: nonce.exposed.utf8))
      else { throw .malformedClaim("nonce") }
      // §2
      guard let subject = registered.subject else { throw .malformedClaim("sub") }
      // ASVS 15.2.2, 16.4.1: bounded, without control characters.
      let groups = try claims.claim("groups") { $0.strings } ?? []
      guard groups.count <= Self.maximumGroups, groups.allSatisfy(Subject.isValid) else {
        throw .malformedClaim("groups")
      }
      self.claims = claims
      self.subject = subject
      self.groups = groups
    } catch {
      throw .invalidToken(error)
    }
  }
}
