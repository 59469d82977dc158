private import Support

/// Why a token is refused. For the audit log and the person at the terminal: a caller on the wire
/// is told the same whatever the case.
package enum TokenFailure: String, Error, Sendable, CaseIterable {
  /// Over 8 KiB.
  case tooLong = "token_too_long"
  case notThreeParts = "not_three_parts"
  case notBase64URL = "not_base64url"

  /// Of the header: not strict JSON, or no object.
  case malformedHeader = "malformed_header"
  case criticalExtension = "critical_extension"
  case unencodedPayload = "unencoded_payload"
  /// The token brings the key, or a link to the key, that should verify it.
  case embeddedKey = "embedded_key"
  /// `typ` is missing, unknown, or that of another kind of token.
  case wrongType = "wrong_type"
  /// `kid` is missing or no string.
  case missingKeyID = "missing_kid"
  case unknownKey = "unknown_key"
  /// `alg` is missing, or not the key's.
  case wrongAlgorithm = "wrong_algorithm"
  case wrongSignature = "wrong_signature"

  /// Of the payload: not strict JSON, or no object.
  case malformedPayload = "malformed_payload"
  // A claim that is missing where it must be there, or of the wrong shape.
  case malformedIssuer = "malformed_iss"
  case malformedSubject = "malformed_sub"
  case malformedAudience = "malformed_aud"
  case malformedIssueTime = "malformed_iat"
  case malformedExpiry = "malformed_exp"
  case malformedNotBefore = "malformed_nbf"
  case malformedIdentifier = "malformed_jti"
  case malformedPermissions = "malformed_permissions"
  case malformedFamily = "malformed_family"

  case wrongIssuer = "wrong_issuer"
  case wrongAudience = "wrong_audience"
  case expired
  case notYetValid = "not_yet_valid"
  case issuedInTheFuture = "issued_in_the_future"
}
