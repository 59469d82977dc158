package import Crypto
package import Support

/// A sign-in that goes on in the browser: the person is at the provider, or reads the consent page.
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

  /// The result of `take` and `peek`.
  package enum TakenTransaction: Sendable, Equatable {
    case payload([UInt8])
    /// There is no such sign-in, or it was taken, or its code was redeemed.
    case unknown
    /// The browser is not the one that began. The sign-in remains for the right one.
    case wrongCookie
    case expired
  }

  /// The result of `approve`.
  package enum Approval: Sendable, Equatable {
    case issued
    /// As in `TakenTransaction`.
    case unknown, wrongCookie, expired
    /// The code of this sign-in was redeemed.
    case redeemed
  }

  /// Stores a sign-in. A full table never removes the sign-in of another person.
  /// - Throws: `full` or `tooLarge`, or as each operation
  package func begin(_ transaction: SignInTransaction, now: WallTime) throws(StateError) {
    guard transaction.payload.count <= Self.maximumPayloadLength else { throw .tooLarge }
    try database.transaction { (connection) throws(StateError) in
      try connection.makeRoom(in: "transactions", for: limits.transactions, now)
      try connection.run(
        "INSERT INTO transactions VALUES (NULL, ?, ?, ?, ?, NULL)",
        [
          .digest(transaction.hash), .digest(transaction.cookieHash), .bytes(transaction.payload),
          .time(transaction.expiresAt),
        ])
    }
  }

  /// The payload of a sign-in that goes on, if the cookie is the right one.
  package func peek(
    _ hash: SHA256Digest, cookie: SHA256Digest, now: WallTime
  ) throws(StateError) -> TakenTransaction {
    try database.read { (connection) throws(StateError) in
      guard let stored = try connection.transaction(hash) else { return .unknown }
      guard stored.cookie.isEqual(to: cookie) else { return .wrongCookie }
      return now < stored.expiresAt ? .payload(stored.payload) : .expired
    }
  }

  /// Removes a sign-in and returns its payload, if the cookie is the right one. It works once. The
  /// code of an approval before that is void.
  package func take(
    _ hash: SHA256Digest, cookie: SHA256Digest, now: WallTime
  ) throws(StateError) -> TakenTransaction {
    try database.transaction { (connection) throws(StateError) in
      guard let stored = try connection.transaction(hash) else { return .unknown }
      // RFC 9700 §4.7: only the browser that began may end the sign-in.
      guard stored.cookie.isEqual(to: cookie) else { return .wrongCookie }
      try connection.run("DELETE FROM transactions WHERE hash = ?", [.digest(hash)])
      if let code = stored.code {
        let isVoid = try connection.run(
          "DELETE FROM codes WHERE hash = ? AND used_at IS NULL", [.digest(code)])
        guard isVoid == 1 else { return .unknown }
      }
      guard now < stored.expiresAt else { return .expired }
      return .payload(stored.payload)
    }
  }
}

extension AuthorizationState {
  /// Issues the code of a sign-in. A second approval, such as a second click, voids the code of the
  /// first, unless that was redeemed.
  /// - Parameter digest: of the new code.
  /// - Throws: `full`, or as each operation
  package func approve(
    _ hash: SHA256Digest, cookie: SHA256Digest, _ digest: SHA256Digest, _ code: AuthorizationCode,
    now: WallTime
  ) throws(StateError) -> Approval {
    try database.transaction { (connection) throws(StateError) in
      guard let stored = try connection.transaction(hash) else { return .unknown }
      // RFC 9700 §4.7: only the browser that began may end the sign-in.
      guard stored.cookie.isEqual(to: cookie) else { return .wrongCookie }
      guard now < stored.expiresAt else { return .expired }
      if let previous = stored.code {
        let isVoid = try connection.run(
          "DELETE FROM codes WHERE hash = ? AND used_at IS NULL", [.digest(previous)])
        guard isVoid == 1 else { return .redeemed }
      }
      try connection.insert(code, digest, limits, now)
      try connection.run(
        "UPDATE transactions SET code_hash = ? WHERE hash = ?", [.digest(digest), .digest(hash)])
      return .issued
    }
  }
}

private struct StoredTransaction {
  let cookie: SHA256Digest
  let payload: [UInt8]
  let expiresAt: WallTime
  /// The digest of the code that was issued.
  let code: SHA256Digest?
}

extension Connection {
  fileprivate mutating func transaction(
    _ hash: SHA256Digest
  ) throws(StateError) -> StoredTransaction? {
    try first(
      "SELECT cookie_hash, payload, expires_at, code_hash FROM transactions WHERE hash = ?",
      [.digest(hash)]
    ) { (row) throws(StateError) in
      StoredTransaction(
        cookie: try row.digest(0), payload: try row.bytes(1), expiresAt: try row.time(2),
        code: try row.optionalDigest(3))
    }
  }
}
