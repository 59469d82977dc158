package import Support

/// What a person has allowed a client to do. All codes and tokens of one sign-in belong to one grant.
package struct Grant: Sendable, Equatable {
  /// Random text.
  package var id: String
  /// The provider and the person's identifier there, such as `github:123`.
  package var userID: String
  package var userName: String
  /// The groups that the provider vouched for at the sign-in.
  package var userGroups: [String]
  package var clientID: String
  package var resource: String
  /// Names with spaces between them (RFC 6749 §3.3).
  package var scope: String
  package var createdAt: WallTime
  /// The end, however often the tokens are refreshed.
  package var endsAt: WallTime
  package var revokedAt: WallTime?

  package func isActive(at now: WallTime) -> Bool { revokedAt == nil && now < endsAt }
}

extension AuthorizationState {
  /// All grants, the oldest first. Those that have ended are among them until `purge` removes them.
  package func grants() throws(StateError) -> [Grant] {
    try database.read { (connection) throws(StateError) in
      try connection.rows("SELECT \(Grant.columns) FROM grants ORDER BY number", read: Grant.init)
    }
  }

  /// Whether tokens of the grant are valid. It reads one row: call it for each request.
  package func isActive(_ grant: String, now: WallTime) throws(StateError) -> Bool {
    try database.read { (connection) throws(StateError) in
      try connection.first(
        "SELECT 1 FROM grants WHERE id = ? AND revoked_at IS NULL AND ends_at > ?",
        [.text(grant), .time(now)]
      ) { (row) throws(StateError) in try row.integer(0) } != nil
    }
  }

  /// A grant, which may have ended; `nil` if there is none, or if `purge` has removed it.
  package func grant(_ id: String) throws(StateError) -> Grant? {
    try database.read { (connection) throws(StateError) in try connection.grant(id) }
  }

  /// - Returns: whether there was such a grant that was not revoked.
  package func revokeGrant(_ id: String, now: WallTime) throws(StateError) -> Bool {
    try database.transaction { (connection) throws(StateError) in
      try connection.revokeGrant(id, now: now)
    }
  }

  /// Revokes the grants of a user, and voids codes that are not redeemed.
  /// - Returns: the number of revoked grants.
  package func revokeGrants(user: String, now: WallTime) throws(StateError) -> Int {
    try database.transaction { (connection) throws(StateError) in
      try connection.run(
        "DELETE FROM codes WHERE user_id = ? AND used_at IS NULL", [.text(user)])
      return try connection.run(
        "UPDATE grants SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL",
        [.time(now), .text(user)])
    }
  }

  /// Revokes the grants of a client, and voids codes that are not redeemed.
  /// - Returns: the number of revoked grants.
  package func revokeGrants(client: String, now: WallTime) throws(StateError) -> Int {
    try database.transaction { (connection) throws(StateError) in
      try connection.revokeGrants(client: client, now: now)
    }
  }
}

extension Grant {
  static let columns = """
    id, user_id, user_name, user_groups, client_id, resource, scope, created_at, ends_at, revoked_at
    """

  init(_ row: borrowing Row) throws(StateError) {
    self.init(
      id: try row.text(0), userID: try row.text(1), userName: try row.text(2),
      userGroups: try row.texts(3), clientID: try row.text(4), resource: try row.text(5),
      scope: try row.text(6), createdAt: try row.time(7), endsAt: try row.time(8),
      revokedAt: try row.optionalTime(9))
  }
}

extension Connection {
  mutating func grant(_ id: String) throws(StateError) -> Grant? {
    try first("SELECT \(Grant.columns) FROM grants WHERE id = ?", [.text(id)], read: Grant.init)
  }

  mutating func revokeGrant(_ id: String, now: WallTime) throws(StateError) -> Bool {
    try run(
      "UPDATE grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
      [.time(now), .text(id)]) == 1
  }

  mutating func revokeGrants(client: String, now: WallTime) throws(StateError) -> Int {
    try run("DELETE FROM codes WHERE client_id = ? AND used_at IS NULL", [.text(client)])
    return try run(
      "UPDATE grants SET revoked_at = ? WHERE client_id = ? AND revoked_at IS NULL",
      [.time(now), .text(client)])
  }

  /// Stores a new grant, and ends older ones of the same user that are too many.
  mutating func insert(
    _ grant: Grant, _ limits: AuthorizationState.Limits
  ) throws(StateError) {
    guard try rowCount(of: "grants") < limits.grants else { throw .full }
    try run(
      "INSERT INTO grants VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
      [
        .text(grant.id), .text(grant.userID), .text(grant.userName), .texts(grant.userGroups),
        .text(grant.clientID), .text(grant.resource), .text(grant.scope), .time(grant.createdAt),
        .time(grant.endsAt),
      ])
    try run(
      """
      UPDATE grants SET revoked_at = ?1 WHERE number IN
      (SELECT number FROM grants
       WHERE user_id = ?2 AND client_id = ?3 AND revoked_at IS NULL AND ends_at > ?1
       ORDER BY number DESC LIMIT -1 OFFSET ?4)
      """,
      [
        .time(grant.createdAt), .text(grant.userID), .text(grant.clientID),
        .integer(limits.grantsPerUserAndClient),
      ])
    try run(
      """
      DELETE FROM grants WHERE number IN
      (SELECT number FROM grants WHERE user_id = ? ORDER BY number DESC LIMIT -1 OFFSET ?)
      """, [.text(grant.userID), .integer(limits.grantsPerUser)])
  }
}
