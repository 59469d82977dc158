private import Support
private import Synchronization

/// The session of the handshake era: what `initialize` has brought, and what is needed to start it
/// again (MCP 2025-11-25 basic/transports, "Session Management").
final class RemoteSession: Sendable {
  /// In bytes.
  static let longestID = 4096

  /// One session. Its id is a secret of the user: never log it.
  struct Started: Sendable {
    let initialize: ClientMessage
    /// The negotiated version.
    let version: String
    /// `nil` if the server keeps no session.
    let id: String?
    /// Grows with each session.
    let generation: Int
    /// `notifications/initialized`, once the client has sent it.
    var initialized: ClientMessage?

    var fields: [(name: String, value: String)] {
      [(name: "MCP-Protocol-Version", value: version)]
        + (id.map { [(name: "Mcp-Session-Id", value: $0)] } ?? [])
    }
  }

  private struct State {
    var started: Started?
    var generations = 0
    var renewal: Latch?
  }

  /// What a task does about a session that the server has ended.
  enum Renewal {
    /// Another task has started a new session.
    case done
    /// Another task is starting one.
    case wait(Latch)
    /// This task starts it, then calls `endRenewal`.
    case start(Started, Latch)
  }

  private let state = Mutex(State())

  var current: Started? { state.withLock { $0.started } }

  /// `initialize` has succeeded.
  func start(_ initialize: ClientMessage, version: String, id: String?) {
    state.withLock { state in
      state.generations += 1
      state.started = Started(
        initialize: initialize, version: version, id: id, generation: state.generations)
    }
  }

  /// The server has accepted `notifications/initialized`.
  func initialized(_ message: ClientMessage) {
    state.withLock { $0.started?.initialized = message }
  }

  func renewal(after generation: Int) -> Renewal {
    state.withLock { state in
      guard let started = state.started, started.generation == generation else { return .done }
      if let latch = state.renewal { return .wait(latch) }
      let latch = Latch()
      state.renewal = latch
      return .start(started, latch)
    }
  }

  func endRenewal(_ latch: Latch) {
    state.withLock { $0.renewal = nil }
    latch.open()
  }
}
