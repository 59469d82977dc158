package import Support

/// An identity provider of the tests: what its tokens contain, and its signatures.
package enum TestIssuer {
  package static let url = "https://idp.example"
  /// The resource: the server that verifies the tokens.
  package static let audience = "https://mcp.example/mcp"
  package static let now = WallTime(milliseconds: 1_790_000_000_000)

  /// The claims of a valid access token (RFC 9068 §2.2): names and JSON texts.
  package static let claims: [(String, String)] = [
    ("iss", #""\#(url)""#), ("sub", #""anshika""#), ("aud", #""\#(audience)""#),
    ("iat", "1790000000"), ("exp", "1790003600"), ("jti", #""1""#),
    ("client_id", #""agent""#), ("scope", #""calculate:basic""#),
  ]

  /// The header of a token that `key` signs: names and JSON texts.
  package static func header(of key: TestSigningKey) -> [(String, String)] {
    [
      ("alg", #""\#(key.algorithm.rawValue)""#), ("kid", #""\#(key.id)""#),
      ("typ", #""at+jwt""#),
    ]
  }

  /// A token with a valid signature. A change has the name of a member, old or new, and its JSON
  /// text; `nil` removes it.
  package static func token(
    _ claims: [String: String?] = [:], header: [String: String?] = [:],
    key: TestSigningKey = .ed25519
  ) -> String {
    token(
      header: TokenAttack.text(self.header(of: key), header),
      payload: TokenAttack.text(self.claims, claims), key: key)
  }

  /// The texts of a header and of a payload, whatever they are, with a valid signature.
  package static func token(
    header: String, payload: String, key: TestSigningKey = .ed25519
  ) -> String {
    let input =
      Base64.url.text(of: Array(header.utf8)) + "." + Base64.url.text(of: Array(payload.utf8))
    return input + "." + Base64.url.text(of: key.signature(of: input))
  }

  /// The JWK set of the provider (RFC 7517 §5).
  package static func jwks(_ keys: TestSigningKey...) -> String { jwks(keys.map { $0.jwk() }) }

  /// A set of any JSON texts.
  package static func jwks(_ jwks: [String]) -> String {
    #"{"keys":[\#(jwks.joined(separator: ","))]}"#
  }
}
