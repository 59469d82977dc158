internal import Auth
private import JSON
private import OAuth
internal import Support

/// Sign-in with GitHub: an OAuth app or a GitHub App.
///
/// Source: docs.github.com, "Authorizing OAuth apps", "Get the authenticated user" and "List email
/// addresses for the authenticated user" of the REST API 2022-11-28.
struct GitHub: IdentityProvider {
  static let publicEndpoints = ProviderEndpoints(
    authorize: "https://github.com/login/oauth/authorize",
    token: "https://github.com/login/oauth/access_token", api: "https://api.github.com")

  private let configuration: ProviderConfiguration
  private let endpoints: ProviderEndpoints
  private let connection: ProviderConnection

  init(_ configuration: ProviderConfiguration, _ context: ProviderContext) {
    self.configuration = configuration
    endpoints = configuration.endpoints ?? Self.publicEndpoints
    connection = ProviderConnection("github", configuration, context)
  }

  func authorizeURL(_ request: ProviderRequest) async throws(ProviderError) -> String {
    connection.authorizeURL(
      endpoints.authorize, for: request, AuthorizationURL.challenge(of: request.verifier))
  }

  func exchange(
    _ code: Secret, of request: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderTokens {
    try await connection.tokens(
      .form([
        ("client_id", configuration.clientID),
        ("client_secret", configuration.clientSecret.exposed), ("code", code.exposed),
        ("redirect_uri", request.redirectURI), ("code_verifier", request.verifier.exposed),
      ]),
      at: endpoints.token, fields: Self.agent, mayBeForm: true, for: client)
  }

  func profile(
    _ tokens: ProviderTokens, of _: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderUser {
    let user = try await json("/user", tokens, for: client).object
    return try connection.user(
      id: user?["id"].flatMap(Self.identifier), login: user?["login"]?.string,
      name: user?["name"]?.string, email: await email(tokens, for: client))
  }

  /// GitHub refuses requests without it.
  private static let agent = [(name: "User-Agent", value: ServiceName.text)]

  private func json(
    _ path: String, _ tokens: ProviderTokens, for client: Client
  ) async throws(ProviderError) -> JSONValue {
    try await connection.json(
      endpoints.api + path, tokens, accept: "application/vnd.github+json",
      fields: Self.agent + [("X-GitHub-Api-Version", "2022-11-28")], for: client)
  }

  /// Only the number. A login is no identifier: another person can get it after a change of name
  /// (OpenID Connect Core 1.0 §5.7 has the rule).
  private static func identifier(_ value: JSONValue) -> String? {
    guard case .number(let number) = value, number.isIntegerText, let id = Int(number.text), id > 0
    else { return nil }
    return String(id)
  }

  /// The primary address, if it is verified. Without permission or a response there is none.
  private func email(_ tokens: ProviderTokens, for client: Client) async -> String? {
    let emails = try? await json("/user/emails?per_page=100", tokens, for: client)
    guard case .array(let list)? = emails else { return nil }
    return list.lazy.compactMap(\.object)
      .first { $0["primary"] == true && $0["verified"] == true }?["email"]?.string
  }
}

extension ProviderDescription {
  package static let github = ProviderDescription(
    id: "github", title: "GitHub", scope: "user:email",
    meaning: ["read your public profile", "read your e-mail addresses"],
    endpoints: GitHub.publicEndpoints, make: { GitHub($0, $1) })
}
