package import HTTPClient
package import OAuth
package import Support

/// What a token request asks with (RFC 6749 §4.1.3, §4.4.2, §6).
package enum TokenRequest: Sendable {
  case code(Secret, verifier: Secret, redirectURI: String)
  case refresh(Secret)
  case clientCredentials(scope: ScopeList?)

  /// - Parameters:
  ///   - resource: RFC 8707 §2.2.
  ///   - client: what the client adds to authenticate.
  func body(
    resource: String, client: [(name: String, value: String)]
  ) -> [UInt8] {
    var parameters: [(name: String, value: String)] =
      switch self {
      case .code(let code, let verifier, let redirectURI):
        [
          ("grant_type", "authorization_code"), ("code", code.exposed),
          ("redirect_uri", redirectURI), ("code_verifier", verifier.exposed),
        ]
      case .refresh(let token):
        [("grant_type", "refresh_token"), ("refresh_token", token.exposed)]
      case .clientCredentials(let scope):
        [("grant_type", "client_credentials")] + (scope.map { [("scope", $0.text)] } ?? [])
      }
    parameters.append(("resource", resource))
    return FormBody.encoded(parameters + client)
  }
}

/// The tokens of a response, checked (RFC 6749 §5.1).
package struct GrantedTokens: Sendable {
  /// In bytes.
  static let maximumTokenLength = 1 << 13

  package let access: Secret
  package let refresh: Secret?
  /// `nil` if the server does not say when the access token expires.
  package let lifetime: Duration?
  /// `nil` if the server does not say what it has granted: all that was asked for.
  package let scope: ScopeList?

  /// - Throws: `OAuthClientError.tokenRefused`, `.invalidTokenResponse`, `.wrongStatus`
  package init(_ response: OutboundResponse) throws(OAuthClientError) {
    let answer = TokenResponse(
      mediaType: response.mediaType, body: response.body, mayBeForm: false)
    // RFC 6749 §5.2, also with the status 200. ATTACKS O168
    if let error = answer?["error"] { throw .tokenRefused(OAuthError(rawValue: error)) }
    // A redirect is not followed.
    guard response.status == 200 else { throw .wrongStatus(response.status) }
    guard let answer,
      // RFC 6749 §7.1: a token of another type is not used.
      let type = answer["token_type"], ASCII.areEqual(type.utf8, "bearer".utf8),
      let access = answer["access_token"], Self.isToken(access)
    else { throw .invalidTokenResponse }
    self.access = Secret(access)
    if let refresh = answer["refresh_token"] {
      guard Self.isToken(refresh) else { throw .invalidTokenResponse }
      self.refresh = Secret(refresh)
    } else {
      refresh = nil
    }
    if let seconds = answer.integer("expires_in") {
      guard 1...Int(Int32.max) ~= seconds else { throw .invalidTokenResponse }
      lifetime = .seconds(seconds)
    } else {
      lifetime = nil
    }
    scope = answer["scope"].flatMap { ScopeList($0) }
  }

  /// RFC 6750 §2.1: it becomes the value of a field.
  static func isToken(_ text: String) -> Bool {
    1...maximumTokenLength ~= text.utf8.count && text.utf8.allSatisfy(ASCII.isVisible)
  }
}
