import JOSE
import Testing

@testable import Auth

/// The start and the end of a leeway of 60 s, to the millisecond (RFC 7519 §4.1.4 to §4.1.6).
struct LeewayTests {
  @Test(
    arguments: [
      ("exp, the last moment", ["exp": "1789999940.001"], nil),
      ("exp, past it", ["exp": "1789999940"], .expired),
      ("nbf, the first moment", ["nbf": "1790000060"], nil),
      ("nbf, before it", ["nbf": "1790000060.001"], .notYetValid),
      ("iat, the first moment", ["iat": "1790000060"], nil),
      ("iat, before it", ["iat": "1790000060.001"], .issuedInTheFuture),
    ] as [(String, [String: String?], JWTError?)])
  func ends(_ name: String, _ claims: [String: String?], _ expected: JWTError?) {
    let policy = AccessTokenPolicy(
      keys: TokenFixture.keys, issuer: "https://calculator", audience: "mcp", leeway: .seconds(60))
    #expect(TokenFixture.failure(TokenFixture.token(claims: claims), under: policy) == expected)
  }
}
