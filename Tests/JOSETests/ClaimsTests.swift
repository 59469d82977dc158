import JSON
import TestSupport
import Testing

@testable import JOSE

struct ClaimsTests {
  /// What must be accepted at the edges of what is refused.
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
    #expect(Fixture.failure(Fixture.token(claims: claims)) == nil)
  }

  /// RFC 7519 §2: exact milliseconds, never through floating point; what is finer is cut off.
  @Test(arguments: [
    ("0", 0), ("0.0", 0), ("0e5", 0), ("1", 1000), ("1.5", 1500), ("0.001", 1), ("0.0019", 1),
    ("0.0001", 0), ("1e-3", 1), ("1E-4", 0), ("1e3", 1_000_000), ("1e+3", 1_000_000),
    ("12.345678e2", 1_234_567), ("0.00001e5", 1000), ("1790000000.123", 1_790_000_000_123),
    ("1790000000.1239", 1_790_000_000_123), ("1.1", 1100), ("4.35", 4350), ("1.005", 1005),
    ("253402300799", 253_402_300_799_000), ("253402300799.9999", 253_402_300_799_999),
    ("2534023007999e-1", 253_402_300_799_900), ("1e-6144", 0), ("0e9223372036854775807", 0),
    ("0.00e-9223372036854775808", 0), ("1e11", 100_000_000_000_000),
  ])
  func readsTimes(_ text: String, _ milliseconds: Int) throws {
    #expect(NumericDate.milliseconds(try JSONParser.parse(Array(text.utf8))) == milliseconds)
  }

  @Test(arguments: [
    "253402300800", "2534023008e2", "1e12", "1e300", "99999999999999999999", "-1", "-0", "-0.0",
    "-1e-9", "null", "true", #""1""#, "[1]", "{}",
  ])
  func refusesTimes(_ text: String) throws {
    #expect(NumericDate.milliseconds(try JSONParser.parse(Array(text.utf8))) == nil)
  }

  @Test func aTimeThatIsNotThereIsNone() { #expect(NumericDate.milliseconds(nil) == nil) }

  /// Claims that are to be signed obey the rules of those that are read.
  @Test func refusesToExistMalformed() {
    func claims(
      issuer: String = "i", subject: String = "s", audience: [String] = ["a"], issuedAt: Int = 0,
      expiresAt: Int = 1, notBefore: Int? = nil, identifier: String = "1",
      permissions: [String] = [], family: String? = nil
    ) throws(TokenFailure) {
      _ = try Claims(
        issuer: issuer, subject: subject, audience: audience, issuedAt: issuedAt,
        expiresAt: expiresAt, notBefore: notBefore, identifier: identifier,
        permissions: permissions, family: family)
    }
    #expect(throws: Never.self) { try claims() }
    #expect(throws: TokenFailure.malformedIssuer) { try claims(issuer: "") }
    #expect(throws: TokenFailure.malformedSubject) { try claims(subject: "a\r\nb") }
    #expect(throws: TokenFailure.malformedAudience) { try claims(audience: []) }
    #expect(throws: TokenFailure.malformedIssueTime) { try claims(issuedAt: -1) }
    #expect(throws: TokenFailure.malformedExpiry) { try claims(expiresAt: .max) }
    #expect(throws: TokenFailure.malformedNotBefore) { try claims(notBefore: .min) }
    #expect(throws: TokenFailure.malformedIdentifier) { try claims(identifier: "") }
    #expect(throws: TokenFailure.malformedPermissions) {
      try claims(permissions: Array(repeating: "p", count: 65))
    }
    #expect(throws: TokenFailure.malformedFamily) { try claims(family: "\u{85}") }
  }
}
