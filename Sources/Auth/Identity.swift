package import Support

/// An authenticated caller: the subject, the method and the permissions, never the credential
/// itself.
package struct Identity: Sendable, Equatable {
  package enum Method: String, Sendable {
    case apiKey = "api_key"
    case jwt
    case basic
    case guest
    /// An access token of an identity provider.
    case oauth
  }

  /// What the token of an identity provider says about its caller.
  package struct Provider: Sendable, Equatable {
    /// `iss`: a subject means something only together with its issuer (RFC 7519 §4.1.2).
    package let issuer: String
    /// The client to which the token was issued; `nil` if the token does not name it.
    package let client: Subject?
    /// Whether the client acts for itself (RFC 6749 §4.4). The subject is then no user, even if a
    /// user has the same name.
    package let isClient: Bool
    /// The most that the caller may have with any scopes; `nil`: everything. A token with more scopes
    /// does not go beyond it.
    package let limit: PermissionSet?
    /// For the audit log, if a setting allows it.
    package let name: Subject?
    package let email: Subject?

    package init(
      issuer: String, client: Subject? = nil, isClient: Bool = false,
      limit: PermissionSet? = nil, name: Subject? = nil, email: Subject? = nil
    ) {
      self.issuer = issuer
      self.client = client
      self.isClient = isClient
      self.limit = limit
      self.name = name
      self.email = email
    }
  }

  /// A name for logs, such as the name of a key.
  package let subject: Subject
  package let method: Method
  package let permissions: PermissionSet
  /// The claims of the access token; `nil` for another method.
  package let claims: TokenClaims?
  /// `nil` unless `method` is `.oauth`.
  package let provider: Provider?

  package init(
    subject: Subject, method: Method, permissions: PermissionSet, claims: TokenClaims? = nil,
    provider: Provider? = nil
  ) {
    self.subject = subject
    self.method = method
    self.permissions = permissions
    self.claims = claims
    self.provider = provider
  }

  /// Whether a new token with more scopes may have the permission.
  package func mayGain(_ permission: Permission) -> Bool {
    provider?.limit?.contains(permission) ?? true
  }

  /// A caller without a credential, if guests are allowed.
  package static func guest(_ role: Role) -> Identity {
    Identity(subject: Subject(constant: "guest"), method: .guest, permissions: role.permissions)
  }
}
