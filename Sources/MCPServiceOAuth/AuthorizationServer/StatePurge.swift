internal import Auth
internal import State
internal import Support
private import Synchronization

/// Removes what has expired from the state, at most once a minute, beside the requests.
final class StatePurge: Sendable {
  private static let interval = Duration.seconds(60)

  private let state: AuthorizationState
  private let pool: any BlockingPool
  private let now: @Sendable () -> WallTime
  private let clock: @Sendable () -> MonotonicTime
  private let ranAt: Mutex<MonotonicTime>

  init(
    _ state: AuthorizationState, pool: any BlockingPool, now: @escaping @Sendable () -> WallTime,
    clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.state = state
    self.pool = pool
    self.now = now
    self.clock = clock
    ranAt = Mutex(clock())
  }

  /// Begins to clean, if it is time. What is left over is removed a minute later.
  func run() {
    let time = clock()
    let isDue = ranAt.withLock { last in
      guard time - last >= Self.interval else { return false }
      last = time
      return true
    }
    guard isDue else { return }
    Task.detached { [state, pool, now] in
      try? await pool.run(for: .local) { _ = try? state.purge(now: now()) }
    }
  }
}
