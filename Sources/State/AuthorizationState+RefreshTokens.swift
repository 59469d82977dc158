package import Crypto
private import JSON
package import Support

/// A refresh token that the caller has made.
package struct NewRefreshToken: Sendable {
  package var hash: SHA256Digest
  /// The end, unless the token is used before.
  package var idleEnd: WallTime

  package init(hash: SHA256Digest, idleEnd: WallTime) {
    self.hash = hash
    self.idleEnd = idleEnd
  }
}

extension AuthorizationState {
  /// The result of `rotate`.
  package enum Rotation: Sendable, Equatable {
    case rotated(Grant)
    case unknown
    case wrongClient
    case wrongResource
    case expired
    /// The grant was revoked, or its end has come.
    case ended
    /// The token was used before, so its grant is revoked now.
    case reused(grant: String)
    /// `accepts` refused the grant. Nothing has changed.
    case refused
  }

  /// Exchanges a refresh token for a new one.
  ///
  /// A used token is never valid again, not even for a moment: there is no grace window. Its second
  /// use ends the grant, because one of the two users is a thief (RFC 9700 §4.14.2).
  /// - Parameter accepts: whether the request fits the grant of a token that can be used.
  /// - Throws: as each operation
  package func rotate(
    _ hash: SHA256Digest, to new: NewRefreshToken, client: String, resource: String, now: WallTime,
    accepts: (Grant) -> Bool = { _ in true }
  ) throws(StateError) -> Rotation {
    try database.transaction { (connection) throws(StateError) in
      guard let token = try connection.refreshToken(hash) else { return .unknown }
      guard let grant = try connection.grant(token.grant) else { throw StateError.damaged }
      // RFC 6749 §10.4: a token of another client. It changes nothing.
      guard grant.clientID.hasSameBytes(as: client) else { return .wrongClient }
      guard grant.resource.hasSameBytes(as: resource) else { return .wrongResource }
      guard !token.isUsed else {
        _ = try connection.revokeGrant(grant.id, now: now)
        return .reused(grant: grant.id)
      }
      guard now < token.idleEnd else { return .expired }
      guard grant.isActive(at: now) else { return .ended }
      guard accepts(grant) else { return .refused }
      try connection.run(
        "UPDATE refresh_tokens SET used_at = ? WHERE hash = ?", [.time(now), .digest(hash)])
      try connection.insert(new, grant: grant.id, position: token.position + 1, now: now)
      try connection.run(
        "DELETE FROM refresh_tokens WHERE grant_id = ? AND position <= ?",
        [.text(grant.id), .integer(token.position + 1 - limits.refreshTokensPerGrant)])
      return .rotated(grant)
    }
  }

  /// Ends the grant of a refresh token, used or not, if it belongs to the client (RFC 7009 §2.1).
  /// - Returns: the grant; `nil` if the token is unknown or belongs to another client.
  package func revoke(
    _ hash: SHA256Digest, client: String, now: WallTime
  ) throws(StateError) -> String? {
    try database.transaction { (connection) throws(StateError) in
      guard let token = try connection.refreshToken(hash) else { return nil }
      guard let grant = try connection.grant(token.grant) else { throw StateError.damaged }
      guard grant.clientID.hasSameBytes(as: client) else { return nil }
      _ = try connection.revokeGrant(grant.id, now: now)
      return grant.id
    }
  }
}

private struct StoredRefreshToken {
  let grant: String
  let position: Int
  let idleEnd: WallTime
  let isUsed: Bool
}

extension Connection {
  fileprivate mutating func refreshToken(
    _ hash: SHA256Digest
  ) throws(StateError) -> StoredRefreshToken? {
    try first(
      "SELECT grant_id, position, idle_end, used_at FROM refresh_tokens WHERE hash = ?",
      [.digest(hash)]
    ) { (row) throws(StateError) in
      StoredRefreshToken(
        grant: try row.text(0), position: try row.integer(1), idleEnd: try row.time(2),
        isUsed: !row.isNull(3))
    }
  }

  mutating func insert(
    _ token: NewRefreshToken, grant: String, position: Int, now: WallTime
  ) throws(StateError) {
    try run(
      "INSERT INTO refresh_tokens VALUES (NULL, ?, ?, ?, ?, ?, NULL)",
      [
        .digest(token.hash), .text(grant), .integer(position), .time(now), .time(token.idleEnd),
      ])
  }
}
