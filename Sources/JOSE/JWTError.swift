private import Support

/// Why a token is refused. The reason goes to the log only: the caller gets the same answer for
/// every reason.
package enum JWTError: Error, Sendable, Equatable {
  /// Over 8 KiB.
  case tooLong
  case notThreeParts
  case notBase64URL

  /// The header is not strict JSON, or not an object.
  case malformedHeader
  case criticalExtension
  case unencodedPayload
  /// The header contains the key that verifies the token, or a link to it.
  case embeddedKey
  /// `typ` is missing or not the expected one.
  case wrongType
  /// `kid` is missing or not a string.
  case missingKeyID
  case unknownKey
  /// `alg` is missing or not the algorithm of the key.
  case wrongAlgorithm
  case wrongSignature

  /// The payload is not strict JSON, or not an object.
  case malformedPayload
  /// A mandatory claim is missing, or a claim has a wrong type. The name is one that the program
  /// looks for, never one that a token contains.
  case malformedClaim(String)

  case wrongIssuer
  case wrongAudience
  case expired
  case notYetValid
  case issuedInTheFuture

  /// The error as a single word, for the log.
  package var reason: String {
    switch self {
    case .tooLong: "token_too_long"
    case .notThreeParts: "not_three_parts"
    case .notBase64URL: "not_base64url"
    case .malformedHeader: "malformed_header"
    case .criticalExtension: "critical_extension"
    case .unencodedPayload: "unencoded_payload"
    case .embeddedKey: "embedded_key"
    case .wrongType: "wrong_type"
    case .missingKeyID: "missing_kid"
    case .unknownKey: "unknown_key"
    case .wrongAlgorithm: "wrong_algorithm"
    case .wrongSignature: "wrong_signature"
    case .malformedPayload: "malformed_payload"
    case .malformedClaim(let name): "malformed_\(name)"
    case .wrongIssuer: "wrong_issuer"
    case .wrongAudience: "wrong_audience"
    case .expired: "expired"
    case .notYetValid: "not_yet_valid"
    case .issuedInTheFuture: "issued_in_the_future"
    }
  }
}
