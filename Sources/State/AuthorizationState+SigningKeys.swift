package import Support

/// A key that signs access tokens, or that did so until it was retired.
package struct StoredSigningKey: Sendable {
  package var id: String
  /// The private key, sealed or not: the state does not read it.
  package var privateKey: [UInt8]
  package var createdAt: WallTime
  package var retiredAt: WallTime?

  package init(id: String, privateKey: [UInt8], createdAt: WallTime) {
    self.id = id
    self.privateKey = privateKey
    self.createdAt = createdAt
  }
}

extension StoredSigningKey: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "signing key [secret]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension AuthorizationState {
  /// All keys, the newest first.
  package func keys() throws(StateError) -> [StoredSigningKey] {
    try database.read { (connection) throws(StateError) in
      try connection.rows(
        """
        SELECT id, private_key, created_at, retired_at FROM signing_keys
        ORDER BY created_at DESC, rowid DESC
        """
      ) { (row) throws(StateError) in
        var key = StoredSigningKey(
          id: try row.text(0), privateKey: try row.bytes(1), createdAt: try row.time(2))
        key.retiredAt = try row.optionalTime(3)
        return key
      }
    }
  }

  /// Stores a key.
  /// - Parameter onlyAsFirst: store it only if there is no key that is not retired. Then of two
  ///   processes that start at the same time, one stores its key.
  /// - Returns: whether it was stored.
  /// - Throws: `full` or `exists`, or as each operation
  @discardableResult
  package func addKey(
    _ key: StoredSigningKey, onlyAsFirst: Bool = false
  ) throws(StateError) -> Bool {
    try database.transaction { (connection) throws(StateError) in
      let active = "SELECT count(*) FROM signing_keys WHERE retired_at IS NULL"
      if onlyAsFirst, try connection.count(active) > 0 { return false }
      guard try connection.count("SELECT count(*) FROM signing_keys") < limits.signingKeys else {
        throw StateError.full
      }
      try connection.run(
        "INSERT INTO signing_keys VALUES (?, ?, ?, NULL)",
        [.text(key.id), .bytes(key.privateKey), .time(key.createdAt)])
      return true
    }
  }

  /// Retires a key: it signs no more tokens, and verifies those that it has signed.
  /// - Returns: whether there was such a key that was not retired.
  package func retire(_ id: String, at time: WallTime) throws(StateError) -> Bool {
    try database.transaction { (connection) throws(StateError) in
      try connection.run(
        "UPDATE signing_keys SET retired_at = ? WHERE id = ? AND retired_at IS NULL",
        [.time(time), .text(id)]) == 1
    }
  }

  /// Removes the keys that were retired before `time`: their tokens must have expired.
  /// - Returns: the number of removed keys.
  package func dropKeys(retiredBefore time: WallTime) throws(StateError) -> Int {
    try database.transaction { (connection) throws(StateError) in
      try connection.run("DELETE FROM signing_keys WHERE retired_at < ?", [.time(time)])
    }
  }
}
