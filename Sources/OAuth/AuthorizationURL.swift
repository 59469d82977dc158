private import Crypto
package import Support

/// The address of an authorization request to another server (RFC 6749 §4.1.1).
package enum AuthorizationURL {
  /// - Parameter endpoint: its query stays (RFC 6749 §3.1).
  package static func text(
    _ endpoint: String, _ parameters: [(name: String, value: String)]
  ) -> String {
    let query = FormBody.encoded(parameters).flatMap { byte in
      // Not every server reads `+` as a space, and all read `%20` so.
      byte == UInt8(ascii: "+") ? Array("%20".utf8) : [byte]
    }
    return endpoint + (endpoint.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")
      + String(decoding: query, as: UTF8.self)
  }

  /// RFC 7636 §4.2: the server learns only the digest, until it gets the code back.
  package static func challenge(of verifier: Secret) -> [(name: String, value: String)] {
    let digest = SHA256Digest(of: verifier.exposed.utf8)
    return [
      ("code_challenge", Base64.url.text(of: digest.bytes)),
      ("code_challenge_method", CodeChallenge.method),
    ]
  }
}
