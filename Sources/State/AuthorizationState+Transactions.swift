package import Crypto
package import Support

/// A sign-in between the person's approval and the return of the browser from the provider.
package struct SignInTransaction: Sendable {
  package var hash: SHA256Digest
  /// The digest of the cookie of the browser that may end this sign-in.
  package var cookieHash: SHA256Digest
  /// What the caller needs to continue: at most `AuthorizationState.maximumPayloadLength` bytes.
  package var payload: [UInt8]
  package var expiresAt: WallTime

  package init(
    hash: SHA256Digest, cookieHash: SHA256Digest, payload: [UInt8], expiresAt: WallTime
  ) {
    self.hash = hash
    self.cookieHash = cookieHash
    self.payload = payload
    self.expiresAt = expiresAt
  }
}

extension AuthorizationState {
  package static let maximumPayloadLength = 8 << 10

  /// The result of `take`.
  package enum TakenTransaction: Sendable, Equatable {
    case payload([UInt8])
    /// There is no such sign-in, or it was taken.
    case unknown
    /// The browser is not the one that began. The sign-in remains for the right one.
    case wrongCookie
    case expired
  }

  /// Stores a sign-in. A full table never removes the sign-in of another person.
  /// - Throws: `full` or `tooLarge`, or as each operation
  package func begin(_ transaction: SignInTransaction, now: WallTime) throws(StateError) {
    guard transaction.payload.count <= Self.maximumPayloadLength else { throw .tooLarge }
    try database.transaction { (connection) throws(StateError) in
      if try connection.rowCount(of: "transactions") >= limits.transactions {
        _ = try connection.removeExpiredTransactions(now, limit: 1000)
        guard try connection.rowCount(of: "transactions") < limits.transactions else {
          throw StateError.full
        }
      }
      try connection.run(
        "INSERT INTO transactions VALUES (NULL, ?, ?, ?, ?)",
        [
          .digest(transaction.hash), .digest(transaction.cookieHash), .bytes(transaction.payload),
          .time(transaction.expiresAt),
        ])
    }
  }

  /// Removes a sign-in and returns its payload, if the cookie is the right one. It works once.
  package func take(
    _ hash: SHA256Digest, cookie: SHA256Digest, now: WallTime
  ) throws(StateError) -> TakenTransaction {
    try database.transaction { (connection) throws(StateError) in
      let stored = try connection.first(
        "SELECT cookie_hash, payload, expires_at FROM transactions WHERE hash = ?",
        [.digest(hash)]
      ) { (row) throws(StateError) in
        (cookie: try row.digest(0), payload: try row.bytes(1), expiresAt: try row.time(2))
      }
      guard let stored else { return .unknown }
      // RFC 9700 §4.7: only the browser that began may end the sign-in.
      guard stored.cookie.isEqual(to: cookie) else { return .wrongCookie }
      try connection.run("DELETE FROM transactions WHERE hash = ?", [.digest(hash)])
      guard now < stored.expiresAt else { return .expired }
      return .payload(stored.payload)
    }
  }
}

extension Connection {
  mutating func removeExpiredTransactions(
    _ now: WallTime, limit: Int
  ) throws(StateError) -> Int {
    try run(
      """
      DELETE FROM transactions WHERE number IN
      (SELECT number FROM transactions WHERE expires_at <= ? LIMIT ?)
      """, [.time(now), .integer(limit)])
  }
}
