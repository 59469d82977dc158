package import Crypto
private import JSON
package import Support

/// What an authorization code stands for (RFC 6749 §4.1.2), and what its redemption must repeat.
package struct AuthorizationCode: Sendable {
  package var userID: String
  package var userName: String
  /// The groups that the provider vouched for at the sign-in.
  package var userGroups: [String]
  package var clientID: String
  package var redirectURI: String
  package var resource: String
  /// The code challenge (RFC 7636 §4.2).
  package var challenge: String
  package var scope: String
  package var expiresAt: WallTime

  package init(
    userID: String, userName: String, userGroups: [String] = [], clientID: String,
    redirectURI: String, resource: String, challenge: String, scope: String, expiresAt: WallTime
  ) {
    self.userID = userID
    self.userName = userName
    self.userGroups = userGroups
    self.clientID = clientID
    self.redirectURI = redirectURI
    self.resource = resource
    self.challenge = challenge
    self.scope = scope
    self.expiresAt = expiresAt
  }
}

/// What a token request says about the code. The caller has authenticated the client.
package struct CodeRequest: Sendable {
  package var clientID: String
  package var redirectURI: String
  package var resource: String

  package init(clientID: String, redirectURI: String, resource: String) {
    self.clientID = clientID
    self.redirectURI = redirectURI
    self.resource = resource
  }
}

/// The grant that a valid code becomes.
package struct NewGrant: Sendable {
  /// Random text that no other grant has.
  package var id: String
  package var endsAt: WallTime
  /// The first refresh token; `nil` if the client gets none.
  package var refreshToken: NewRefreshToken?

  package init(id: String, endsAt: WallTime, refreshToken: NewRefreshToken?) {
    self.id = id
    self.endsAt = endsAt
    self.refreshToken = refreshToken
  }
}

extension AuthorizationState {
  /// The result of `redeem`.
  package enum Redemption: Sendable, Equatable {
    case granted(Grant)
    case unknown
    case wrongClient
    case wrongRedirectURI
    case wrongResource
    case wrongVerifier
    case expired
    /// The code was used before, so its grant is revoked now. `nil` if that grant is gone.
    case reused(grant: String?)
  }

  /// Stores a code.
  /// - Throws: `full`, or as each operation
  package func issueCode(
    _ hash: SHA256Digest, _ code: AuthorizationCode, now: WallTime
  ) throws(StateError) {
    try database.transaction { (connection) throws(StateError) in
      try connection.insert(code, hash, limits, now)
    }
  }

  /// Exchanges a code for a grant.
  ///
  /// A request that is wrong in one of the compared values changes nothing: a thief with the code and
  /// without the verifier cannot void it, and cannot end the grant that came of it. The second request
  /// that is right in all of them ends the grant (OAuth 2.1 §4.1.3).
  /// - Parameter verifies: whether the verifier of the request fits the challenge.
  /// - Throws: `full` or `exists`, or as each operation
  package func redeem(
    _ hash: SHA256Digest, _ request: CodeRequest, for new: NewGrant, now: WallTime,
    verifies: (_ challenge: String) -> Bool
  ) throws(StateError) -> Redemption {
    try database.transaction { (connection) throws(StateError) in
      let stored = try connection.first(
        """
        SELECT user_id, user_name, user_groups, client_id, redirect_uri, resource, challenge, scope, expires_at,
        used_at, grant_id FROM codes WHERE hash = ?
        """, [.digest(hash)], read: StoredCode.init)
      guard let stored else { return .unknown }
      let code = stored.code
      guard code.clientID.hasSameBytes(as: request.clientID) else { return .wrongClient }
      guard code.redirectURI.hasSameBytes(as: request.redirectURI) else { return .wrongRedirectURI }
      // RFC 8707 §2.2
      guard code.resource.hasSameBytes(as: request.resource) else { return .wrongResource }
      guard verifies(code.challenge) else { return .wrongVerifier }  // RFC 7636 §4.6
      guard now < code.expiresAt else { return .expired }
      guard !stored.isUsed else {
        if let grant = stored.grant { _ = try connection.revokeGrant(grant, now: now) }
        return .reused(grant: stored.grant)
      }
      let grant = Grant(
        id: new.id, userID: code.userID, userName: code.userName, userGroups: code.userGroups,
        clientID: code.clientID, resource: code.resource, scope: code.scope, createdAt: now,
        endsAt: new.endsAt)
      try connection.insert(grant, limits)
      if let token = new.refreshToken {
        try connection.insert(token, grant: grant.id, position: 0, now: now)
      }
      try connection.run(
        "UPDATE codes SET used_at = ?, grant_id = ? WHERE hash = ?",
        [.time(now), .text(grant.id), .digest(hash)])
      try connection.run(
        "UPDATE clients SET last_grant_at = ? WHERE id = ?", [.time(now), .text(grant.clientID)])
      return .granted(grant)
    }
  }
}

extension Connection {
  mutating func insert(
    _ code: AuthorizationCode, _ hash: SHA256Digest, _ limits: AuthorizationState.Limits,
    _ now: WallTime
  ) throws(StateError) {
    try makeRoom(in: "codes", for: limits.codes, now)
    try run(
      "INSERT INTO codes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
      [
        .digest(hash), .text(code.userID), .text(code.userName), .texts(code.userGroups),
        .text(code.clientID), .text(code.redirectURI), .text(code.resource),
        .text(code.challenge), .text(code.scope), .time(code.expiresAt),
      ])
  }
}

private struct StoredCode {
  let code: AuthorizationCode
  let isUsed: Bool
  let grant: String?

  init(_ row: borrowing Row) throws(StateError) {
    code = AuthorizationCode(
      userID: try row.text(0), userName: try row.text(1), userGroups: try row.texts(2),
      clientID: try row.text(3), redirectURI: try row.text(4), resource: try row.text(5),
      challenge: try row.text(6), scope: try row.text(7), expiresAt: try row.time(8))
    isUsed = !row.isNull(9)
    grant = try row.optionalText(10)
  }
}
