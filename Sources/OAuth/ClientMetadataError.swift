private import Support

/// Why metadata of a client are refused.
package enum ClientMetadataError: Error, Sendable, Equatable, CaseIterable {
  /// Only of a metadata document.
  case tooLong, notAnObject, wrongClientID, secretInDocument
  case wrongType, longName, malformedScope
  case tooManyRedirectURIs, noRedirectURI
  case unsupportedMethod, unsupportedGrantType, unsupportedResponseType

  /// The error for the client (RFC 7591 §3.2.2).
  package var problem: OAuthProblem {
    switch self {
    case .tooLong:
      OAuthProblem(.invalidClientMetadata, "The metadata document has more than 5 KiB.")
    case .notAnObject:
      OAuthProblem(.invalidClientMetadata, "The metadata are not a JSON object.")
    case .wrongClientID:
      OAuthProblem(.invalidClientMetadata, "The client_id in the document is not its URL.")
    case .secretInDocument:
      OAuthProblem(.invalidClientMetadata, "A metadata document must not have a secret or keys.")
    case .wrongType: OAuthProblem(.invalidClientMetadata, "A member has a wrong JSON type.")
    case .longName:
      OAuthProblem(.invalidClientMetadata, "The client_name has more than 128 bytes.")
    case .malformedScope: OAuthProblem(.invalidClientMetadata, "The scope is malformed.")
    case .tooManyRedirectURIs:
      OAuthProblem(.invalidRedirectURI, "There are more than 16 redirect URIs.")
    case .noRedirectURI:
      OAuthProblem(
        .invalidRedirectURI, "No redirect URI is https, or http with a loopback host.")
    case .unsupportedMethod:
      OAuthProblem(.invalidClientMetadata, "The token_endpoint_auth_method is not supported.")
    case .unsupportedGrantType:
      OAuthProblem(.invalidClientMetadata, "The grant_types must contain authorization_code.")
    case .unsupportedResponseType:
      OAuthProblem(.invalidClientMetadata, "The response_types must contain code.")
    }
  }
}
