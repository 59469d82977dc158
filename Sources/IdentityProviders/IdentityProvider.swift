package import Auth
package import Support

/// A service that knows people and tells this server who signed in (OAuth 2.1 or OpenID Connect).
///
/// The authorization server sends the browser to `authorizeURL`, and gets it back at
/// `/<id>/callback`. Then it calls `exchange` and `profile`. It keeps no token of the provider, but
/// for Atlassian, whose token may also be good for Jira or Confluence.
package protocol IdentityProvider: Sendable {
  /// What `iss` of a callback must be, if the callback has one (RFC 9207 §2.4); `nil` if the provider
  /// has no issuer.
  var issuer: String? { get }

  /// The address of the provider's page at which the person signs in. It has the state, the code
  /// challenge and the nonce of `request`, as far as the provider has them.
  /// - Throws: `ProviderError.unavailable`: the address must be looked up, and cannot be.
  func authorizeURL(_ request: ProviderRequest) async throws(ProviderError) -> String

  /// Exchanges the code of the callback for the provider's tokens.
  /// - Parameters:
  ///   - request: the request that the browser began with.
  ///   - client: the client that caused the request, for the limits of outbound requests.
  func exchange(
    _ code: Secret, of request: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderTokens

  /// The person to whom the tokens belong.
  func profile(
    _ tokens: ProviderTokens, of request: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderUser
}

extension IdentityProvider {
  package var issuer: String? { nil }
}

/// What binds a callback to the browser that began. Each value is made for one sign-in.
package struct ProviderRequest: Sendable {
  /// `CALCULATOR_BASE_URL` with `/<id>/callback`: a constant.
  package let redirectURI: String
  /// RFC 6749 §10.12: 256 random bits.
  package let state: Secret
  /// The code verifier (RFC 7636 §4.1): 43 characters.
  package let verifier: Secret
  /// OpenID Connect Core 1.0 §3.1.2.1
  package let nonce: Secret

  package init(redirectURI: String, state: Secret, verifier: Secret, nonce: Secret) {
    self.redirectURI = redirectURI
    self.state = state
    self.verifier = verifier
    self.nonce = nonce
  }
}

/// What a provider's token endpoint returned.
package struct ProviderTokens: Sendable {
  package let access: Secret
  /// `nil` if the provider sent none.
  package let refresh: Secret?
  /// Only of OpenID Connect.
  package let id: Secret?
  /// As it was sent (RFC 6749 §5.1); `nil` if the provider sent none.
  package let scope: String?

  package init(access: Secret, refresh: Secret? = nil, id: Secret? = nil, scope: String? = nil) {
    self.access = access
    self.refresh = refresh
    self.id = id
    self.scope = scope
  }
}

/// A person, as a provider knows them.
package struct ProviderUser: Sendable, Equatable {
  /// The identifier that the provider never gives to another person: GitHub's numeric `id`,
  /// Atlassian's `account_id`, `sub` of OpenID Connect. Never a login or an e-mail address.
  package let id: String
  /// For people and the log only. The provider may give it to another person later.
  package let login: String?
  package let name: String?
  /// Only if the provider says that it has verified the address.
  package let email: String?
  /// Groups that the provider vouches for.
  package let groups: [String]

  package init(id: String, login: String?, name: String?, email: String?, groups: [String] = []) {
    self.id = id
    self.login = login
    self.name = name
    self.email = email
    self.groups = groups
  }
}

/// Why a provider did not say who signed in.
package enum ProviderError: Error, Sendable, Equatable {
  /// No response, or one of status 5xx or 429: the person may try again later.
  case unavailable
  /// The provider did not accept the code, the client or its secret.
  case refused
  /// The response is not one of the protocol, or contradicts the request: the ID token is of another
  /// client, or the nonce is of another sign-in.
  case invalidResponse
  /// The person has no site that the settings allow (Atlassian).
  case noAllowedSite

  /// One word for logs.
  package var reason: String {
    switch self {
    case .unavailable: "provider_unavailable"
    case .refused: "provider_refused"
    case .invalidResponse: "invalid_response"
    case .noAllowedSite: "no_allowed_site"
    }
  }
}
