package import JOSE
private import JSON
internal import OAuth
package import Support

/// A client as one authorization server knows it.
package struct ClientIdentity: Sendable {
  /// How the client got its identifier.
  package enum Kind: String, Sendable, Equatable {
    /// From the settings.
    case registered
    /// It is the URL of the client's metadata document.
    case document
    /// RFC 7591
    case dynamic
  }

  /// How the client authenticates at the endpoints (RFC 6749 §2.3, RFC 7523 §2.2).
  package enum Authentication: Sendable {
    case none
    case basic(Secret)
    case post(Secret)
    case key(ES256Key)
  }

  package let kind: Kind
  package let id: String
  package let authentication: Authentication

  package init(_ kind: Kind, id: String, _ authentication: Authentication) {
    self.kind = kind
    self.id = id
    self.authentication = authentication
  }

  /// What the client adds to a request.
  /// - Parameters:
  ///   - issuer: the only audience of an assertion, so that no other server can use it.
  ///   - random: makes that many bytes.
  func credentials(
    for issuer: String, now: WallTime, random: (Int) -> [UInt8]
  ) -> (parameters: [(name: String, value: String)], fields: [(name: String, value: String)]) {
    switch authentication {
    case .none: return ([("client_id", id)], [])
    case .basic(let secret):
      let value = ClientCredentials.authorization(clientID: id, secret).exposed
      // RFC 6749 §2.3.1 leaves client_id out. Servers of the MCP SDK for Python find the client with
      // it, and it is no second way to authenticate.
      return ([("client_id", id)], [("Authorization", value)])
    case .post(let secret):
      return ([("client_id", id), ("client_secret", secret.exposed)], [])
    case .key(let key):
      let assertion = Self.assertion(of: id, key, for: issuer, now: now, random: random)
      return (
        [
          ("client_id", id),
          ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
          ("client_assertion", assertion),
        ], []
      )
    }
  }

  /// RFC 7523 §3: valid for 60 s, and once.
  private static func assertion(
    of id: String, _ key: ES256Key, for issuer: String, now: WallTime, random: (Int) -> [UInt8]
  ) -> String {
    let seconds = now.milliseconds / 1000
    return key.sign(
      JSONObject([
        ("iss", .string(id)), ("sub", .string(id)), ("aud", .string(issuer)),
        ("jti", .string(Base64.url.text(of: random(16)))),
        ("iat", .number(JSONNumber(seconds))), ("exp", .number(JSONNumber(seconds + 60))),
      ]), as: "JWT")
  }
}

/// The client of the settings. The authorization server that is used first is the one that knows it.
package struct RegisteredClient: Sendable {
  package enum Credential: Sendable {
    /// A public client (RFC 6749 §2.1).
    case none
    case secret(Secret)
    /// `private_key_jwt` with ES256 (RFC 7523 §2.2).
    case key(ES256Key)
  }

  package let id: String
  package let credential: Credential

  package init(id: String, _ credential: Credential) {
    self.id = id
    self.credential = credential
  }

  /// - Parameter methods: what the authorization server supports; `nil` if it does not say.
  func identity(methods: [String]?) -> ClientIdentity {
    let authentication: ClientIdentity.Authentication =
      switch credential {
      case .none: .none
      case .key(let key): .key(key)
      // RFC 8414 §2: basic without a list, and of several the first here.
      case .secret(let secret):
        switch ClientAuthenticationMethod.choose([.basic, .post, .none], of: methods ?? []) {
        case .post: .post(secret)
        case ClientAuthenticationMethod.none?: .none
        default: .basic(secret)
        }
      }
    return ClientIdentity(.registered, id: id, authentication)
  }
}

extension ClientAuthenticationMethod {
  /// The first of `wanted` that the authorization server supports.
  static func choose(
    _ wanted: [ClientAuthenticationMethod], of methods: [String]
  ) -> ClientAuthenticationMethod? {
    wanted.first { method in methods.contains { $0.hasSameBytes(as: method.rawValue) } }
  }
}
