package import HTTPClient
package import OAuth
private import Support

/// Why there is no access token.
///
/// No case holds a text of a server or a secret.
package enum OAuthClientError: Error, Sendable, Equatable {
  /// The URL of the remote server is not usable.
  case invalidServerURL
  /// A server did not answer.
  case noResponse(OutboundError)

  // Discovery
  /// The challenge or a document names a URL that the rules refuse.
  case refusedURL
  case noResourceMetadata
  case invalidResourceMetadata
  /// The metadata is about another server.
  case wrongResource
  case noAuthorizationServer
  case noServerMetadata
  case invalidServerMetadata
  /// The metadata is of another issuer.
  case wrongIssuer
  /// The authorization server does not say that it supports PKCE with S256.
  case noPKCE

  // Registration
  case noRegistration
  case registrationRefused
  case invalidRegistration
  /// The client of the settings is registered with another authorization server.
  case issuerChanged
  /// The settings have no client for this grant.
  case noClient

  // Signing in
  case userAgent(UserAgentError)
  /// The redirect is not the response to this sign-in.
  case invalidRedirect
  /// RFC 9207: the redirect comes from another authorization server.
  case wrongRedirectIssuer
  /// `nil` for an error that this program does not know.
  case signInRefused(OAuthError?)
  case tooManySignIns

  // Tokens
  /// `nil` for an error that this program does not know.
  case tokenRefused(OAuthError?)
  case invalidTokenResponse
  case wrongStatus(Int)
  case tooManyScopes

  case store(TokenStoreError)

  /// For the person: what is wrong, and what they can do.
  package var sentence: String {
    switch self {
    case .invalidServerURL: "The URL of the server is not valid. Use an https URL."
    case .noResponse(.insecure):
      "The certificate of the server or of its authorization server is not accepted."
    case .noResponse(.refusedURL), .noResponse(.refusedAddress), .refusedURL:
      "The server names an address for the sign-in that is not allowed: a private address, or not https."
    case .noResponse(.timeout), .noResponse(.overloaded):
      "The server or its authorization server did not answer in time. Try again later."
    case .noResponse(.tooLarge), .noResponse(.unreachable):
      "The server or its authorization server cannot be reached. Check the network, then try again."
    case .noResourceMetadata:
      "The server asks for a sign-in, but does not say where. Use an API key or a token instead."
    case .invalidResourceMetadata:
      "The server describes its sign-in in a form that is not valid. Tell its operator."
    case .wrongResource:
      "The server describes the sign-in of another server. Check the URL of the server."
    case .noAuthorizationServer:
      "The server names no authorization server. Use an API key or a token instead."
    case .noServerMetadata:
      "The authorization server has no metadata. Tell the operator of the server."
    case .invalidServerMetadata:
      "The authorization server describes itself in a form that is not valid. Tell its operator."
    case .wrongIssuer:
      "The authorization server says that it is another one. Do not sign in, and tell the operator of the server."
    case .noPKCE:
      "The authorization server does not support PKCE with S256, which a sign-in needs."
    case .noRegistration:
      "The authorization server registers no clients. Ask its operator for a client ID, and set it."
    case .registrationRefused:
      "The authorization server refused to register this program. Ask its operator for a client ID, and set it."
    case .invalidRegistration:
      "The authorization server registered this program in a form that is not valid. Tell its operator."
    case .issuerChanged:
      "The client ID of the settings belongs to another authorization server than the server names now. Check the settings."
    case .noClient: "A client ID and a secret or key are needed. Set them."
    case .userAgent(.notInteractive):
      "A sign-in is needed, and no browser can be opened here."
    case .userAgent(.timeout): "The sign-in in the browser took too long. Try again."
    case .userAgent(.unavailable):
      "The response of the browser cannot be received on this computer. Try again."
    case .userAgent(.noRedirect):
      "No address of this sign-in was pasted. Run the command again in a terminal."
    case .invalidRedirect: "The response of the browser belongs to another sign-in. Try again."
    case .wrongRedirectIssuer:
      "The response of the browser comes from another authorization server. The sign-in was stopped."
    case .signInRefused(.accessDenied): "The sign-in was refused, or was cancelled in the browser."
    case .signInRefused(let error): "The sign-in failed: \(error?.rawValue ?? "unknown error")."
    case .tooManySignIns:
      "The server refuses the access although you have signed in. Your account may lack a permission."
    case .tokenRefused(.invalidGrant):
      "The authorization server does not accept this sign-in. Sign in again."
    case .tokenRefused(let error):
      "The authorization server gave no access token: \(error?.rawValue ?? "unknown error")."
    case .invalidTokenResponse:
      "The authorization server answered with a token in a form that is not valid. Tell its operator."
    case .wrongStatus(let status):
      "The authorization server answered with the status \(status). Try again later."
    case .tooManyScopes: "The server asks for more scopes than can be requested."
    case .store(.openToOthers):
      "The stored sign-ins may be open to other users of this computer, so they are not used. The log says what to correct."
    case .store(.wrongKey):
      "The stored sign-in cannot be opened: it is sealed with another key, or damaged. Set the right key, or sign in again."
    case .store(.unavailable): "The stored sign-ins cannot be read or written."
    }
  }
}
