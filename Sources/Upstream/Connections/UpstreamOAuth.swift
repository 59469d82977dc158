package import Auth
package import HTTPClient
private import JSON
private import OAuth
package import Support

/// The OAuth 2.0 endpoints of one service, and what this server is to them: a confidential client of
/// the code flow with PKCE (RFC 6749 §4.1, RFC 7636).
///
/// Sources: developer.atlassian.com, "OAuth 2.0 (3LO) apps"; confluence.atlassian.com, "Jira OAuth 2.0
/// provider API", of Data Center: its endpoints are `/rest/oauth2/latest/authorize` and `/token`.
///
/// The file is long because the requests and the checks of their responses belong together.
package struct UpstreamOAuth: Sendable {
  /// How the service reads token requests.
  package enum Form: Sendable {
    /// JSON with the client's secret in it, and refresh tokens that are replaced at each use. An old
    /// one may be repeated for 10 minutes.
    case atlassianCloud
    /// A form, with the client's secret in it (RFC 6749 §2.3.1). Data Center.
    case formWithSecret
  }

  /// The longest response, in bytes.
  static let maximumLength = 1 << 16
  /// The longest access token, in bytes.
  static let maximumAccessLength = 1 << 14
  /// The longest refresh token, in bytes.
  static let maximumRefreshLength = 1 << 13
  /// The longest scope that is kept, in bytes.
  static let maximumScopeLength = 1 << 12
  /// How long an access token is used if the response does not say it (RFC 6749 §5.1).
  package static let defaultLifetime = Duration.seconds(300)
  /// A longer lifetime counts as this one.
  package static let longestLifetime = Duration.seconds(24 * 3600)

  private let authorizeEndpoint: String
  private let tokenEndpoint: String
  /// The origin of the token endpoint (RFC 6454 §6.2).
  package let origin: String
  private let clientID: String
  private let clientSecret: Secret
  /// What this server asks for, such as `read:jira-work offline_access`.
  package let scope: String
  private let redirectURI: String
  private let form: Form
  private let http: any HTTPClient

  /// `nil` if an endpoint is no absolute URL.
  package init?(
    authorizeEndpoint: String, tokenEndpoint: String, clientID: String, clientSecret: Secret,
    scope: String, redirectURI: String, form: Form, http: any HTTPClient
  ) {
    guard Origin(of: authorizeEndpoint) != nil, let origin = Origin(of: tokenEndpoint) else {
      return nil
    }
    self.authorizeEndpoint = authorizeEndpoint
    self.tokenEndpoint = tokenEndpoint
    self.origin = origin.text
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scope = scope
    self.redirectURI = redirectURI
    self.form = form
    self.http = http
  }

  /// The page of the service at which the user allows the connection.
  /// - Parameters:
  ///   - state: 256 random bits (RFC 6749 §10.12).
  ///   - verifier: 43 characters of Base64 for URLs, of 256 random bits (RFC 7636 §4.1).
  package func authorizeURL(state: Secret, verifier: Secret) -> String {
    var parameters: [(name: String, value: String)] = [
      ("response_type", "code"), ("client_id", clientID), ("redirect_uri", redirectURI),
      ("scope", scope), ("state", state.exposed),
    ]
    parameters += AuthorizationURL.challenge(of: verifier)
    if case .atlassianCloud = form {
      parameters += [("audience", "api.atlassian.com"), ("prompt", "consent")]
    }
    return AuthorizationURL.text(authorizeEndpoint, parameters)
  }

  /// Exchanges the code of the callback for tokens (RFC 6749 §4.1.3).
  package func exchange(
    _ code: Secret, verifier: Secret, for client: Client
  ) async throws(UpstreamOAuthError) -> UpstreamTokens {
    try await tokens(
      [
        ("grant_type", "authorization_code"), ("code", code.exposed),
        ("redirect_uri", redirectURI), ("code_verifier", verifier.exposed),
      ], for: client)
  }

  /// Exchanges a refresh token for new tokens (RFC 6749 §6).
  package func refresh(
    _ token: Secret, for client: Client
  ) async throws(UpstreamOAuthError) -> UpstreamTokens {
    var parameters = [("grant_type", "refresh_token"), ("refresh_token", token.exposed)]
    // Data Center documents it also here, beyond RFC 6749 §6.
    if !form.isCloud { parameters.append(("redirect_uri", redirectURI)) }
    return try await tokens(parameters, for: client)
  }

  // MARK: The token endpoint

  private func tokens(
    _ parameters: [(name: String, value: String)], for client: Client
  ) async throws(UpstreamOAuthError) -> UpstreamTokens {
    let response = try await Self.send(request(parameters), http, for: client)
    let answer = TokenResponse(
      mediaType: response.mediaType, body: response.body, mayBeForm: false)
    switch response.status {
    case 200: break
    case 429, 500...599: throw .unavailable
    case 400...499:
      // RFC 6749 §5.2; Atlassian sends it with status 403.
      throw answer?.error == "invalid_grant" ? .invalidGrant : .refused
    // A redirect is not followed (RFC 9700 §4.11).
    default: throw .invalidResponse
    }
    guard let answer else { throw .invalidResponse }
    if let error = answer.error { throw error == "invalid_grant" ? .invalidGrant : .refused }
    return try Self.tokens(answer, allowsNoType: form.isCloud)
  }

  private func request(_ parameters: [(name: String, value: String)]) -> OutboundRequest {
    let parameters =
      parameters + [("client_id", clientID), ("client_secret", clientSecret.exposed)]
    let (type, body): (String, [UInt8]) =
      switch form {
      case .atlassianCloud:
        (
          TokenResponse.jsonType,
          JSONValue.object(JSONObject(parameters.map { ($0.name, .string($0.value)) })).serialized()
        )
      case .formWithSecret: (TokenResponse.formType, FormBody.encoded(parameters))
      }
    return OutboundRequest(
      .post(body), tokenEndpoint,
      fields: [("Content-Type", type), ("Accept", TokenResponse.jsonType)])
  }

  /// - Parameter allowsNoType: Atlassian documents responses without `token_type`.
  private static func tokens(
    _ answer: TokenResponse, allowsNoType: Bool
  ) throws(UpstreamOAuthError) -> UpstreamTokens {
    // RFC 6749 §7.1: a token of another type is not used.
    guard answer["token_type"].map({ ASCII.areEqual($0.utf8, "bearer".utf8) }) ?? allowsNoType,
      // RFC 6750 §2.1: it becomes the value of a field.
      let access = answer["access_token"], isToken(access, maximumAccessLength)
    else { throw .invalidResponse }
    let refresh = answer["refresh_token"]
    guard refresh.map({ isToken($0, maximumRefreshLength) }) ?? true else {
      throw .invalidResponse
    }
    // Another value is no reason to lose the refresh token of the response.
    let seconds = answer.integer("expires_in").flatMap { $0 > 0 ? $0 : nil }
    let longest = Int(longestLifetime.components.seconds)
    return UpstreamTokens(
      access: Secret(access), refresh: refresh.map(Secret.init),
      lifetime: seconds.map { .seconds(min($0, longest)) } ?? defaultLifetime,
      scope: answer["scope"].flatMap { isScope($0) ? $0 : nil })
  }

  /// ASVS 15.2.2: bounded, without control characters.
  private static func isToken(_ text: String, _ maximum: Int) -> Bool {
    1...maximum ~= text.utf8.count && text.utf8.allSatisfy(ASCII.isVisible)
  }

  private static func isScope(_ text: String) -> Bool {
    text.utf8.count <= maximumScopeLength
      && text.utf8.allSatisfy { ASCII.isVisible($0) || $0 == ASCII.space }
  }

  /// A response within the bounds.
  static func send(
    _ request: OutboundRequest, _ http: any HTTPClient, for client: Client
  ) async throws(UpstreamOAuthError) -> OutboundResponse {
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await http.send(request, for: client)
    } catch {
      throw error == .tooLarge ? .invalidResponse : .unavailable
    }
    guard response.body.count <= maximumLength else { throw .invalidResponse }  // ASVS 15.2.2
    return response
  }
}

extension UpstreamOAuth.Form {
  fileprivate var isCloud: Bool { if case .atlassianCloud = self { true } else { false } }
}
