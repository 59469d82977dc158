import Support
import JOSE
import TestSupport
import Testing

@testable import Auth

struct TokenClaimsTests {
  /// Accepted claims close to refused ones.
  @Test(
    arguments: [
      ("expires in a millisecond", ["exp": "1790000000.001"]),
      ("expires with the year 9999", ["exp": "253402300799.999"]),
      ("exp with a fraction", ["exp": "1790003600.25"]),
      ("exp with an exponent", ["exp": "1.7900036e9"]),
      ("exp with many zeros behind", ["exp": "1790003600.000000000000000000000000"]),
      ("nbf now", ["nbf": "1790000000"]),
      ("iat now, with a fraction that is cut off", ["iat": "1790000000.0009"]),
      ("iat in 1970", ["iat": "0"]),
      ("aud is an array with ours in it", ["aud": #"["other","mcp"]"#]),
      ("sub of 256 bytes", ["sub": TokenAttack.quoted("a", 256)]),
      ("sub of 128 letters of 2 bytes", ["sub": TokenAttack.quoted("é", 128)]),
      ("sub of one emoji", ["sub": #""😀""#]),
      ("no permissions at all", ["permissions": "[]"]),
      ("64 permissions", ["permissions": TokenAttack.strings(64)]),
      ("an unknown claim", ["scope": "{}"]),
    ] as [(String, [String: String?])])
  func accepts(_ name: String, _ claims: [String: String?]) {
    #expect(TokenFixture.failure(TokenFixture.token(claims: claims)) == nil)
  }

  /// Claims to be signed are checked like claims that are read.
  @Test func refusesToExistMalformed() {
    func claims(
      issuer: String = "i", subject: Subject = "s", audience: [String] = ["a"],
      issuedAt: WallTime = 0,
      expiresAt: WallTime = 1, notBefore: WallTime? = nil, identifier: String = "1",
      permissions: [String] = [], family: String? = nil
    ) throws(JWTError) {
      _ = try TokenClaims(
        issuer: issuer, subject: subject, audience: audience, issuedAt: issuedAt,
        expiresAt: expiresAt, notBefore: notBefore, identifier: identifier,
        permissions: permissions, family: family)
    }
    #expect(throws: Never.self) { try claims() }
    #expect(throws: JWTError.malformedClaim("iss")) { try claims(issuer: "") }
    #expect(throws: JWTError.malformedClaim("aud")) { try claims(audience: []) }
    #expect(throws: JWTError.malformedClaim("iat")) { try claims(issuedAt: -1) }
    #expect(throws: JWTError.malformedClaim("exp")) {
      try claims(expiresAt: WallTime(milliseconds: .max))
    }
    #expect(throws: JWTError.malformedClaim("nbf")) {
      try claims(notBefore: WallTime(milliseconds: .min))
    }
    #expect(throws: JWTError.malformedClaim("jti")) { try claims(identifier: "") }
    #expect(throws: JWTError.malformedClaim("permissions")) {
      try claims(permissions: Array(repeating: "p", count: 65))
    }
    #expect(throws: JWTError.malformedClaim("family")) { try claims(family: "\u{85}") }
  }
}
