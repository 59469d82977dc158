package import Auth
package import OAuth
private import Support

/// A request at the authorization endpoint whose parameters are all checked (OAuth 2.1 §4.1.1).
package struct AuthorizationRequest: Sendable {
  package let client: OAuthClient
  /// As the client sent it. The code is bound to these bytes.
  package let redirectURI: String
  /// The same, for the person who decides.
  package let destination: RedirectURI
  package let state: String?
  package let scopes: ScopeList
  package let challenge: CodeChallenge

  /// - Parameters:
  ///   - query: the parameters. Unknown ones are ignored (RFC 6749 §3.1).
  ///   - clients: where `client_id` is looked up.
  ///   - peer: the network client.
  /// - Throws: `OAuthProblem`, which the person sees on a page. No error is redirected to a client that
  ///   the person has not allowed: the server would be an open redirector (RFC 9700 §4.11.2).
  package init(
    _ query: FormBody, clients: any ClientDirectory, for peer: Client,
    _ settings: AuthorizationServerSettings
  ) async throws(OAuthProblem) {
    guard let id = query["client_id"] else {
      throw OAuthProblem(.invalidRequest, "The client_id is missing.")
    }
    guard let client = try await clients.client(id, for: peer) else {
      throw OAuthProblem(.invalidClient, "This server does not know the client.")
    }
    guard let redirectURI = query["redirect_uri"] else {
      throw OAuthProblem(.invalidRequest, "The redirect_uri is missing.")
    }
    // OAuth 2.1 §2.3.1, RFC 9700 §4.1.3
    guard
      let registered = client.redirectURIs.first(where: {
        $0.matches(requested: redirectURI, isPublic: client.isPublic)
      })
    else {
      throw OAuthProblem(.invalidRequest, "The redirect_uri is not one of the client.")
    }
    self.client = client
    self.redirectURI = redirectURI
    // With the port of the request, where that may differ.
    destination = RedirectURI(registering: redirectURI) ?? registered
    state = query["state"]
    (scopes, challenge) = try Self.check(query, of: client, settings)
  }

  private static func check(
    _ query: FormBody, of client: OAuthClient, _ settings: AuthorizationServerSettings
  ) throws(OAuthProblem) -> (ScopeList, CodeChallenge) {
    guard let type = query["response_type"] else {
      throw OAuthProblem(.invalidRequest, "The response_type is missing.")
    }
    // OAuth 2.1 §10.1: no token is ever in a URL.
    guard type.utf8.elementsEqual("code".utf8) else {
      throw OAuthProblem(.unsupportedResponseType, "The response_type must be code.")
    }
    guard query["response_mode"]?.utf8.elementsEqual("query".utf8) != false else {
      throw OAuthProblem(.invalidRequest, "The response_mode must be query.")
    }
    // RFC 9101 §6.1: its parameters would replace those of the query.
    guard query["request"] == nil, query["request_uri"] == nil else {
      throw OAuthProblem(.invalidRequest, "Request objects are not supported.")
    }
    guard client.grantTypes.contains(.authorizationCode) else {
      throw OAuthProblem(.unauthorizedClient, "The client may not use this flow.")
    }
    // RFC 7636 §4.4.1
    let challenge = try CodeChallenge(
      query["code_challenge"], method: query["code_challenge_method"])
    try settings.resource.check(query["resource"])  // RFC 8707 §2.1
    return (try scopes(query["scope"], of: client, settings), challenge)
  }

  /// RFC 6749 §3.3: unknown scopes are dropped, and the token response says what was granted.
  private static func scopes(
    _ text: String?, of client: OAuthClient, _ settings: AuthorizationServerSettings
  ) throws(OAuthProblem) -> ScopeList {
    guard let asked = ScopeList(text ?? settings.defaultScope) else {
      throw OAuthProblem(.invalidScope, "The scope is not valid.")
    }
    var granted = asked.intersection(settings.scopes)
    if let own = client.scopes { granted = granted.intersection(own) }
    guard !granted.scopes.isEmpty else {
      throw OAuthProblem(.invalidScope, "The client may not have any of these scopes.")
    }
    return granted
  }
}
