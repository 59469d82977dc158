package import Auth
package import JOSE
package import JSON
package import Support

/// The rules for the access tokens of an identity provider.
///
/// `verify(_:keys:now:)` applies all of them. Where the keys must first be fetched, make an
/// `UnverifiedToken`, find the key that its header names, and call `verify(_:with:now:)`.
package struct ProviderTokenPolicy: Sendable {
  package let issuer: String
  let audiences: [String]
  let types: Set<ProviderTokenType>
  let leeway: Duration
  let permissions: PermissionMap
  let namesInLog: Bool

  /// - Parameter issuer: the provider, as in `iss` (RFC 7519 §4.1.1).
  /// - Parameter audiences: the names of this server in `aud`. A token must have one of them.
  /// - Parameter types: `.accessToken` alone, unless the provider has none (RFC 9068 §2.1).
  /// - Parameter leeway: the largest difference between the clocks of the provider and this server.
  /// - Parameter namesInLog: whether the identity gets the name and the e-mail address of the user.
  package init(
    issuer: String, audiences: [String], types: Set<ProviderTokenType>,
    leeway: Duration = .seconds(30), permissions: PermissionMap, namesInLog: Bool
  ) {
    precondition(leeway >= .zero, "a leeway is negative")
    self.issuer = issuer
    self.audiences = audiences
    self.types = types
    self.leeway = leeway
    self.permissions = permissions
    self.namesInLog = namesInLog
  }

  /// Verifies a token and returns its caller. Each step uses only what the steps before it have
  /// checked.
  /// - Throws: `AuthenticationError.invalidToken`, `.boundToken`, `.notAnAccessToken`: the first
  ///   reason.
  package func verify(
    _ text: String, keys: PublicKeySet, now: WallTime
  ) throws(AuthenticationError) -> Identity {
    let token = try UnverifiedToken(text, for: self)
    let key: VerificationKey
    do throws(JWTError) {
      key = try keys.key(for: token.header)
    } catch {
      throw .invalidToken(error)
    }
    return try verify(token, with: key, now: now)
  }

  /// Verifies a token with the key that its header names.
  /// - Parameter key: what `PublicKeySet.key(for: token.header)` returned.
  /// - Throws: as `verify(_:keys:now:)`
  package func verify(
    _ token: UnverifiedToken, with key: VerificationKey, now: WallTime
  ) throws(AuthenticationError) -> Identity {
    let payload: JSONObject
    do throws(JWTError) {
      // Signature: RFC 7515 §5.2 (8)
      guard key.isValid(token.jws.signature, over: token.jws.signingInput) else {
        throw .wrongSignature
      }

      // RFC 7519 §7.2 (10)
      payload = try JSONObject(claims: token.jws.payload)
    } catch {
      throw .invalidToken(error)
    }
    return try identity(for: payload, type: token.type, now: now)
  }

  /// Checks the claims of a token whose origin is proved, and returns its caller.
  /// - Parameter type: all but `.accessToken` must show by their claims that they are no ID tokens.
  /// - Throws: as `verify(_:keys:now:)`
  package func identity(
    for payload: JSONObject, type: ProviderTokenType, now: WallTime
  ) throws(AuthenticationError) -> Identity {
    let claims: ProviderTokenClaims
    let (granted, limit): (PermissionSet, PermissionSet?)
    do throws(JWTError) {
      // Claims: RFC 9068 §2.2
      claims = try ProviderTokenClaims(payload)
      if type == .accessToken, claims.issuedAt == nil { throw .malformedClaim("iat") }
      (granted, limit) = try permissions.permissions(of: claims)

      // Policy: RFC 7519 §4.1, RFC 9068 §4, RFC 8725 §3.8 and §3.9
      guard claims.issuer.hasSameBytes(as: issuer) else { throw .wrongIssuer }
      guard claims.audience.contains(where: isOurs) else { throw .wrongAudience }
      guard claims.expiresAt > now - leeway else { throw .expired }  // at `exp` it is expired
      guard claims.notBefore ?? now <= now + leeway else { throw .notYetValid }
      guard claims.issuedAt ?? now <= now + leeway else { throw .issuedInTheFuture }
    } catch {
      throw .invalidToken(error)
    }
    // RFC 7800 §3.1, RFC 9449 §7.1, RFC 8705 §3: a stolen one must be of no use (ATTACKS O6).
    if payload["cnf"] != nil { throw .boundToken }
    // RFC 9068 §5, RFC 8725 §2.8 (ATTACKS O5)
    guard type == .accessToken || claims.areOfAnAccessToken else { throw .notAnAccessToken }
    return Identity(
      subject: claims.subject, method: .oauth, permissions: granted,
      provider: .init(
        issuer: issuer, client: claims.client, isClient: claims.isClient, limit: limit,
        name: namesInLog ? claims.name : nil, email: namesInLog ? claims.email : nil))
  }

  /// RFC 7519 §4.1.3: a value is compared as it was sent (ATTACKS O3).
  private func isOurs(_ audience: String) -> Bool {
    audiences.contains { $0.hasSameBytes(as: audience) }
  }
}
