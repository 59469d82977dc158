private import JOSE
private import JSON
private import OAuth
private import Support

/// The metadata of an authorization server, as far as a client uses it (RFC 8414 §2).
package struct AuthorizationServerMetadata: Sendable, Equatable {
  /// The longest document, in bytes.
  package static let maximumLength = 1 << 16

  package let issuer: String
  /// `nil` only for a client that needs none.
  package let authorizationURL: String?
  package let tokenURL: String
  package let registrationURL: String?
  package let revocationURL: String?
  /// `token_endpoint_auth_methods_supported`; `nil` if the document does not name them.
  package let authenticationMethods: [String]?
  package let scopes: [String]
  package let acceptsClientIDURLs: Bool
  /// RFC 9207 §3
  package let sendsIssuer: Bool

  /// - Parameters:
  ///   - issuer: that the addresses were made from.
  ///   - grant: without a browser, neither an authorization endpoint nor PKCE is needed.
  ///   - rules: of the remote server.
  /// - Throws: `OAuthClientError.wrongIssuer`, `.noPKCE`, `.refusedURL`, `.invalidServerMetadata`
  package init(
    _ text: [UInt8], issuer: String, grant: OAuthGrant, rules: AddressRules
  ) throws(OAuthClientError) {
    guard text.count <= Self.maximumLength, let object = try? JSONParser.parse(text).object,
      let named = object["issuer"]?.string
    else { throw .invalidServerMetadata }
    // RFC 8414 §3.3: identical. ATTACKS O161
    guard named.hasSameBytes(as: issuer) else { throw .wrongIssuer }
    func url(_ name: String) throws(OAuthClientError) -> String? {
      guard let value = object.optional(name) else { return nil }
      guard let url = value.string else { throw .invalidServerMetadata }
      // Also the one that a browser opens: never `file:` or another scheme. ATTACKS O162
      guard rules.allows(url) else { throw .refusedURL }
      return url
    }
    self.issuer = issuer
    authorizationURL = try url("authorization_endpoint")
    guard let tokenURL = try url("token_endpoint") else { throw .invalidServerMetadata }
    self.tokenURL = tokenURL
    registrationURL = try url("registration_endpoint")
    revocationURL = try url("revocation_endpoint")
    authenticationMethods = object["token_endpoint_auth_methods_supported"]?.strings
    scopes = object["scopes_supported"]?.strings ?? []
    acceptsClientIDURLs = object["client_id_metadata_document_supported"] == true
    sendsIssuer = object["authorization_response_iss_parameter_supported"] == true
    guard grant == .authorizationCode else { return }
    guard authorizationURL != nil else { throw .invalidServerMetadata }
    // MCP 2026-07-28, Authorization Code Protection. ATTACKS O169
    let methods = object["code_challenge_methods_supported"]?.strings ?? []
    guard methods.contains(where: { $0.hasSameBytes(as: CodeChallenge.method) }) else {
      throw .noPKCE
    }
  }
}

/// How a client gets access tokens.
package enum OAuthGrant: Sendable, Equatable {
  /// A person signs in with a browser (RFC 6749 §4.1).
  case authorizationCode
  /// The client acts for itself (RFC 6749 §4.4).
  case clientCredentials
}
