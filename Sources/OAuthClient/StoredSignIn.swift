private import JOSE
private import JSON
internal import OAuth
internal import Support

/// What a client keeps for one remote server: the document of a `TokenStore`.
///
/// ```json
/// {"version": 1, "metadata": "https://…/.well-known/oauth-protected-resource",
///  "registered": {"client_id": "…", "issuer": "https://…"},
///  "clients": [{"issuer": "https://…", "client_id": "…", "method": "none",
///               "redirect_uri": "http://127.0.0.1:49152/callback"}],
///  "tokens": {"issuer": "https://…", "resource": "https://…", "client_id": "…",
///             "kind": "dynamic", "access_token": "…", "refresh_token": "…",
///             "issued_at": 1785196800, "expires_at": 1785200400, "scope": "…", "asked": "…"}}
/// ```
///
/// A document of another version, or of another form, counts as none: the client signs in again.
///
/// The file is longer than 150 lines because it reads and writes each member.
package struct StoredSignIn: Sendable {
  private static let version: JSONValue = 1
  /// In bytes.
  static let maximumLength = 1 << 18
  /// The last ones are kept.
  static let maximumClients = 8

  /// Tokens, and what they belong to.
  struct Tokens: Sendable {
    /// The authorization server that issued them: no other one gets them.
    let issuer: String
    let resource: String
    let clientID: String
    let kind: ClientIdentity.Kind
    let access: Secret
    let refresh: Secret?
    let issuedAt: WallTime
    let expiresAt: WallTime?
    /// What was granted, as far as the server says it.
    let scope: ScopeList?
    /// All that was asked for, or has to be asked for where a person can sign in.
    var asked: ScopeList?

    /// Never at another authorization server, nor for another resource. ATTACKS O171
    func belong(to discovery: OAuthDiscovery) -> Bool {
      issuer.hasSameBytes(as: discovery.server.issuer)
        && resource.hasSameBytes(as: discovery.resource.resource)
    }

    /// Until when the access token is used: 60 s before its end, or half of a short lifetime.
    var renewedAt: WallTime? {
      guard let expiresAt else { return nil }
      let lifetime = expiresAt - issuedAt
      return expiresAt - min(OAuthSession.margin, lifetime / 2)
    }
  }

  /// The address of the metadata that a challenge has named.
  var metadataURL: String?
  /// The clients that authorization servers have registered, one for each issuer.
  private(set) var clients: [(issuer: String, client: ClientRegistration)] = []
  var tokens: Tokens?
  /// The authorization server at which the client of the settings was used first.
  var registration: (clientID: String, issuer: String)?

  package init() {}

  func client(of issuer: String) -> ClientRegistration? {
    clients.first { $0.issuer.hasSameBytes(as: issuer) }?.client
  }

  mutating func keep(_ client: ClientRegistration, of issuer: String) {
    clients.removeAll { $0.issuer.hasSameBytes(as: issuer) }
    clients.append((issuer, client))
    clients.removeFirst(max(0, clients.count - Self.maximumClients))
  }

  mutating func forgetClient(of issuer: String) {
    clients.removeAll { $0.issuer.hasSameBytes(as: issuer) }
  }

  // MARK: The document

  /// `nil` for another version or another form.
  package init?(_ document: [UInt8]) {
    guard document.count <= Self.maximumLength,
      let object = try? JSONParser.parse(document).object, object["version"] == Self.version
    else { return nil }
    if let url = object["metadata"] {
      guard let text = url.string else { return nil }
      metadataURL = text
    }
    if let value = object["clients"] {
      guard case .array(let elements) = value, elements.count <= Self.maximumClients else {
        return nil
      }
      for element in elements {
        guard let (issuer, client) = element.object.flatMap(Self.client) else { return nil }
        clients.append((issuer, client))
      }
    }
    if let value = object["registered"] {
      guard let id = value.object?["client_id"]?.string,
        let issuer = value.object?["issuer"]?.string
      else { return nil }
      registration = (id, issuer)
    }
    if let value = object["tokens"] {
      guard let tokens = value.object.flatMap(Self.tokens) else { return nil }
      self.tokens = tokens
    }
  }

  package var document: [UInt8] {
    var object = JSONObject([("version", Self.version)])
    object["metadata"] = metadataURL.map { .string($0) }
    object["clients"] = .array(clients.map { .object(Self.json($0.issuer, $0.client)) })
    object["registered"] = registration.map {
      ["client_id": .string($0.clientID), "issuer": .string($0.issuer)]
    }
    object["tokens"] = tokens.map { .object(Self.json($0)) }
    return JSONValue.object(object).serialized()
  }

  private static func client(_ object: JSONObject) -> (String, ClientRegistration)? {
    guard let issuer = object["issuer"]?.string, let id = object["client_id"]?.string,
      let method = object["method"]?.string.flatMap(ClientAuthenticationMethod.init(rawValue:)),
      let redirectURI = object["redirect_uri"]?.string,
      let expiresAt = time("secret_expires_at", object),
      let client = ClientRegistration(
        id: id, method, secret: object["client_secret"]?.string, secretExpiresAt: expiresAt,
        redirectURI: redirectURI)
    else { return nil }
    return (issuer, client)
  }

  private static func json(_ issuer: String, _ client: ClientRegistration) -> JSONObject {
    var object = JSONObject([
      ("issuer", .string(issuer)), ("client_id", .string(client.id)),
      ("method", .string(client.method.rawValue)), ("redirect_uri", .string(client.redirectURI)),
    ])
    object["client_secret"] = client.secret.map { .string($0.exposed) }
    object["secret_expires_at"] = client.secretExpiresAt.map(json)
    return object
  }

  private static func tokens(_ object: JSONObject) -> Tokens? {
    guard let issuer = object["issuer"]?.string, let resource = object["resource"]?.string,
      let clientID = object["client_id"]?.string,
      let kind = object["kind"]?.string.flatMap(ClientIdentity.Kind.init(rawValue:)),
      let access = object["access_token"]?.string, GrantedTokens.isToken(access),
      let issuedAt = object["issued_at"].flatMap(NumericDate.time),
      let expiresAt = time("expires_at", object),
      let refresh = text("refresh_token", object), let scope = text("scope", object),
      let asked = text("asked", object), refresh.map(GrantedTokens.isToken) ?? true,
      expiresAt.map({ issuedAt <= $0 }) ?? true
    else { return nil }
    return Tokens(
      issuer: issuer, resource: resource, clientID: clientID, kind: kind, access: Secret(access),
      refresh: refresh.map(Secret.init), issuedAt: issuedAt, expiresAt: expiresAt,
      scope: scope.flatMap { ScopeList($0) }, asked: asked.flatMap { ScopeList($0) })
  }

  private static func json(_ tokens: Tokens) -> JSONObject {
    var object = JSONObject([
      ("issuer", .string(tokens.issuer)), ("resource", .string(tokens.resource)),
      ("client_id", .string(tokens.clientID)), ("kind", .string(tokens.kind.rawValue)),
      ("access_token", .string(tokens.access.exposed)), ("issued_at", json(tokens.issuedAt)),
    ])
    object["refresh_token"] = tokens.refresh.map { .string($0.exposed) }
    object["expires_at"] = tokens.expiresAt.map(json)
    object["scope"] = tokens.scope.map { .string($0.text) }
    object["asked"] = tokens.asked.map { .string($0.text) }
    return object
  }

  /// A member that may be absent. `.some(nil)` if it is, `nil` if it has another form.
  private static func time(_ name: String, _ object: JSONObject) -> WallTime?? {
    guard let value = object[name] else { return .some(nil) }
    return NumericDate.time(value).map { .some($0) }
  }

  private static func text(_ name: String, _ object: JSONObject) -> String?? {
    guard let value = object[name] else { return .some(nil) }
    return value.string.map { .some($0) }
  }

  /// In whole seconds.
  private static func json(_ time: WallTime) -> JSONValue {
    .number(JSONNumber(time.milliseconds / 1000))
  }
}
