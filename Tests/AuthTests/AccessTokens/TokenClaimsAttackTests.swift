import JOSE
import TestSupport
import Testing

@testable import Auth

/// Payloads with a valid signature that do not fit into a row of `TokenAttack`.
struct TokenClaimsAttackTests {
  /// T22: 10,000 permissions, below every limit of length.
  @Test func refusesTenThousandPermissionsInAPayload() {
    let payload = TokenFixture.text(
      TokenAttack.claims, ["permissions": TokenAttack.strings(10_000)])
    #expect(throws: JWTError.malformedClaim("permissions")) {
      try TokenClaims(payload: Array(payload.utf8))
    }
  }

  /// RFC 7519 §3: the claims are UTF-8. T25.
  @Test(arguments: ["UTF-16LE", "UTF-16BE", "UTF-16 with a byte-order mark", "ISO-8859-1"])
  func refusesOtherEncodings(_ name: String) {
    let text = TokenFixture.text(TokenAttack.claims, ["sub": #""é""#])
    let units = Array(text.utf16)
    let bytes: [UInt8] =
      switch name {
      case "UTF-16LE": units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      case "UTF-16BE": units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
      case "ISO-8859-1": units.map { UInt8(truncatingIfNeeded: $0) }
      default: [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
      }
    #expect(TokenFixture.failure(TokenFixture.token(payload: bytes)) == .malformedPayload)
  }

  /// RFC 7519 §7.3: issuer and audience are compared by bytes. A composed and a decomposed text
  /// differ.
  @Test func comparesIssuerAndAudienceByBytes() {
    let policy = AccessTokenPolicy(
      keys: TokenFixture.keys, issuer: "\u{E9}", audience: "\u{E9}")
    func failure(_ iss: String, _ aud: String) -> JWTError? {
      let token = TokenFixture.token(claims: ["iss": "\"\(iss)\"", "aud": "\"\(aud)\""])
      return TokenFixture.failure(token, under: policy)
    }
    #expect(failure("\u{E9}", "\u{E9}") == nil)
    #expect(failure("e\u{301}", "\u{E9}") == .wrongIssuer)
    #expect(failure("\u{E9}", "e\u{301}") == .wrongAudience)
  }
}
