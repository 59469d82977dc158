internal import Auth
private import JOSE
private import JSON
private import OAuth
internal import ResourceServer
internal import Support

/// Sign-in with any OpenID provider, found by discovery from its issuer: the code flow (OpenID
/// Connect Core 1.0 §3.1) with PKCE.
struct OpenIDConnect: IdentityProvider {
  private let configuration: ProviderConfiguration
  private let expectedIssuer: String
  var issuer: String? { expectedIssuer }
  private let connection: ProviderConnection
  private let metadata: IssuerMetadata
  private let keys: IssuerKeys
  private let now: @Sendable () -> WallTime

  /// - Precondition: the configuration has an issuer.
  init(_ configuration: ProviderConfiguration, _ context: ProviderContext) {
    guard let issuer = configuration.issuer else { preconditionFailure("an issuer is missing") }
    self.configuration = configuration
    expectedIssuer = issuer
    connection = ProviderConnection("oidc", configuration, context)
    metadata = IssuerMetadata(
      with: [.authorization, .token, .keys], of: issuer,
      // OpenID Connect Discovery 1.0 §4: the last. The others need not name `userinfo_endpoint`.
      at: IssuerURL.metadataAddresses(of: issuer).suffix(1), http: context.http,
      clock: context.clock)
    keys = IssuerKeys(issuer: issuer, http: context.http, clock: context.clock, log: context.log)
    now = context.now
  }

  func authorizeURL(_ request: ProviderRequest) async throws(ProviderError) -> String {
    // §3.1.2.1. The address is never empty: the metadata must name it.
    connection.authorizeURL(
      try await provider()[.authorization] ?? "", for: request,
      [("nonce", request.nonce.exposed)] + AuthorizationURL.challenge(of: request.verifier))
  }

  func exchange(
    _ code: Secret, of request: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderTokens {
    let provider = try await provider()
    var parameters = [
      ("grant_type", "authorization_code"), ("code", code.exposed),
      ("redirect_uri", request.redirectURI), ("code_verifier", request.verifier.exposed),
    ]
    var fields: [(name: String, value: String)] = []
    // §9: `client_secret_basic` is the default.
    if let methods = provider.tokenMethods, !methods.contains("client_secret_basic"),
      methods.contains("client_secret_post")
    {
      parameters += [
        ("client_id", configuration.clientID),
        ("client_secret", configuration.clientSecret.exposed),
      ]
    } else {
      let authorization = ClientCredentials.authorization(
        clientID: configuration.clientID, configuration.clientSecret)
      fields = [("Authorization", authorization.exposed)]
    }
    do throws(ProviderError) {
      return try await connection.tokens(
        .form(parameters), at: provider[.token] ?? "", fields: fields, for: client)
    } catch {
      // The endpoint may have moved.
      if error != .unavailable { metadata.forget() }
      throw error
    }
  }

  func profile(
    _ tokens: ProviderTokens, of request: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderUser {
    let token = try await idToken(tokens, of: request)
    var sources = [token.claims]
    if let url = try await provider()[.userInfo] {
      let info = try await connection.json(url, tokens, for: client).object
      // §5.3.2: else the response is of another person.
      guard let info, info["sub"]?.string?.hasSameBytes(as: token.subject) == true else {
        throw connection.failure(.invalidResponse, "malformed_userinfo")
      }
      sources.insert(info, at: 0)
    }
    func first(_ name: String) -> String? { sources.lazy.compactMap { $0[name]?.string }.first }
    return try connection.user(
      id: token.subject, login: first("preferred_username"), name: first("name"),
      // Of one source: each says only of its own address that it is verified.
      email: sources.lazy.compactMap(\.verifiedEmail).first, groups: token.groups)
  }

  private func idToken(
    _ tokens: ProviderTokens, of request: ProviderRequest
  ) async throws(ProviderError) -> IDToken {
    // §3.1.3.3
    guard let text = tokens.id else {
      throw connection.failure(.invalidResponse, "malformed_id_token")
    }
    do throws(AuthenticationError) {
      return try await IDToken(
        text, issuer: expectedIssuer, clientID: configuration.clientID, nonce: request.nonce,
        keys: keys,
        now: now)
    } catch .invalidToken(let error) {
      throw connection.failure(.invalidResponse, error.reason)
    } catch {
      throw connection.failure(.unavailable, "no_keys")
    }
  }

  private func provider() async throws(ProviderError) -> ProviderMetadata {
    do throws(ProviderFailure) {
      return try await metadata.current()
    } catch {
      throw connection.failure(.unavailable, error.reason)
    }
  }
}

extension ProviderDescription {
  package static let oidc = ProviderDescription(
    id: "oidc", title: "OpenID Connect", scope: "openid profile email",
    meaning: ["read your name", "read your e-mail address"], endpoints: nil,
    make: { OpenIDConnect($0, $1) })
}
