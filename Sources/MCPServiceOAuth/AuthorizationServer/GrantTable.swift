internal import Auth
internal import AuthorizationServer
internal import Crypto
internal import State
internal import Support
private import Synchronization

/// The grants of the tokens that arrive, as the state has them. What the state said is used for half a
/// second, so that most requests do not ask it, and a revocation in another process is heard within a
/// second.
final class GrantTable: Sendable {
  private static let lifetime = Duration.milliseconds(500)
  private static let capacity = 10_000

  private struct Known {
    /// The inner `nil`: the grant has ended.
    var grants = ExpiringTable<Grant?>(capacity: capacity)
    /// Counts the changes of this process.
    var version = 0
  }

  private let state: AuthorizationState
  private let clients: Clients
  private let pool: any BlockingPool
  private let now: @Sendable () -> WallTime
  private let clock: @Sendable () -> MonotonicTime
  private let known = Mutex(Known())

  init(
    _ state: AuthorizationState, clients: Clients, pool: any BlockingPool,
    now: @escaping @Sendable () -> WallTime,
    clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.state = state
    self.clients = clients
    self.pool = pool
    self.now = now
    self.clock = clock
  }

  /// Forgets everything, after this process has ended a grant or removed a client.
  func forget() {
    known.withLock {
      $0.grants = ExpiringTable(capacity: Self.capacity)
      $0.version += 1
    }
  }

  /// The grant, if it has not ended and its client still exists.
  /// - Throws: `AuthenticationError.overloaded`, `.providerUnavailable`: the state cannot be read.
  func grant(_ id: String, for client: Client) async throws(AuthenticationError) -> Grant? {
    let key = Bits128(SHA256Digest(of: id.utf8).firstHalf)
    let (found, version) = known.withLock { ($0.grants.value(key, at: clock()), $0.version) }
    if let found { return found.flatMap { $0.isActive(at: now()) ? $0 : nil } }
    let result: Result<Grant?, StateError>
    do throws(BlockingPoolIsFull) {
      let (state, clients) = (state, clients)
      result = try await pool.run(for: client) {
        Result { () throws(StateError) in
          guard let grant = try state.grant(id), try clients.exists(grant.clientID) else {
            return nil
          }
          return grant
        }
      }
    } catch {
      throw .overloaded
    }
    guard case .success(let stored) = result else { throw .providerUnavailable }
    let grant = stored.flatMap { $0.isActive(at: now()) ? $0 : nil }
    known.withLock {
      // It may have ended since the state was read.
      guard $0.version == version else { return }
      let time = clock()
      $0.grants.insert(grant, for: key, until: time + Self.lifetime, now: time)
    }
    return grant
  }
}
