package import Crypto
package import Support

/// A client that is stored, because it registered itself (RFC 7591) or because the operator added it.
package struct RegisteredClient: Sendable {
  package var id: String
  package var name: String
  package var redirectURIs: [String]
  package var grantTypes: [String]
  package var scopes: [String]
  /// `nil` for a public client.
  package var secretDigest: SHA256Digest?
  /// Whether the client registered itself. If it never gets a grant, it may be removed after an hour.
  package var isDynamic: Bool
  package var registeredAt: WallTime
  package var lastGrantAt: WallTime?

  package init(
    id: String, name: String, redirectURIs: [String], grantTypes: [String], scopes: [String],
    secretDigest: SHA256Digest?, isDynamic: Bool, registeredAt: WallTime
  ) {
    self.id = id
    self.name = name
    self.redirectURIs = redirectURIs
    self.grantTypes = grantTypes
    self.scopes = scopes
    self.secretDigest = secretDigest
    self.isDynamic = isDynamic
    self.registeredAt = registeredAt
  }
}

extension AuthorizationState {
  /// The bound of what a client stores, in bytes.
  package static let maximumClientLength = 16 << 10

  /// Stores a client.
  /// - Parameter limit: how many clients there may be. If there are as many, dynamic clients that are
  ///   older than an hour and never got a grant are removed first.
  /// - Throws: `full`, `exists` or `tooLarge`, or as each operation
  package func register(
    _ client: RegisteredClient, limit: Int = 10_000, now: WallTime
  ) throws(StateError) {
    let lists = [client.redirectURIs, client.grantTypes, client.scopes].map(SQLValue.json)
    let texts = lists + [client.id, client.name]
    guard texts.reduce(0, { $0 + $1.utf8.count }) <= Self.maximumClientLength else {
      throw .tooLarge
    }
    try database.transaction { (connection) throws(StateError) in
      if try connection.rowCount(of: "clients") >= limit {
        try connection.run(
          """
          DELETE FROM clients
          WHERE is_dynamic = 1 AND last_grant_at IS NULL AND registered_at <= ?
          """, [.time(now - Self.unusedClientLifetime)])
        guard try connection.rowCount(of: "clients") < limit else { throw StateError.full }
      }
      try connection.run(
        "INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        [
          .text(client.id), .text(client.name), .text(lists[0]), .text(lists[1]), .text(lists[2]),
          .digest(client.secretDigest), .integer(client.isDynamic ? 1 : 0),
          .time(client.registeredAt),
        ])
    }
  }

  package func client(_ id: String) throws(StateError) -> RegisteredClient? {
    try database.read { (connection) throws(StateError) in
      try connection.first(
        "SELECT \(Self.clientColumns) FROM clients WHERE id = ?", [.text(id)],
        read: Self.client)
    }
  }

  /// All clients, the oldest first.
  package func clients() throws(StateError) -> [RegisteredClient] {
    try database.read { (connection) throws(StateError) in
      try connection.rows(
        "SELECT \(Self.clientColumns) FROM clients ORDER BY registered_at, id", read: Self.client)
    }
  }

  /// Removes a client, ends its grants, and voids its codes.
  /// - Returns: whether there was such a client.
  package func removeClient(_ id: String, now: WallTime) throws(StateError) -> Bool {
    try database.transaction { (connection) throws(StateError) in
      _ = try connection.revokeGrants(client: id, now: now)
      return try connection.run("DELETE FROM clients WHERE id = ?", [.text(id)]) == 1
    }
  }

  private static let clientColumns = """
    id, name, redirect_uris, grant_types, scopes, secret_digest, is_dynamic, registered_at, \
    last_grant_at
    """

  private static func client(_ row: borrowing Row) throws(StateError) -> RegisteredClient {
    var client = RegisteredClient(
      id: try row.text(0), name: try row.text(1), redirectURIs: try row.texts(2),
      grantTypes: try row.texts(3), scopes: try row.texts(4),
      secretDigest: try row.optionalDigest(5), isDynamic: try row.integer(6) == 1,
      registeredAt: try row.time(7))
    client.lastGrantAt = try row.optionalTime(8)
    return client
  }
}
