package import Support

/// The right of one renewal to replace the refresh token of a connection.
package struct UpstreamLease: Sendable {
  /// Random bytes, new for each lease.
  package var owner: [UInt8]
  /// When another may have it. Longer than the request of a renewal may take.
  package var until: WallTime

  package init(owner: [UInt8], until: WallTime) {
    self.owner = owner
    self.until = until
  }
}

extension AuthorizationState {
  /// The longest lease. One that ends later than this was made before the clock was set back.
  package static let maximumLease = Duration.seconds(600)

  /// The result of `lease`.
  package enum Leasing: Sendable {
    /// The connection, as it is under this lease.
    case leased(UpstreamConnection)
    case held(until: WallTime)
    /// There is no such connection.
    case unknown
  }

  /// The result of `replace`.
  package enum Replacement: Sendable, Equatable {
    case replaced(generation: Int)
    /// Another renewal has the lease now, or the user has connected again. Nothing has changed.
    case lost
    /// The connection was removed. It stays so.
    case removed
  }

  /// Takes the lease of a connection, if it is free or has expired. Of several processes one gets it.
  /// - Throws: `tooLarge` for a lease over `maximumLease`, or as each operation
  package func lease(
    user: String, service: String, _ lease: UpstreamLease, now: WallTime
  ) throws(StateError) -> Leasing {
    guard lease.until <= now + Self.maximumLease else { throw .tooLarge }
    return try database.transaction { (connection) throws(StateError) in
      guard let found = try connection.upstreamConnection(user, service) else { return .unknown }
      let end =
        try connection.first(
          "SELECT lease_until FROM upstream_connections WHERE user_key = ? AND service = ?",
          [.text(user), .text(service)]
        ) { (row) throws(StateError) in try row.optionalTime(0) } ?? nil
      if let end, now < end, end <= now + Self.maximumLease { return .held(until: end) }
      try connection.run(
        """
        UPDATE upstream_connections SET lease_until = ?, lease_owner = ?
        WHERE user_key = ? AND service = ?
        """,
        [.time(lease.until), .bytes(lease.owner), .text(user), .text(service)])
      return .leased(found)
    }
  }

  /// Replaces the refresh token under a lease, and ends the lease. An expired lease is good as long as
  /// no other renewal has taken one.
  /// - Parameters:
  ///   - old: the connection that `lease` returned.
  ///   - scope: of the new token; `nil` keeps it.
  ///   - seal: makes the sealed refresh token of a generation.
  /// - Throws: `tooLarge`, or as each operation
  package func replace(
    _ old: UpstreamConnection, under owner: [UInt8], scope: String? = nil, now: WallTime,
    seal: (_ generation: Int) -> [UInt8]
  ) throws(StateError) -> Replacement {
    try database.transaction { (connection) throws(StateError) in
      guard try connection.upstreamConnection(old.user, old.service) != nil else {
        return .removed  // it is not made again
      }
      let generation = try connection.nextGeneration()
      let sealed = seal(generation)
      guard
        sealed.count + (scope ?? "").utf8.count <= Self.maximumConnectionLength / 2
      else { throw StateError.tooLarge }
      let count = try connection.run(
        """
        UPDATE upstream_connections SET sealed_token = ?, generation = ?,
        scope = coalesce(?, scope), renewed_at = ?, lease_until = NULL, lease_owner = NULL
        WHERE user_key = ? AND service = ? AND lease_owner = ? AND generation = ?
        """,
        [
          .bytes(sealed), .integer(generation), .text(scope), .time(now), .text(old.user),
          .text(old.service), .bytes(owner), .integer(old.generation),
        ])
      return count == 1 ? .replaced(generation: generation) : .lost
    }
  }

  /// Ends a lease without a new token. It does nothing to the lease of another renewal.
  package func release(
    user: String, service: String, owner: [UInt8]
  ) throws(StateError) {
    try database.transaction { (connection) throws(StateError) in
      _ = try connection.run(
        """
        UPDATE upstream_connections SET lease_until = NULL, lease_owner = NULL
        WHERE user_key = ? AND service = ? AND lease_owner = ?
        """, [.text(user), .text(service), .bytes(owner)])
    }
  }

  /// Removes a connection whose token the service refuses, under a lease. A connection that the user
  /// has made since stays.
  /// - Returns: whether it was removed.
  package func remove(
    _ old: UpstreamConnection, under owner: [UInt8]
  ) throws(StateError) -> Bool {
    try database.transaction { (connection) throws(StateError) in
      try connection.run(
        """
        DELETE FROM upstream_connections
        WHERE user_key = ? AND service = ? AND lease_owner = ? AND generation = ?
        """,
        [.text(old.user), .text(old.service), .bytes(owner), .integer(old.generation)]) == 1
    }
  }
}
