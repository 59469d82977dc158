private import Crypto
private import JSON
package import OAuth
package import Support

/// One authorization request, and the check of its response (RFC 6749 §4.1.1 and §4.1.2).
package struct AuthorizationCodeRequest: Sendable {
  package let verifier: Secret
  package let state: Secret
  package let redirectURI: String
  private let clientID: String
  private let scope: ScopeList?
  private let discovery: OAuthDiscovery

  /// - Parameter random: makes that many bytes.
  package init(
    clientID: String, redirectURI: String, scope: ScopeList?, _ discovery: OAuthDiscovery,
    random: (Int) -> [UInt8]
  ) {
    // RFC 7636 §4.1: 43 characters. The state has 256 bits as well.
    verifier = Secret(Base64.url.text(of: random(32)))
    state = Secret(Base64.url.text(of: random(32)))
    self.redirectURI = redirectURI
    self.clientID = clientID
    self.scope = scope
    self.discovery = discovery
  }

  /// The address that the browser opens.
  package var url: String {
    var parameters: [(name: String, value: String)] = [
      ("response_type", "code"), ("client_id", clientID), ("redirect_uri", redirectURI),
      ("state", state.exposed),
    ]
    parameters += AuthorizationURL.challenge(of: verifier)
    parameters.append(("resource", discovery.resource.resource))  // RFC 8707 §2
    if let scope {
      parameters.append(("scope", scope.text))
      // OpenID Connect Core 1.0 §11
      if scope.scopes.contains(OAuthScopes.offlineAccess) {
        parameters.append(("prompt", "consent"))
      }
    }
    // Not empty: discovery requires it for this grant.
    return AuthorizationURL.text(discovery.server.authorizationURL ?? "", parameters)
  }

  /// The code of a redirect.
  /// - Parameter query: without `?`.
  /// - Throws: `OAuthClientError.invalidRedirect`, `.wrongRedirectIssuer`, `.signInRefused`
  package func code(from query: [UInt8]) throws(OAuthClientError) -> Secret {
    // A parameter that occurs twice is refused, `state` and `iss` included.
    guard let form = try? FormBody(query) else { throw .invalidRedirect }
    // RFC 6749 §10.12. ATTACKS O164
    guard let sent = form["state"],
      SHA256Digest(of: sent.utf8).isEqual(to: SHA256Digest(of: state.exposed.utf8))
    else { throw .invalidRedirect }
    // RFC 9207 §2.4, before the error and the code are looked at. ATTACKS O163
    if let issuer = form["iss"] {
      // RFC 3986 §6.2.1: byte by byte, nothing is normalized.
      guard issuer.hasSameBytes(as: discovery.server.issuer) else { throw .wrongRedirectIssuer }
    } else if discovery.server.sendsIssuer {
      throw .wrongRedirectIssuer
    }
    // ATTACKS O166: a word that this program knows, never another text of the server.
    if let error = form["error"] { throw .signInRefused(OAuthError(rawValue: error)) }
    guard let code = form["code"] else { throw .invalidRedirect }
    return Secret(code)
  }
}
