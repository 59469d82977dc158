package import HTTPClient
private import JOSE
private import JSON
package import OAuth
package import Support

/// A client that an authorization server has registered (RFC 7591 §3.2.1).
package struct ClientRegistration: Sendable {
  static let maximumIDLength = 2048
  static let maximumSecretLength = 4096

  package let id: String
  package let method: ClientAuthenticationMethod
  /// `nil` with the method `none`.
  package let secret: Secret?
  /// `nil` for a secret that does not expire.
  package let secretExpiresAt: WallTime?
  package let redirectURI: String

  /// `nil` if a text cannot be sent, or the method needs a secret and there is none.
  init?(
    id: String, _ method: ClientAuthenticationMethod, secret: String?, secretExpiresAt: WallTime?,
    redirectURI: String
  ) {
    // RFC 6749 appendix A.1 and A.2: printable ASCII.
    guard Self.isPrintable(id, Self.maximumIDLength) else { return nil }
    if method != .none {
      guard let secret, Self.isPrintable(secret, Self.maximumSecretLength) else { return nil }
      self.secret = Secret(secret)
    } else {
      self.secret = nil
    }
    self.id = id
    self.method = method
    self.secretExpiresAt = self.secret == nil ? nil : secretExpiresAt
    self.redirectURI = redirectURI
  }

  private static func isPrintable(_ text: String, _ maximum: Int) -> Bool {
    1...maximum ~= text.utf8.count && text.utf8.allSatisfy { 0x20...0x7E ~= $0 }
  }

  func identity(at now: WallTime) -> ClientIdentity? {
    // RFC 7591 §3.2.1
    if let secretExpiresAt, secretExpiresAt <= now { return nil }
    let authentication: ClientIdentity.Authentication =
      switch (method, secret) {
      case (.basic, let secret?): .basic(secret)
      case (.post, let secret?): .post(secret)
      default: .none
      }
    return ClientIdentity(.dynamic, id: id, authentication)
  }

  // MARK: Registering

  /// The body of a request (RFC 7591 §3.1).
  /// - Parameters:
  ///   - methods: what the authorization server supports; `nil` if it does not say.
  /// - Returns: also the method that is asked for. A native client can keep no secret better than a
  ///   token, so it is a public client where it can be (RFC 8252 §8.5). Otherwise the server's
  ///   order decides: servers of the MCP SDK for Python put first what all their endpoints take.
  package static func request(
    name: String, redirectURI: String, methods: [String]?
  ) -> (body: [UInt8], method: ClientAuthenticationMethod) {
    let methods = methods ?? []
    let first = methods.lazy.compactMap {
      ClientAuthenticationMethod.choose([.basic, .post], of: [$0])
    }.first
    // RFC 8414 §2: the default is basic.
    let method = ClientAuthenticationMethod.choose([.none], of: methods) ?? first ?? .basic
    let body: JSONValue = [
      "client_name": .string(name), "redirect_uris": [.string(redirectURI)],
      "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
      "token_endpoint_auth_method": .string(method.rawValue),
      // MCP 2026-07-28, Application Type and Redirect URI Constraints
      "application_type": "native",
    ]
    return (body.serialized(), method)
  }

  /// Reads the response.
  /// - Parameter method: that was asked for. The server may choose another one.
  /// - Throws: `OAuthClientError.registrationRefused`, `.invalidRegistration`, `.wrongStatus`
  package static func read(
    _ response: OutboundResponse, method: ClientAuthenticationMethod, redirectURI: String
  ) throws(OAuthClientError) -> ClientRegistration {
    switch response.status {
    case 200, 201: break  // RFC 7591 §3.2.1 says 201, and not every server does
    case 400...403: throw .registrationRefused
    // A redirect is not followed.
    default: throw .wrongStatus(response.status)
    }
    guard let object = try? JSONParser.parse(response.body).object,
      let id = object["client_id"]?.string
    else { throw .invalidRegistration }
    var method = method
    if let name = object.optional("token_endpoint_auth_method") {
      guard let known = name.string.flatMap(ClientAuthenticationMethod.init(rawValue:)) else {
        throw .invalidRegistration
      }
      method = known
    }
    var expiresAt: WallTime?
    // RFC 7591 §3.2.1: 0 for a secret that does not expire.
    if let value = object.optional("client_secret_expires_at"), value != 0 {
      guard let time = NumericDate.time(value) else { throw .invalidRegistration }
      expiresAt = time
    }
    guard
      let registration = ClientRegistration(
        id: id, method, secret: object.optional("client_secret")?.string,
        secretExpiresAt: expiresAt, redirectURI: redirectURI)
    else { throw .invalidRegistration }
    return registration
  }
}
