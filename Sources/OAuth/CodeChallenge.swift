internal import Crypto
internal import Support

/// The challenge of an authorization request (RFC 7636 §4.2): the SHA-256 digest of a verifier that
/// only the client knows.
///
/// `plain` does not exist here: a reader of the request could redeem the code (OAuth 2.1 §7.5.2).
package struct CodeChallenge: Sendable {
  /// The only value of `code_challenge_method`.
  package static let method = "S256"
  private static let length = 43

  private let digest: SHA256Digest

  /// `nil` unless the text is 43 characters of Base64 for URLs, which are exactly 32 bytes.
  package init?(_ text: String) {
    // RFC 7636 §4.2
    guard text.utf8.count == Self.length, let bytes = Base64.url.decode(Array(text.utf8)),
      let digest = SHA256Digest(bytes: bytes)
    else { return nil }
    self.digest = digest
  }

  /// Reads the parameters `code_challenge` and `code_challenge_method`.
  /// - Throws: `OAuthProblem` with `invalid_request` (RFC 7636 §4.4.1).
  package init(_ text: String?, method: String?) throws(OAuthProblem) {
    guard let text else { throw OAuthProblem(.invalidRequest, "A code_challenge is required.") }
    // RFC 7636 §4.3: without a method it would be plain.
    guard let method, method.utf8.elementsEqual(Self.method.utf8) else {
      throw OAuthProblem(.invalidRequest, "The code_challenge_method must be S256.")
    }
    guard let challenge = CodeChallenge(text) else {
      throw OAuthProblem(.invalidRequest, "The code_challenge is not 43 characters of base64url.")
    }
    self = challenge
  }

  /// The text that `init(_:)` reads.
  package var text: String { Base64.url.text(of: digest.bytes) }

  /// Whether the challenge was made from this verifier, in constant time (RFC 7636 §4.6).
  package func matches(_ verifier: CodeVerifier) -> Bool {
    digest.isEqual(to: SHA256Digest(of: verifier.secret.exposed.utf8))
  }
}
