package import Auth
private import Crypto
private import JSON
package import State
package import Support
private import Synchronization

/// The connections of users to services, and their access tokens.
///
/// - Refresh tokens are in the state, sealed. Access tokens are in memory alone.
/// - An access token is replaced 60 s before it expires. All calls that need it share one renewal, and
///   of several processes on one state one renews at a time: it has a lease of the row.
/// - A new refresh token is stored before the new access token is used. If the answer of the service is
///   lost, or this process is killed before it has stored it, the row has the old token. Atlassian
///   accepts that for 10 more minutes.
/// - What another process changes is noticed after half a second.
///
/// A process that is killed during a renewal leaves its lease. Until that ends, calls of other
/// processes get `.unavailable`.
///
/// The file is long because the order of the steps is what it guards.
package final class UpstreamConnections: Sendable {
  /// An access token is used until so long before its end, or until half of its lifetime is over.
  static let margin = Duration.seconds(60)
  /// How long the state's word that a connection exists is used.
  static let trust = Duration.milliseconds(500)
  /// How long a call waits before it tries to get a lease again, and how often.
  static let pause = Duration.milliseconds(250)
  static let pauses = 20

  private let state: AuthorizationState
  private let seal: ConnectionSeal
  private let services: [UpstreamService: UpstreamOAuth]
  private let pool: any BlockingPool
  /// Longer than a renewal takes.
  private let lease: Duration
  private let now: @Sendable () -> WallTime
  private let clock: @Sendable () -> MonotonicTime
  private let random: @Sendable (Int) -> [UInt8]
  private let sleep: @Sendable (Duration) async -> Void
  private let memory: Mutex<ConnectionMemory>

  /// - Parameters:
  ///   - services: those to which users may connect.
  ///   - pool: for the state, which blocks.
  ///   - requestTimeout: of the HTTP client.
  ///   - mostRenewals: that are under way at once.
  package init(
    _ state: AuthorizationState, seal: ConnectionSeal,
    services: [UpstreamService: UpstreamOAuth], pool: any BlockingPool,
    requestTimeout: Duration = .seconds(5), mostRenewals: Int = 256,
    now: @escaping @Sendable () -> WallTime = WallTime.now,
    clock: @escaping @Sendable () -> MonotonicTime = MonotonicTime.now,
    random: @escaping @Sendable (Int) -> [UInt8] = RandomBytes.make,
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    self.state = state
    self.seal = seal
    self.services = services
    self.pool = pool
    lease = min(requestTimeout * 2 + .seconds(10), AuthorizationState.maximumLease)
    self.now = now
    self.clock = clock
    self.random = random
    self.sleep = sleep
    memory = Mutex(ConnectionMemory(mostRenewals: mostRenewals))
  }

  // MARK: Connections

  /// Stores a connection, which replaces the one that the user had to this service.
  /// - Parameters:
  ///   - scope: `nil` if it is the one that was asked for (RFC 6749 §5.1).
  ///   - user: as in `UpstreamConnection`.
  ///   - site: the site that the user chose.
  package func connect(
    _ refresh: Secret, scope: String?, user: String, service: UpstreamService,
    site: AtlassianSite? = nil,
    client: Client
  ) async throws(ConnectionError) {
    guard let oauth = services[service] else { throw .notConnected }
    let new = NewUpstreamConnection(
      user: user, service: service.rawValue, origin: oauth.origin, siteID: site?.id,
      siteName: site?.name, scope: scope ?? oauth.scope)
    let (seal, time) = (seal, now())
    let generation = try await inState(client) { (state) throws(StateError) in
      try state.store(new, now: time) { seal.seal(refresh, of: new, generation: $0) }
    }
    // The token of the old connection must not be used for the new one.
    let key = Self.key(user, service)
    memory.withLock {
      $0.forget(key, at: clock())
      $0.sawGeneration(generation, of: key, at: clock())
    }
  }

  /// The user's connections to services of the settings.
  package func connections(
    user: String, client: Client
  ) async throws(ConnectionError) -> [ConnectionSummary] {
    let stored = try await inState(client) { (state) throws(StateError) in
      try state.connections(user: user)
    }
    return stored.compactMap { connection in
      guard let service = UpstreamService(rawValue: connection.service),
        services[service] != nil
      else { return nil }
      return ConnectionSummary(
        service: service, siteName: connection.siteName, scope: connection.scope)
    }
  }

  /// Removes a connection, and the flow that would make a new one. A renewal that is under way does not
  /// make it again.
  /// - Returns: whether there was one.
  @discardableResult
  package func disconnect(
    user: String, service: UpstreamService, client: Client
  ) async throws(ConnectionError) -> Bool {
    let removed = try await inState(client) { (state) throws(StateError) in
      try state.removeConnection(user: user, service: service.rawValue)
    }
    let key = Self.key(user, service)
    memory.withLock {
      $0.forget(key, at: clock())
      if let removed { $0.sawRemoval(removed, of: key, at: clock()) }
    }
    return removed != nil
  }

  /// Forgets an access token, such as one that the service has refused: the next call renews it. Calls
  /// that wait for a renewal get `.unavailable`.
  package func forget(user: String, service: UpstreamService) {
    let key = Self.key(user, service)
    memory.withLock { $0.forget(key, at: clock()) }
  }

  // MARK: Access tokens

  /// The access token of a user's connection to a service.
  /// - Parameter client: whose share of the limits is used.
  package func accessToken(
    user: String, service: UpstreamService, client: Client
  ) async throws(ConnectionError) -> ConnectedToken {
    guard let oauth = services[service] else { throw .notConnected }
    let key = Self.key(user, service)
    let time = clock()
    if let known = memory.withLock({ $0.known(key, at: time) }) {
      if time < known.checkedAt + Self.trust { return known.token }
      if let token = try await confirmed(key, user, service, oauth, client) { return token }
    }
    let step = memory.withLock { memory in
      memory.renew(key, at: clock()) { number in
        // A task of its own: it does not end when a caller that waits is cancelled.
        Task.detached { await self.renewal(number, key, user, service, oauth, client) }
      }
    }
    switch step {
    case .use(let token): return token
    case .wait(let renewal): return try await renewal.value.get()
    case .refuse: throw .overloaded
    }
  }

  /// The token in memory, if the state still has its connection; `nil` if it has another one.
  private func confirmed(
    _ key: Bits128, _ user: String, _ service: UpstreamService, _ oauth: UpstreamOAuth,
    _ client: Client
  ) async throws(ConnectionError) -> ConnectedToken? {
    // Before the row is read: a renewal may see a later one meanwhile.
    let (time, lowest) = (clock(), memory.withLock { $0.lowestGeneration(key, at: clock()) })
    let stored = try await inState(client) { (state) throws(StateError) in
      try state.connection(user: user, service: service.rawValue)
    }
    guard let stored else {
      memory.withLock {
        $0.forget(key, at: clock())
        $0.sawRemoval(lowest, of: key, at: clock())
      }
      throw .notConnected
    }
    try Self.check(stored, oauth, lowest)
    return memory.withLock {
      $0.sawGeneration(stored.generation, of: key, at: clock())
      return $0.confirm(
        key, connection: stored.firstGeneration, checkedAt: time, at: clock())
    }
  }

  private static func check(
    _ connection: UpstreamConnection, _ oauth: UpstreamOAuth, _ lowest: Int
  ) throws(ConnectionError) {
    // ATTACKS O149: an older row that somebody has put back.
    guard connection.generation >= lowest else { throw .damaged }
    // ATTACKS O49: a token is sent to its service alone.
    guard connection.origin.hasSameBytes(as: oauth.origin) else { throw .otherOrigin }
  }

  // MARK: Renewal

  private func renewal(
    _ number: Int, _ key: Bits128, _ user: String, _ service: UpstreamService,
    _ oauth: UpstreamOAuth, _ client: Client
  ) async -> Result<ConnectedToken, ConnectionError> {
    var result: Result<ConnectionMemory.Known, ConnectionError>
    do throws(ConnectionError) {
      result = .success(try await renewed(key, user, service, oauth, client))
    } catch {
      result = .failure(error)
    }
    return memory.withLock { memory in
      // The user has disconnected, or the token was forgotten. This is not `.notConnected`: the call
      // would go on with another credential (ATTACKS O145).
      guard memory.end(number, of: key) else { return .failure(.unavailable) }
      if case .success(let known) = result { memory.insert(known, for: key, at: clock()) }
      return result.map(\.token)
    }
  }

  private func renewed(
    _ key: Bits128, _ user: String, _ service: UpstreamService, _ oauth: UpstreamOAuth,
    _ client: Client
  ) async throws(ConnectionError) -> ConnectionMemory.Known {
    for _ in 0..<Self.pauses {
      let lowest = memory.withLock { $0.lowestGeneration(key, at: clock()) }
      let time = now()
      let lease = UpstreamLease(owner: random(16), until: time + lease)
      let leasing = try await inState(client) { (state) throws(StateError) in
        try state.lease(user: user, service: service.rawValue, lease, now: time)
      }
      switch leasing {
      case .unknown: throw .notConnected
      case .held: await sleep(Self.pause)  // another process renews
      case .leased(let connection):
        do throws(ConnectionError) {
          try Self.check(connection, oauth, lowest)
          return try await renewed(key, connection, lease.owner, oauth, client)
        } catch {
          // If this fails, the lease expires.
          try? await inState(client) { (state) throws(StateError) in
            try state.release(user: user, service: service.rawValue, owner: lease.owner)
          }
          throw error
        }
      }
    }
    throw .unavailable
  }

  /// The token of a connection whose lease this call has.
  private func renewed(
    _ key: Bits128, _ connection: UpstreamConnection, _ owner: [UInt8], _ oauth: UpstreamOAuth,
    _ client: Client
  ) async throws(ConnectionError) -> ConnectionMemory.Known {
    guard let old = seal.open(connection) else { throw .damaged }
    memory.withLock { $0.sawGeneration(connection.generation, of: key, at: clock()) }
    let sentAt = clock()
    let tokens: UpstreamTokens
    do throws(UpstreamOAuthError) {
      tokens = try await oauth.refresh(old, for: client)
    } catch {
      switch error {
      case .unavailable: throw .unavailable
      case .refused: throw .refused
      case .invalidResponse: throw .invalidResponse
      case .invalidGrant:
        let isRemoved = try await inState(client) { (state) throws(StateError) in
          try state.remove(connection, under: owner)
        }
        // Otherwise the user has connected again, or another process has renewed the token.
        guard isRemoved else { throw .unavailable }
        memory.withLock { $0.sawRemoval(connection.generation, of: key, at: clock()) }
        throw .ended
      }
    }
    // RFC 6749 §6: without a new refresh token the old one stays.
    let refresh = tokens.refresh ?? old
    let (seal, time) = (seal, now())
    // Before the access token is used: the service may void the old refresh token then.
    let replacement = try await inState(client) { (state) throws(StateError) in
      try state.replace(connection, under: owner, scope: tokens.scope, now: time) {
        seal.seal(refresh, of: NewUpstreamConnection(connection), generation: $0)
      }
    }
    switch replacement {
    case .removed, .lost: throw .unavailable  // see `renewal`
    case .replaced(let generation):
      memory.withLock { $0.sawGeneration(generation, of: key, at: clock()) }
    }
    let token = ConnectedToken(access: tokens.access, siteID: connection.siteID)
    return ConnectionMemory.Known(
      token: token, connection: connection.firstGeneration, checkedAt: clock(),
      until: sentAt + tokens.lifetime - min(Self.margin, tokens.lifetime / 2))
  }

  // MARK: The state

  /// Runs an operation on the state, on a thread that may wait for the disk.
  package func inState<Value: Sendable>(
    _ client: Client,
    _ work: @escaping @Sendable (AuthorizationState) throws(StateError) -> Value
  ) async throws(ConnectionError) -> Value {
    let state = state
    let result: Result<Value, StateError>
    do throws(BlockingPoolIsFull) {
      result = try await pool.run(for: client) {
        Result { () throws(StateError) in try work(state) }
      }
    } catch {
      throw .overloaded
    }
    do throws(StateError) { return try result.get() } catch { throw .state(error) }
  }

  private static func key(_ user: String, _ service: UpstreamService) -> Bits128 {
    let place: JSONValue = [.string(user), .string(service.rawValue)]
    return Bits128(SHA256Digest(of: place.serialized()).firstHalf)
  }
}

extension NewUpstreamConnection {
  fileprivate init(_ connection: UpstreamConnection) {
    self.init(
      user: connection.user, service: connection.service, origin: connection.origin,
      siteID: connection.siteID, siteName: connection.siteName, scope: connection.scope)
  }
}
