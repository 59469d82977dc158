package import Support

/// What an authorization server must remember: clients, sign-ins, codes, grants, refresh tokens and
/// signing keys; and the connections of its users to other services.
///
/// Each operation is one method and one transaction: its changes are on the disk when it returns, or
/// none is made. The caller makes all random values and passes the digests of those that grant access.
/// A digest needs no salt, because each value has 256 random bits. Two connections, or two processes,
/// may use one file. Methods wait for the disk and for other processes, so call them on a thread that
/// may block.
package struct AuthorizationState: Sendable {
  /// How many rows the tables may have.
  package struct Limits: Sendable {
    package var transactions = 100_000
    package var codes = 100_000
    package var grants = 1_000_000
    /// The oldest valid grant above this number is revoked.
    package var grantsPerUserAndClient = 64
    /// The oldest grant above this number is removed, which ends it.
    package var grantsPerUser = 1024
    /// The reuse of an older token is `unknown`, and does not end the grant.
    package var refreshTokensPerGrant = 1024
    package var signingKeys = 64
    package var names = 64
    package var upstreamConnections = 100_000
    package var upstreamFlows = 10_000
    /// After as many wrong completion codes, a flow has ended.
    package var wrongCodesPerFlow = 5

    package init() {}
  }

  /// The lifetime of clients that registered themselves and never got a grant, if the table is full.
  package static let unusedClientLifetime = Duration.seconds(3600)
  /// How long a grant is listed after its revocation.
  package static let revokedGrantLifetime = Duration.seconds(24 * 3600)

  let database: Database
  let limits: Limits

  /// Opens the state, and creates it if there is none.
  /// - Parameter path: a file, or `:memory:`, which ends with the process.
  /// - Throws: each case under "The file" of `StateError`, `busy`, `diskFull` or `readOnly`
  package init(path: String, limits: Limits = Limits()) throws(StateError) {
    database = try Database(path: path, schema: .authorization)
    self.limits = limits
  }

  // MARK: Names

  /// The value that was stored under a name, such as the issuer that this state belongs to.
  package func meta(_ name: String) throws(StateError) -> String? {
    try database.read { (connection) throws(StateError) in
      try connection.first("SELECT value FROM meta WHERE name = ?", [.text(name)]) {
        (row) throws(StateError) in try row.text(0)
      }
    }
  }

  /// Stores a value under a name, and replaces the value that it had.
  /// - Throws: `full`, or as each operation
  package func setMeta(_ name: String, _ value: String) throws(StateError) {
    try database.transaction { (connection) throws(StateError) in
      let isNew = try connection.run(
        "UPDATE meta SET value = ? WHERE name = ?", [.text(value), .text(name)])
      guard isNew == 0 else { return }
      guard try connection.count("SELECT count(*) FROM meta") < limits.names else {
        throw StateError.full
      }
      try connection.run("INSERT INTO meta VALUES (?, ?)", [.text(name), .text(value)])
    }
  }

  /// A number that changes when another connection has changed the state. Only numbers of the same
  /// `AuthorizationState` can be compared.
  package func dataVersion() throws(StateError) -> Int {
    try database.read { (connection) throws(StateError) in
      try connection.count("PRAGMA data_version")
    }
  }

  // MARK: Cleaning

  /// Removes what has no effect any more: expired codes, sign-ins and connection flows, grants after
  /// their end with their refresh tokens, and grants that were revoked a day ago.
  /// - Parameter limit: how many rows of each table one call removes.
  /// - Returns: the number of removed rows. If it is not 0, call again.
  package func purge(now: WallTime, limit: Int = 1000) throws(StateError) -> Int {
    try database.transaction { (connection) throws(StateError) in
      let revoked = now - Self.revokedGrantLifetime
      var removed = try connection.removeExpired(from: "codes", now, limit: limit)
      removed += try connection.removeExpired(from: "transactions", now, limit: limit)
      removed += try connection.removeExpired(from: "upstream_flows", now, limit: limit)
      // First the tokens: with a grant, all its tokens would go at once.
      removed += try connection.run(
        """
        DELETE FROM refresh_tokens WHERE number IN
        (SELECT t.number FROM grants AS g JOIN refresh_tokens AS t ON t.grant_id = g.id
         WHERE g.ends_at <= ? OR g.revoked_at <= ? LIMIT ?)
        """, [.time(now), .time(revoked), .integer(limit)])
      removed += try connection.run(
        """
        DELETE FROM grants WHERE number IN
        (SELECT number FROM grants AS g WHERE (ends_at <= ? OR revoked_at <= ?)
         AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE grant_id = g.id) LIMIT ?)
        """, [.time(now), .time(revoked), .integer(limit)])
      return removed
    }
  }
}

extension Connection {
  /// The integer of a statement that returns one.
  mutating func count(_ sql: String, _ values: [SQLValue] = []) throws(StateError) -> Int {
    let number = try first(sql, values) { (row) throws(StateError) in try row.integer(0) }
    guard let number else { throw .damaged }
    return number
  }

  /// The number of rows of a table. Triggers count them, because `count(*)` reads the whole table.
  mutating func rowCount(of table: String) throws(StateError) -> Int {
    try count("SELECT rows FROM row_counts WHERE name = ?", [.text(table)])
  }

  /// Removes expired rows from a table that is full.
  /// - Throws: `full` if none has expired
  mutating func makeRoom(
    in table: String, for limit: Int, _ now: WallTime
  ) throws(StateError) {
    guard try rowCount(of: table) >= limit else { return }
    _ = try removeExpired(from: table, now, limit: 1000)
    guard try rowCount(of: table) < limit else { throw .full }
  }

  /// - Parameter table: a constant.
  /// - Returns: the number of removed rows.
  mutating func removeExpired(
    from table: String, _ now: WallTime, limit: Int
  ) throws(StateError) -> Int {
    try run(
      """
      DELETE FROM \(table) WHERE number IN
      (SELECT number FROM \(table) WHERE expires_at <= ? LIMIT ?)
      """, [.time(now), .integer(limit)])
  }
}
