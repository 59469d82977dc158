import Support
import JOSE
import TestSupport
import Testing

@testable import Auth

struct TokenSigningTests {
  @Test func writesInAFixedOrder() throws {
    let claims = try TokenClaims(
      issuer: "i", subject: "é", audience: ["a"], issuedAt: 1000, expiresAt: 2500,
      notBefore: 1001, identifier: "1", permissions: ["p", "q"], family: "f")
    let token = try CompactJWS(try TokenFixture.keys.sign(claims, as: .refreshToken))
    #expect(
      String(decoding: token.header, as: UTF8.self)
        == #"{"alg":"HS256","kid":"\#(TokenFixture.key.id)","typ":"refresh+jwt"}"#)
    #expect(
      String(decoding: token.payload, as: UTF8.self)
        == #"{"iss":"i","sub":"é","aud":"a","iat":1,"exp":2.500,"nbf":1.001,"jti":"1","#
        + #""permissions":["p","q"],"family":"f"}"#)
  }

  @Test func signsNothingThatNobodyCouldVerify() throws {
    let claims = try TokenClaims(
      issuer: "i", subject: "s", audience: ["a"], issuedAt: 0, expiresAt: 1, identifier: "1",
      permissions: [String(repeating: "p", count: 8192)])
    #expect(throws: JWTError.tooLong) {
      try TokenFixture.keys.sign(claims, as: .accessToken)
    }
  }

  /// Signed and verified claims are unchanged, and a second signature is the same.
  @Test func roundTripsRandomClaims() throws {
    var random = SplitMix64(seed: 7519)
    for _ in 0..<500 {
      let claims = try Self.claims(using: &random)
      let type = TokenType.allCases.randomElement(using: &random) ?? .accessToken
      let policy = AccessTokenPolicy(
        keys: TokenFixture.keys, issuer: claims.issuer,
        audience: claims.audience.randomElement(using: &random) ?? "")
      let token = try TokenFixture.keys.sign(claims, as: type)
      let now = WallTime(
        milliseconds: .random(
          in: claims.issuedAt.milliseconds..<claims.expiresAt.milliseconds, using: &random))
      #expect(try policy.verify(token, as: type, now: now) == claims)
      #expect(try TokenFixture.keys.sign(claims, as: type) == token)
    }
  }

  private static func claims(using random: inout SplitMix64) throws -> TokenClaims {
    func name(_ length: ClosedRange<Int>) -> String {
      let letters = Array("abcXYZ019:/.-_\"\\ éß漢😀\u{301}\u{2028}")
      var text = "a"
      for _ in 0..<Int.random(in: length, using: &random) {
        text.append(letters.randomElement(using: &random) ?? "a")
      }
      return text
    }
    func names(_ count: ClosedRange<Int>) -> [String] {
      (0..<Int.random(in: count, using: &random)).map { _ in name(0...12) }
    }
    let last = NumericDate.maximum.milliseconds
    let issuedAt = Int.random(in: 0..<last, using: &random)
    let isOptional = Bool.random(using: &random)
    return try TokenClaims(
      issuer: name(0...30), subject: Subject(constant: name(0...30)), audience: names(1...3),
      issuedAt: WallTime(milliseconds: issuedAt),
      expiresAt: WallTime(milliseconds: .random(in: issuedAt + 1...last, using: &random)),
      notBefore: isOptional ? WallTime(milliseconds: issuedAt) : nil, identifier: name(0...30),
      permissions: names(0...64), family: isOptional ? name(0...30) : nil)
  }
}
