private import Support

/// Who a caller is, how that was shown, and what they may do; never the credential itself.
package struct Identity: Sendable, Equatable {
  package enum Method: String, Sendable {
    case apiKey = "api_key"
    case jwt
    case basic
    case guest
  }

  /// A name for logs: which key, not what it is.
  package let subject: String
  package let method: Method
  package let permissions: PermissionSet
  /// What the token says that showed it; `nil` where it was no token.
  package let claims: TokenClaims?

  package init(
    subject: String, method: Method, permissions: PermissionSet, claims: TokenClaims? = nil
  ) {
    self.subject = subject
    self.method = method
    self.permissions = permissions
    self.claims = claims
  }

  /// Whoever comes without a credential, where that is allowed.
  package static func guest(_ role: Role) -> Identity {
    Identity(subject: "guest", method: .guest, permissions: role.permissions)
  }
}
