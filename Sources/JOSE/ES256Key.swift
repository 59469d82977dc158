package import Crypto
package import JSON
private import Support

/// A private key that signs with ES256 (RFC 7518 §3.4), and the JWK of its public key.
package struct ES256Key: Sendable {
  /// The `kid` of the tokens that it signs: the thumbprint of the public key (RFC 7638 §3).
  package let id: String
  /// The public key, for a JWK set (RFC 7517 §4, RFC 7518 §6.2.1).
  package let publicJWK: JSONValue

  private let key: SigningKey

  package init(_ key: SigningKey) {
    let (x, y) = (Base64.url.text(of: key.x), Base64.url.text(of: key.y))
    // RFC 7638 §3.2: the required members in lexical order.
    let digest = SHA256Digest(
      of: Array(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8))
    id = Base64.url.text(of: digest.bytes)
    publicJWK = [
      "kty": "EC", "crv": "P-256", "x": .string(x), "y": .string(y), "kid": .string(id),
      "use": "sig", "alg": "ES256",
    ]
    self.key = key
  }

  /// A JWT with a signature of this key (RFC 7519 §7.1). Each call returns another signature.
  /// - Parameter type: `typ` (RFC 8725 §3.11), such as `at+jwt`.
  package func sign(_ claims: JSONObject, as type: String) -> String {
    let header: JSONValue = ["alg": "ES256", "kid": .string(id), "typ": .string(type)]
    return CompactJWS.text(
      header: header.serialized(), payload: JSONValue.object(claims).serialized(),
      sign: key.signature(of:))
  }
}
