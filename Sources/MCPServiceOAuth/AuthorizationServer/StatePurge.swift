internal import Auth
internal import State
internal import Support

/// Removes what has expired from the state, at most once a minute, beside the requests.
final class StatePurge: Sendable {
  private let state: AuthorizationState
  private let pool: any BlockingPool
  private let now: @Sendable () -> WallTime
  private let clock: @Sendable () -> MonotonicTime
  private let pause: Pause

  init(
    _ state: AuthorizationState, pool: any BlockingPool, now: @escaping @Sendable () -> WallTime,
    clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.state = state
    self.pool = pool
    self.now = now
    self.clock = clock
    pause = Pause(since: clock())
  }

  /// Begins to clean, if it is time. What is left over is removed a minute later.
  func run() {
    guard pause.isOver(at: clock()) else { return }
    Task.detached { [state, pool, now] in
      try? await pool.run(for: .local) { _ = try? state.purge(now: now()) }
    }
  }
}
