package import Support

/// An authenticated caller: the subject, the method and the permissions, never the credential
/// itself.
package struct Identity: Sendable, Equatable {
  package enum Method: String, Sendable {
    case apiKey = "api_key"
    case jwt
    case basic
    case guest
  }

  /// A name for logs, such as the name of a key.
  package let subject: Subject
  package let method: Method
  package let permissions: PermissionSet
  /// The claims of the access token; `nil` for another method.
  package let claims: TokenClaims?

  package init(
    subject: Subject, method: Method, permissions: PermissionSet, claims: TokenClaims? = nil
  ) {
    self.subject = subject
    self.method = method
    self.permissions = permissions
    self.claims = claims
  }

  /// A caller without a credential, if guests are allowed.
  package static func guest(_ role: Role) -> Identity {
    Identity(subject: Subject(constant: "guest"), method: .guest, permissions: role.permissions)
  }
}
