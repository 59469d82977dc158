private import Support

/// How a client authenticates at the token endpoint (RFC 7591 §2).
package enum ClientAuthenticationMethod: String, Sendable, CaseIterable {
  /// A public client.
  case none
  case basic = "client_secret_basic"
  case post = "client_secret_post"
}

/// The grants that this server knows (RFC 7591 §2).
package enum GrantType: String, Sendable, CaseIterable {
  case authorizationCode = "authorization_code"
  case refreshToken = "refresh_token"
}
