private import Support

/// What a token says (RFC 7519 §4.1, RFC 9068 §2.2). Times are in milliseconds since 1970.
///
/// A value that exists is complete and well-formed, whether it was read or is to be signed.
package struct Claims: Sendable, Equatable {
  package static let maximumPermissions = 64
  /// Of subject, identifier and family, in bytes of UTF-8.
  package static let maximumNameLength = 256

  package let issuer: String
  package let subject: String
  package let audience: [String]
  package let issuedAt: Int
  package let expiresAt: Int
  package let notBefore: Int?
  /// `jti`, which a revocation names (RFC 7519 §4.1.7).
  package let identifier: String
  package let permissions: [String]
  /// What all tokens have in common that descend from one refresh token (RFC 9700 §4.14.2).
  package let family: String?

  /// - Throws: `TokenFailure.malformed…` with the first claim that is wrong.
  package init(
    issuer: String, subject: String, audience: [String], issuedAt: Int, expiresAt: Int,
    notBefore: Int? = nil, identifier: String, permissions: [String], family: String? = nil
  ) throws(TokenFailure) {
    guard !issuer.isEmpty else { throw .malformedIssuer }
    guard Self.isName(subject) else { throw .malformedSubject }
    guard !audience.isEmpty else { throw .malformedAudience }
    guard Self.isTime(issuedAt) else { throw .malformedIssueTime }
    guard Self.isTime(expiresAt) else { throw .malformedExpiry }
    guard notBefore.map(Self.isTime) ?? true else { throw .malformedNotBefore }
    guard Self.isName(identifier) else { throw .malformedIdentifier }
    guard permissions.count <= Self.maximumPermissions else { throw .malformedPermissions }
    guard family.map(Self.isName) ?? true else { throw .malformedFamily }
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

  /// 1 to 256 bytes without control characters (U+0000 to U+001F, U+007F to U+009F), so that no
  /// log and no list of the revoked suffers from it.
  package static func isName(_ text: String) -> Bool {
    guard 1...maximumNameLength ~= text.utf8.count else { return false }
    // Visible ASCII, as nearly always, is looked at faster byte by byte, where the bytes lie.
    let isVisibleASCII = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
      unsafe bytes.allSatisfy { $0 &- 0x20 < 0x5F }
    }
    return isVisibleASCII == true
      || text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }
  }

  private static func isTime(_ milliseconds: Int) -> Bool {
    0...NumericDate.maximum ~= milliseconds
  }
}
