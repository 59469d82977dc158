internal import Support

/// What a process keeps of connections: access tokens, the highest generation of each connection, and
/// the renewals that are under way. All of it is bounded.
struct ConnectionMemory {
  struct Known: Sendable {
    let token: ConnectedToken
    /// `firstGeneration` of its connection.
    let connection: Int
    /// The state has said at this time that the connection exists.
    var checkedAt: MonotonicTime
    /// When the token is used no more.
    let until: MonotonicTime
  }

  typealias Renewal = Task<Result<ConnectedToken, ConnectionError>, Never>

  enum Step {
    case use(ConnectedToken)
    case wait(Renewal)
    case refuse
  }

  /// As many as the state has connections.
  private static let mostGenerations = 100_000
  private static let mostTokens = 10_000
  private static let longTime = Duration.seconds(10 * 365 * 24 * 3600)

  private let mostRenewals: Int
  /// The inner `nil`: it was forgotten.
  private var tokens = ExpiringTable<Known?>(capacity: mostTokens)
  private var generations = ExpiringTable<Int>(capacity: mostGenerations)
  private var renewals: [Bits128: (number: Int, task: Renewal)] = [:]
  /// Counts also the renewals that were forgotten.
  private var running = 0
  private var lastNumber = 0

  init(mostRenewals: Int) { self.mostRenewals = mostRenewals }

  // MARK: Access tokens

  /// A token that is not used up.
  func known(_ key: Bits128, at now: MonotonicTime) -> Known? {
    tokens.value(key, at: now) ?? nil
  }

  mutating func insert(_ known: Known, for key: Bits128, at now: MonotonicTime) {
    tokens.insert(known, for: key, until: known.until, now: now)
  }

  /// The token, if it was not forgotten while the state was read. A token of another connection is
  /// forgotten: the user has connected again, perhaps with another account.
  mutating func confirm(
    _ key: Bits128, connection: Int, checkedAt: MonotonicTime, at now: MonotonicTime
  ) -> ConnectedToken? {
    guard var known = known(key, at: now) else { return nil }
    guard known.connection == connection else {
      tokens.insert(nil, for: key, until: now, now: now)
      return nil
    }
    known.checkedAt = checkedAt
    insert(known, for: key, at: now)
    return known.token
  }

  /// Forgets the token. A renewal that is under way keeps nothing here.
  mutating func forget(_ key: Bits128, at now: MonotonicTime) {
    renewals[key] = nil
    if known(key, at: now) != nil { tokens.insert(nil, for: key, until: now, now: now) }
  }

  // MARK: Generations

  /// The lowest generation that the connection may have.
  func lowestGeneration(_ key: Bits128, at now: MonotonicTime) -> Int {
    generations.value(key, at: now) ?? 0
  }

  mutating func sawGeneration(_ generation: Int, of key: Bits128, at now: MonotonicTime) {
    let highest = max(generation, lowestGeneration(key, at: now))
    generations.insert(highest, for: key, until: now + Self.longTime, now: now)
  }

  /// A connection was removed. Only a later one may have this key: each has a higher generation than
  /// all before.
  mutating func sawRemoval(_ generation: Int, of key: Bits128, at now: MonotonicTime) {
    let seen = max(generation, lowestGeneration(key, at: now))
    // It is from the file, so it may be any number.
    if seen < Int.max { sawGeneration(seen + 1, of: key, at: now) }
  }

  // MARK: Renewals

  /// Starts a renewal, or finds the one that is under way.
  mutating func renew(
    _ key: Bits128, at now: MonotonicTime, _ start: (_ number: Int) -> Renewal
  ) -> Step {
    if let known = known(key, at: now) { return .use(known.token) }
    if let renewal = renewals[key] { return .wait(renewal.task) }
    guard running < mostRenewals else { return .refuse }  // ASVS 15.2.2
    running += 1
    lastNumber += 1
    let task = start(lastNumber)
    renewals[key] = (lastNumber, task)
    return .wait(task)
  }

  /// Ends a renewal.
  /// - Returns: whether its result may be used: it was not forgotten.
  mutating func end(_ number: Int, of key: Bits128) -> Bool {
    running -= 1
    guard renewals[key]?.number == number else { return false }
    renewals[key] = nil
    return true
  }
}
