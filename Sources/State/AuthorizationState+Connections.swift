package import Support

extension AuthorizationState {
  /// The longest user of a connection, in bytes.
  package static let maximumUserLength = 4096
  /// The bound of what a connection stores, in bytes.
  package static let maximumConnectionLength = 32 << 10

  /// Stores a connection. It replaces the one that the user had to this service, and ends the lease of
  /// a renewal that is under way.
  /// - Parameter seal: makes the sealed refresh token of a generation.
  /// - Returns: the generation.
  /// - Throws: `full` or `tooLarge`, or as each operation
  @discardableResult
  package func store(
    _ new: NewUpstreamConnection, now: WallTime, seal: (_ generation: Int) -> [UInt8]
  ) throws(StateError) -> Int {
    guard 1...Self.maximumUserLength ~= new.user.utf8.count else { throw .tooLarge }
    return try database.transaction { (connection) throws(StateError) in
      try connection.run(
        "DELETE FROM upstream_connections WHERE user_key = ? AND service = ?",
        [.text(new.user), .text(new.service)])
      guard
        try connection.rowCount(of: "upstream_connections") < limits.upstreamConnections
      else { throw StateError.full }
      let generation = try connection.nextGeneration()
      let sealed = seal(generation)
      let texts = [
        new.user, new.service, new.origin, new.siteID ?? "", new.siteName ?? "", new.scope,
      ]
      guard
        texts.reduce(sealed.count, { $0 + $1.utf8.count }) <= Self.maximumConnectionLength
      else { throw StateError.tooLarge }
      try connection.run(
        "INSERT INTO upstream_connections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
        [
          .text(new.user), .text(new.service), .text(new.origin), .text(new.siteID),
          .text(new.siteName), .text(new.scope), .bytes(sealed), .integer(generation),
          .integer(generation), .time(now), .time(now),
        ])
      return generation
    }
  }

  package func connection(
    user: String, service: String
  ) throws(StateError) -> UpstreamConnection? {
    try database.read { (connection) throws(StateError) in
      try connection.upstreamConnection(user, service)
    }
  }

  /// All connections of a user, by service.
  package func connections(user: String) throws(StateError) -> [UpstreamConnection] {
    try database.read { (connection) throws(StateError) in
      try connection.rows(
        """
        SELECT \(UpstreamConnection.columns) FROM upstream_connections
        WHERE user_key = ? ORDER BY service
        """, [.text(user)], read: UpstreamConnection.init)
    }
  }

  /// Removes a connection, and the flow that would make a new one.
  /// - Returns: the generation that it had; `nil` if there was none.
  @discardableResult
  package func removeConnection(user: String, service: String) throws(StateError) -> Int? {
    try database.transaction { (connection) throws(StateError) in
      let found = try connection.upstreamConnection(user, service)
      try connection.run(
        "DELETE FROM upstream_flows WHERE user_key = ? AND service = ?",
        [.text(user), .text(service)])
      try connection.run(
        "DELETE FROM upstream_connections WHERE user_key = ? AND service = ?",
        [.text(user), .text(service)])
      return found?.generation
    }
  }
}

extension Connection {
  mutating func upstreamConnection(
    _ user: String, _ service: String
  ) throws(StateError) -> UpstreamConnection? {
    try first(
      """
      SELECT \(UpstreamConnection.columns) FROM upstream_connections
      WHERE user_key = ? AND service = ?
      """, [.text(user), .text(service)], read: UpstreamConnection.init)
  }

  /// A generation that was never used. Call it in a transaction.
  mutating func nextGeneration() throws(StateError) -> Int {
    let last = try count("SELECT last FROM upstream_generation")
    guard last >= 0, last < Int.max else { throw .damaged }
    try run("UPDATE upstream_generation SET last = ?", [.integer(last + 1)])
    return last + 1
  }
}
