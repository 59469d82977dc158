package import Support

/// What the token endpoint of a service returned.
package struct UpstreamTokens: Sendable {
  package let access: Secret
  /// `nil` if the service sent none: an old one stays valid (RFC 6749 §6).
  package let refresh: Secret?
  /// Of the access token, from the request on.
  package let lifetime: Duration
  /// `nil` if it is the one that was asked for (RFC 6749 §5.1), or if it cannot be read.
  package let scope: String?

  package init(access: Secret, refresh: Secret?, lifetime: Duration, scope: String?) {
    self.access = access
    self.refresh = refresh
    self.lifetime = lifetime
    self.scope = scope
  }
}

/// Why a service gave no tokens. No case has a text of the service.
package enum UpstreamOAuthError: Error, Sendable, Equatable {
  /// The code or the refresh token is not valid, or not any more (RFC 6749 §5.2).
  case invalidGrant
  /// Another error: such as a wrong client secret.
  case refused
  /// No response, or one of status 5xx or 429. The service may have made new tokens.
  case unavailable
  /// The response is not one of the protocol.
  case invalidResponse
}
