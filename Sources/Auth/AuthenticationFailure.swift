/// Why nobody was recognised. For the audit log: the caller is told the same whatever the case.
package enum AuthenticationFailure: String, Error, Sendable, CaseIterable {
  case missingCredential = "missing_credential"
  /// A credential that is no string, or an empty one.
  case malformedCredential = "malformed_credential"
  /// A credential in two places at once (OAuth 2.1 §5.1: one method a request).
  case ambiguousCredential = "ambiguous_credential"
  case unknownKey = "unknown_key"
}
