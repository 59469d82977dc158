private import Support

/// Two credentials in one request: nobody can say which of them counts (OAuth 2.1 §5.1).
///
/// On the wire it is 400 with `invalid_request` (RFC 6750 §3.1).
package struct CredentialConflict: Error, Sendable, Equatable {
  package init() {}
}
