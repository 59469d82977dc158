private import Support
package import JOSE
private import JSON

/// The claims of an access or refresh token: those of RFC 9068 §2.2, and two of our own. Times are
/// in milliseconds since 1970.
///
/// A value is always complete and well-formed, both after parsing and before signing.
package struct TokenClaims: Sendable, Equatable {
  package static let maximumPermissions = 64
  /// The longest subject, identifier or family, in bytes of UTF-8.
  package static let maximumNameLength = 256

  package let issuer: String
  package let subject: String
  package let audience: [String]
  package let issuedAt: Int
  package let expiresAt: Int
  package let notBefore: Int?
  /// `jti`, by which a token is revoked (RFC 7519 §4.1.7).
  package let identifier: String
  package let permissions: [String]
  /// The same for all tokens that descend from one refresh token (RFC 9700 §4.14.2).
  package let family: String?

  /// - Throws: `JWTError.malformedClaim` with the first invalid claim.
  package init(
    issuer: String, subject: String, audience: [String], issuedAt: Int, expiresAt: Int,
    notBefore: Int? = nil, identifier: String, permissions: [String], family: String? = nil
  ) throws(JWTError) {
    guard !issuer.isEmpty else { throw .malformedClaim("iss") }
    guard Self.isName(subject) else { throw .malformedClaim("sub") }
    guard !audience.isEmpty else { throw .malformedClaim("aud") }
    guard Self.isTime(issuedAt) else { throw .malformedClaim("iat") }
    guard Self.isTime(expiresAt) else { throw .malformedClaim("exp") }
    guard notBefore.map(Self.isTime) ?? true else { throw .malformedClaim("nbf") }
    guard Self.isName(identifier) else { throw .malformedClaim("jti") }
    guard permissions.count <= Self.maximumPermissions else {
      throw .malformedClaim("permissions")
    }
    guard family.map(Self.isName) ?? true else { throw .malformedClaim("family") }
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
    guard let subject = claims.subject else { throw .malformedClaim("sub") }
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
    var members = RegisteredClaims(
      issuer: issuer, subject: subject, audience: audience, issuedAt: issuedAt,
      expiresAt: expiresAt, notBefore: notBefore, identifier: identifier
    ).members
    members.append(("permissions", .array(permissions.map(JSONValue.string))))
    if let family { members.append(("family", .string(family))) }
    return JSONValue.object(JSONObject(members)).serialized()
  }

  /// 1 to 256 bytes without control characters (U+0000 to U+001F, U+007F to U+009F), which could
  /// forge lines of a log.
  package static func isName(_ text: String) -> Bool {
    1...maximumNameLength ~= text.utf8.count
      && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }
  }

  /// The permissions as a set. A name that is not a scope token is omitted (RFC 6749 §3.3). A name
  /// that this server does not know grants nothing (ATTACKS T34).
  var permissionSet: PermissionSet {
    PermissionSet(permissions.compactMap(Permission.init(rawValue:)))
  }

  private static func isTime(_ milliseconds: Int) -> Bool {
    0...NumericDate.maximum ~= milliseconds
  }
}

extension KeySet {
  /// Signs `claims` with the current key. The same claims always give the same text.
  /// - Throws: `JWTError.tooLong`
  package func sign(_ claims: TokenClaims, as type: TokenType) throws(JWTError) -> String {
    try sign(claims.payload, type: type.rawValue)
  }
}
