internal import Auth
private import JSON
internal import Support

/// Sign-in with Atlassian (OAuth 2.0 three-legged). Atlassian documents no PKCE for it, and no nonce:
/// `state` binds the callback to the browser.
///
/// Source: developer.atlassian.com, "OAuth 2.0 (3LO) apps". Its example of `/me` has no
/// `email_verified`, but the responses have it.
struct Atlassian: IdentityProvider {
  static let publicEndpoints = ProviderEndpoints(
    authorize: "https://auth.atlassian.com/authorize",
    token: "https://auth.atlassian.com/oauth/token", api: "https://api.atlassian.com")

  private let configuration: ProviderConfiguration
  private let endpoints: ProviderEndpoints
  private let connection: ProviderConnection

  init(_ configuration: ProviderConfiguration, _ context: ProviderContext) {
    self.configuration = configuration
    endpoints = configuration.endpoints ?? Self.publicEndpoints
    connection = ProviderConnection("atlassian", configuration, context)
  }

  func authorizeURL(_ request: ProviderRequest) async throws(ProviderError) -> String {
    connection.authorizeURL(
      endpoints.authorize, for: request,
      [("audience", "api.atlassian.com"), ("prompt", "consent")])
  }

  func exchange(
    _ code: Secret, of request: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderTokens {
    try await connection.tokens(
      .json([
        ("grant_type", "authorization_code"), ("client_id", .string(configuration.clientID)),
        ("client_secret", .string(configuration.clientSecret.exposed)),
        ("code", .string(code.exposed)), ("redirect_uri", .string(request.redirectURI)),
      ]), at: endpoints.token, for: client)
  }

  func profile(
    _ tokens: ProviderTokens, of _: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderUser {
    let me = try await connection.json("\(endpoints.api)/me", tokens, for: client).object
    let user = try connection.user(
      id: me?["account_id"]?.string, name: me?["name"]?.string, email: me?.verifiedEmail)
    if !configuration.allowedSites.isEmpty { try await checkSites(tokens, for: client) }
    return user
  }

  private func checkSites(
    _ tokens: ProviderTokens, for client: Client
  ) async throws(ProviderError) {
    let sites = try await connection.json(
      "\(endpoints.api)/oauth/token/accessible-resources", tokens, for: client)
    guard case .array(let list) = sites else {
      throw connection.failure(.invalidResponse, "malformed_response")
    }
    guard list.contains(where: { $0.object.map(isAllowed) == true }) else { throw .noAllowedSite }
  }

  /// The whole host or the whole identifier: `example.atlassian.net.evil.example` is another site.
  private func isAllowed(_ site: JSONObject) -> Bool {
    let names = [
      site["id"]?.string, site["url"]?.string.flatMap { Origin(of: $0)?.host },
    ].compactMap { $0 }
    return configuration.allowedSites.contains { allowed in
      names.contains { $0.hasSameBytes(as: allowed) }
    }
  }
}

extension ProviderDescription {
  package static let atlassian = ProviderDescription(
    id: "atlassian", title: "Atlassian", scope: "read:me offline_access",
    meaning: ["read your profile", "keep this access while you are away"],
    endpoints: Atlassian.publicEndpoints, make: { Atlassian($0, $1) })
}
