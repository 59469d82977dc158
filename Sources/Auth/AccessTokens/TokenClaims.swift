package import Support
package import JOSE
private import JSON

/// The claims of an access or refresh token: those of RFC 9068 §2.2, and two of our own.
///
/// A value is always complete and well-formed, both after parsing and before signing.
package struct TokenClaims: Sendable, Equatable {
  package static let maximumPermissions = 64

  package let issuer: String
  package let subject: Subject
  package let audience: [String]
  package let issuedAt: WallTime
  package let expiresAt: WallTime
  package let notBefore: WallTime?
  /// `jti`, by which a token is revoked (RFC 7519 §4.1.7).
  package let identifier: String
  package let permissions: [String]
  /// The same for all tokens that descend from one refresh token (RFC 9700 §4.14.2).
  package let family: String?

  /// - Throws: `JWTError.malformedClaim` with the first invalid claim.
  package init(
    issuer: String, subject: Subject, audience: [String], issuedAt: WallTime,
    expiresAt: WallTime, notBefore: WallTime? = nil, identifier: String, permissions: [String],
    family: String? = nil
  ) throws(JWTError) {
    guard !issuer.isEmpty else { throw .malformedClaim("iss") }
    guard !audience.isEmpty else { throw .malformedClaim("aud") }
    guard Self.isTime(issuedAt) else { throw .malformedClaim("iat") }
    guard Self.isTime(expiresAt) else { throw .malformedClaim("exp") }
    guard notBefore.map(Self.isTime) ?? true else { throw .malformedClaim("nbf") }
    guard Subject.isValid(identifier) else { throw .malformedClaim("jti") }
    guard permissions.count <= Self.maximumPermissions else {
      throw .malformedClaim("permissions")
    }
    guard family.map(Subject.isValid) ?? true else { throw .malformedClaim("family") }
    self.issuer = issuer
    self.subject = subject
    self.audience = audience
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.notBefore = notBefore
    self.identifier = identifier
    self.permissions = permissions
    self.family = family
  }

  /// Reads a payload. Unknown claims are ignored (RFC 7519 §4).
  /// - Throws: `JWTError.malformedPayload`, `.malformedClaim`
  package init(payload: [UInt8]) throws(JWTError) {
    let object = try JSONObject(claims: payload)
    let claims = try RegisteredClaims(object)
    let family = try object.claim("family") { $0.string }
    // RFC 9068 §2.2: mandatory. So are the permissions.
    guard let issuer = claims.issuer else { throw .malformedClaim("iss") }
    guard let subject = claims.subject.flatMap(Subject.init) else { throw .malformedClaim("sub") }
    guard let audience = claims.audience else { throw .malformedClaim("aud") }
    guard let issuedAt = claims.issuedAt else { throw .malformedClaim("iat") }
    guard let expiresAt = claims.expiresAt else { throw .malformedClaim("exp") }
    guard let identifier = claims.identifier else { throw .malformedClaim("jti") }
    // ASVS 15.3.5: a string of permissions is not split; "*" could be one of them.
    guard let permissions = object["permissions"]?.strings else {
      throw .malformedClaim("permissions")
    }
    try self.init(
      issuer: issuer, subject: subject, audience: audience, issuedAt: issuedAt,
      expiresAt: expiresAt, notBefore: claims.notBefore, identifier: identifier,
      permissions: permissions, family: family)
  }

  /// JSON text. The members are always in the same order.
  package var payload: [UInt8] {
    var members = RegisteredClaims.members(
      issuer: issuer, subject: subject.text, audience: audience, issuedAt: issuedAt,
      expiresAt: expiresAt, notBefore: notBefore, identifier: identifier)
    members.append(("permissions", .array(permissions.map(JSONValue.string))))
    if let family { members.append(("family", .string(family))) }
    return JSONValue.object(JSONObject(members)).serialized()
  }

  /// The permissions as a set. A name that is not a scope token is omitted (RFC 6749 §3.3). A name
  /// that this server does not know grants nothing (ATTACKS T34).
  var permissionSet: PermissionSet {
    PermissionSet(permissions.compactMap(Permission.init(rawValue:)))
  }

  private static func isTime(_ time: WallTime) -> Bool {
    WallTime(milliseconds: 0)...NumericDate.maximum ~= time
  }
}

extension KeySet {
  /// Signs `claims` with the current key. The same claims always give the same text.
  /// - Throws: `JWTError.tooLong`
  package func sign(_ claims: TokenClaims, as type: TokenType) throws(JWTError) -> String {
    try sign(claims.payload, type: type.rawValue)
  }
}
