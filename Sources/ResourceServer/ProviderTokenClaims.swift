internal import JOSE
internal import JSON
internal import Support

/// The claims of a token that the policy uses, with their types checked.
struct ProviderTokenClaims {
  let payload: JSONObject
  let issuer: String
  let subject: Subject
  let audience: [String]
  let expiresAt: WallTime
  let notBefore: WallTime?
  let issuedAt: WallTime?
  /// The client to which the token was issued.
  let client: Subject?
  /// `nil` if the token says nothing about scopes.
  let scopes: [String]?

  /// - Throws: `JWTError.malformedClaim`
  init(_ payload: JSONObject) throws(JWTError) {
    self.payload = payload
    let registered = try RegisteredClaims(payload)
    // RFC 9068 §2.2: mandatory.
    guard let issuer = registered.issuer else { throw .malformedClaim("iss") }
    guard let subject = registered.subject.flatMap(Subject.init) else {
      throw .malformedClaim("sub")
    }
    guard let audience = registered.audience else { throw .malformedClaim("aud") }
    guard let expiresAt = registered.expiresAt else { throw .malformedClaim("exp") }
    self.issuer = issuer
    self.subject = subject
    self.audience = audience
    self.expiresAt = expiresAt
    notBefore = registered.notBefore
    issuedAt = registered.issuedAt
    var clients: [Subject] = []
    for name in Self.clientClaims {
      if let client = try payload.claim(name, { $0.string.flatMap(Subject.init) }) {
        clients.append(client)
      }
    }
    client = clients.first
    scopes = try Self.scopes(of: payload)
  }

  /// RFC 9068 §2.2; OpenID Connect Core §2 (Keycloak, Auth0, Entra 2.0); Okta; Entra 1.0. The first
  /// one counts.
  private static let clientClaims = ["client_id", "azp", "cid", "appid"]

  // MARK: Scopes

  private static func scopes(of payload: JSONObject) throws(JWTError) -> [String]? {
    // RFC 9068 §2.2.3, RFC 8693 §4.2: a string and no array (ATTACKS O7).
    let scope = try payload.claim("scope") { $0.string.flatMap(tokens) }
    // A string in Entra's tokens, an array in Okta's.
    let scp = try payload.claim("scp") { $0.string.flatMap(tokens) ?? $0.strings }
    if let scope { return try bounded(scope, "scope") }
    return try scp.map { scp throws(JWTError) in try bounded(scp, "scp") }
  }

  /// RFC 6749 §3.3: one space between two tokens. The empty string has no tokens: Keycloak sends it.
  private static func tokens(_ text: String) -> [String]? {
    if text.utf8.isEmpty { return [] }
    let tokens = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    return tokens.contains { $0.isEmpty } ? nil : tokens.map { String(Substring($0)) }
  }

  /// The largest number of scopes, of roles and of groups.
  static let maximumNames = 256

  static func bounded(_ names: [String], _ claim: String) throws(JWTError) -> [String] {
    guard names.count <= maximumNames else { throw .malformedClaim(claim) }  // ASVS 15.2.2
    return names
  }

  // MARK: Who the caller is

  /// Whether the client acts for itself, so that `sub` names no user (ATTACKS O8).
  ///
  /// RFC 9068 §2.2: `sub` is then the client. Entra says it with `idtyp`, Auth0 with `gty`, and both
  /// have other values in `sub`.
  var isClient: Bool {
    client == subject || says("idtyp", "app") || says("gty", "client-credentials")
  }

  /// Whether `sub` is certainly a user. RFC 9068 §2.2 demands a client, but not every provider names
  /// it.
  var isOfAUser: Bool { client != nil && !isClient }

  /// For the audit log; `nil` for what cannot be written there.
  var name: Subject? { payload["name"]?.string.flatMap(Subject.init) }
  var email: Subject? { payload["email"]?.string.flatMap(Subject.init) }

  // MARK: Kinds of tokens

  /// Whether claims show that this is an access token and no ID token or refresh token, although its
  /// header does not say so.
  var areOfAnAccessToken: Bool {
    // OpenID Connect Core §2, §3.3.2.11: claims of ID tokens. Back-Channel Logout §2.4: `events`.
    let foreign = ["nonce", "at_hash", "c_hash", "s_hash", "events"]
    if foreign.contains(where: { payload[$0] != nil }) { return false }
    guard payload.hasKindOfAnAccessToken else { return false }
    // Keycloak: `ID`, `Refresh`, `Offline`, and `Bearer` for an access token.
    if payload["typ"] != nil, !says("typ", "Bearer") { return false }
    // RFC 9068 §2.2.3; Entra's app roles stand in ID tokens too, but those name no client.
    return scopes != nil || payload["roles"] != nil && client != nil
  }

  private func says(_ name: String, _ value: String) -> Bool {
    payload[name]?.string?.hasSameBytes(as: value) ?? false
  }
}

extension JSONObject {
  /// Whether the members that name a kind of token, if they are there, name an access token: Cognito's
  /// `token_use`, and `token_type` (RFC 7662 §2.2).
  fileprivate var hasKindOfAnAccessToken: Bool {
    for (name, value) in [("token_type", "bearer"), ("token_use", "access")] {
      guard let kind = self[name] else { continue }
      guard let text = kind.string, ASCII.areEqual(text.utf8, value.utf8) else { return false }
    }
    return true
  }
}
