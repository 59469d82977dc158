private import Support

/// The error codes of OAuth that this server sends.
package enum OAuthError: String, Sendable, CaseIterable {
  // RFC 6749 §4.1.2.1 and §5.2
  case invalidRequest = "invalid_request"
  case invalidClient = "invalid_client"
  case invalidGrant = "invalid_grant"
  case invalidScope = "invalid_scope"
  case unauthorizedClient = "unauthorized_client"
  case accessDenied = "access_denied"
  case unsupportedResponseType = "unsupported_response_type"
  case unsupportedGrantType = "unsupported_grant_type"
  case serverError = "server_error"
  case temporarilyUnavailable = "temporarily_unavailable"
  /// RFC 8707 §2
  case invalidTarget = "invalid_target"
  // RFC 7591 §3.2.2
  case invalidRedirectURI = "invalid_redirect_uri"
  case invalidClientMetadata = "invalid_client_metadata"
  /// RFC 7009 §2.2.1
  case unsupportedTokenType = "unsupported_token_type"

  /// The status of a response that has this error in its body. A redirect has its own status.
  package var status: Int {
    switch self {
    case .invalidClient: 401  // RFC 6749 §5.2
    case .accessDenied: 403
    case .serverError: 500
    case .temporarilyUnavailable: 503
    case .invalidRequest, .invalidGrant, .invalidScope, .unauthorizedClient,
      .unsupportedResponseType, .unsupportedGrantType, .invalidTarget, .invalidRedirectURI,
      .invalidClientMetadata, .unsupportedTokenType:
      400
    }
  }
}
