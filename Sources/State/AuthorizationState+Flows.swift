package import Crypto
package import Support

/// A connection that a user has begun to make, and that goes on in a browser.
///
/// This file is long because all steps of a flow are in it:
///
/// 1. `begin`: the user asks for a connection and gets a link, which has the secret of the flow.
/// 2. `bind`: a browser opens the link. From now on the flow belongs to it.
/// 3. `take`: the service sends this browser back. If the person signs in first, the identity provider
///    sends it back before, and `proceed` begins the way to the service.
/// 4. `finish`: the tokens are stored, and the browser shows a completion code.
/// 5. `complete`: the user passes the code on. Without this step, a link that somebody sends to
///    another person would connect the account of that person.
///
/// After a sign-in of the user who asked, `end` takes the place of 4 and 5.
package struct UpstreamFlow: Sendable {
  package var hash: SHA256Digest
  /// As in `UpstreamConnection`.
  package var user: String
  package var service: String
  /// What the caller needs to continue: at most `AuthorizationState.maximumPayloadLength` bytes.
  package var payload: [UInt8]
  package var expiresAt: WallTime

  package init(
    hash: SHA256Digest, user: String, service: String, payload: [UInt8], expiresAt: WallTime
  ) {
    self.hash = hash
    self.user = user
    self.service = service
    self.payload = payload
    self.expiresAt = expiresAt
  }

  /// How far a flow is. The numbers are stored.
  enum Stage: Int {
    case begun = 0
    case bound = 1
    case taken = 2
    case finished = 3
  }
}

extension UpstreamFlow: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "connection flow [secret]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension AuthorizationState {
  /// The bound of the result of a flow, in bytes.
  package static let maximumResultLength = 32 << 10

  /// The result of `bind` and `take`.
  package enum FlowStep: Sendable {
    case flow(UpstreamFlow)
    /// There is no such flow, or this step was made before.
    case unknown
    /// The flow belongs to another browser. Nothing has changed.
    case wrongBrowser
    case expired
  }

  /// The result of `complete`.
  package enum Completion: Sendable {
    case completed(UpstreamFlow, result: [UInt8])
    /// No flow of this user has this code. It is the same for a code of another user.
    case wrong
  }

  /// Stores a flow. It replaces the one that the user had for this service, and never removes the flow
  /// of another user.
  /// - Throws: `full` or `tooLarge`, or as each operation
  package func begin(_ flow: UpstreamFlow, now: WallTime) throws(StateError) {
    guard 1...Self.maximumUserLength ~= flow.user.utf8.count,
      flow.payload.count + flow.service.utf8.count <= Self.maximumPayloadLength
    else { throw .tooLarge }
    try database.transaction { (connection) throws(StateError) in
      try connection.run(
        "DELETE FROM upstream_flows WHERE user_key = ? AND service = ?",
        [.text(flow.user), .text(flow.service)])
      try connection.makeRoom(in: "upstream_flows", for: limits.upstreamFlows, now)
      try connection.run(
        "INSERT INTO upstream_flows VALUES (NULL, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, 0, ?)",
        [
          .digest(flow.hash), .text(flow.user), .text(flow.service), .bytes(flow.payload),
          .stage(.begun), .time(flow.expiresAt),
        ])
    }
  }

  /// A flow whose link can still be opened. It changes nothing.
  package func flow(_ hash: SHA256Digest, now: WallTime) throws(StateError) -> UpstreamFlow? {
    try database.read { (connection) throws(StateError) in
      guard let stored = try connection.flow("hash = ?", [.digest(hash)]),
        stored.stage == .begun || stored.stage == .bound, now < stored.flow.expiresAt
      else { return nil }
      return stored.flow
    }
  }

  /// Binds a flow to the first browser that opens its link. The same browser may open it again, until
  /// it comes back from the service; then only the newest `state` is valid.
  /// - Parameters:
  ///   - cookie: the digest of the browser's cookie for this flow.
  ///   - state: the digest of the `state` for the next server (RFC 6749 §10.12).
  ///   - payload: in place of the flow's own.
  package func bind(
    _ hash: SHA256Digest, cookie: SHA256Digest, state: SHA256Digest, payload: [UInt8], now: WallTime
  ) throws(StateError) -> FlowStep {
    guard payload.count <= Self.maximumPayloadLength else { throw .tooLarge }
    return try database.transaction { (connection) throws(StateError) in
      guard let stored = try connection.flow("hash = ?", [.digest(hash)]),
        stored.stage == .begun || stored.stage == .bound
      else { return .unknown }
      // RFC 9700 §4.7: the flow belongs to the browser that came first.
      guard stored.cookie?.isEqual(to: cookie) ?? true else { return .wrongBrowser }
      guard now < stored.flow.expiresAt else { return .expired }
      try connection.run(
        """
        UPDATE upstream_flows SET stage = ?, cookie_hash = ?, state_hash = ?, payload = ?
        WHERE hash = ?
        """,
        [.stage(.bound), .digest(cookie), .digest(state), .bytes(payload), .digest(hash)])
      return .flow(stored.flow)
    }
  }

  /// A flow that was taken goes on to the next server, in the same browser. It works once.
  /// - Parameters: as for `bind`.
  /// - Returns: whether there was such a flow.
  package func proceed(
    _ hash: SHA256Digest, state: SHA256Digest, payload: [UInt8], now: WallTime
  ) throws(StateError) -> Bool {
    guard payload.count <= Self.maximumPayloadLength else { throw .tooLarge }
    return try database.transaction { (connection) throws(StateError) in
      try connection.run(
        """
        UPDATE upstream_flows SET stage = ?, state_hash = ?, payload = ?
        WHERE hash = ? AND stage = ? AND expires_at > ?
        """,
        [
          .stage(.bound), .digest(state), .bytes(payload), .digest(hash), .stage(.taken),
          .time(now),
        ]) == 1
    }
  }

  /// The flow of a callback. It works once for each `state`.
  package func take(
    state: SHA256Digest, cookie: SHA256Digest, now: WallTime
  ) throws(StateError) -> FlowStep {
    try database.transaction { (connection) throws(StateError) in
      guard let stored = try connection.flow("state_hash = ?", [.digest(state)]),
        stored.stage == .bound
      else { return .unknown }
      // RFC 9700 §4.7: only the browser that began may continue.
      guard stored.cookie?.isEqual(to: cookie) == true else { return .wrongBrowser }
      guard now < stored.flow.expiresAt else { return .expired }
      try connection.run(
        "UPDATE upstream_flows SET stage = ?, state_hash = NULL WHERE hash = ?",
        [.stage(.taken), .digest(stored.flow.hash)])
      return .flow(stored.flow)
    }
  }

  /// Stores the result of a flow that was taken, with the digest of its completion code. It works
  /// once.
  /// - Returns: whether there was such a flow.
  /// - Throws: `tooLarge`, or as each operation
  package func finish(
    _ hash: SHA256Digest, result: [UInt8], code: SHA256Digest, now: WallTime
  ) throws(StateError) -> Bool {
    guard result.count <= Self.maximumResultLength else { throw .tooLarge }
    return try database.transaction { (connection) throws(StateError) in
      try connection.run(
        """
        UPDATE upstream_flows SET stage = ?, result = ?, code_hash = ?
        WHERE hash = ? AND stage = ? AND expires_at > ?
        """,
        [
          .stage(.finished), .bytes(result), .digest(code), .digest(hash), .stage(.taken),
          .time(now),
        ]) == 1
    }
  }

  /// Ends a flow, such as one that the service has refused.
  /// - Returns: whether it was there: no newer one has replaced it.
  @discardableResult
  package func end(_ hash: SHA256Digest) throws(StateError) -> Bool {
    try database.transaction { (connection) throws(StateError) in
      try connection.run("DELETE FROM upstream_flows WHERE hash = ?", [.digest(hash)]) == 1
    }
  }

  /// The result of the user's flow that has this completion code. It works once.
  ///
  /// A wrong code counts against the flows of this user alone. It says nothing about those of others.
  package func complete(
    user: String, code: SHA256Digest, now: WallTime
  ) throws(StateError) -> Completion {
    try database.transaction { (connection) throws(StateError) in
      let waiting = try connection.rows(
        """
        SELECT \(StoredFlow.columns) FROM upstream_flows
        WHERE user_key = ? AND stage = ? AND expires_at > ?
        """, [.text(user), .stage(.finished), .time(now)], read: StoredFlow.init)
      let right = waiting.first { $0.code?.isEqual(to: code) == true }
      if let right, let result = right.result {
        try connection.run(
          "DELETE FROM upstream_flows WHERE hash = ?", [.digest(right.flow.hash)])
        return .completed(right.flow, result: result)
      }
      try connection.run(
        "UPDATE upstream_flows SET wrong_codes = wrong_codes + 1 WHERE user_key = ? AND stage = ?",
        [.text(user), .stage(.finished)])
      try connection.run(
        "DELETE FROM upstream_flows WHERE user_key = ? AND wrong_codes >= ?",
        [.text(user), .integer(limits.wrongCodesPerFlow)])
      return .wrong
    }
  }
}

private struct StoredFlow {
  static let columns = """
    hash, user_key, service, payload, expires_at, stage, cookie_hash, result, code_hash
    """

  let flow: UpstreamFlow
  let stage: UpstreamFlow.Stage
  let cookie: SHA256Digest?
  let result: [UInt8]?
  let code: SHA256Digest?

  init(_ row: borrowing Row) throws(StateError) {
    flow = UpstreamFlow(
      hash: try row.digest(0), user: try row.text(1), service: try row.text(2),
      payload: try row.bytes(3), expiresAt: try row.time(4))
    guard let stage = UpstreamFlow.Stage(rawValue: try row.integer(5)) else { throw .damaged }
    self.stage = stage
    cookie = try row.optionalDigest(6)
    result = row.isNull(7) ? nil : try row.bytes(7)
    code = try row.optionalDigest(8)
  }
}

extension SQLValue {
  fileprivate static func stage(_ stage: UpstreamFlow.Stage) -> SQLValue {
    .integer(stage.rawValue)
  }
}

extension Connection {
  /// - Parameter condition: a constant.
  fileprivate mutating func flow(
    _ condition: String, _ values: [SQLValue]
  ) throws(StateError) -> StoredFlow? {
    try first(
      "SELECT \(StoredFlow.columns) FROM upstream_flows WHERE \(condition)", values,
      read: StoredFlow.init)
  }
}
