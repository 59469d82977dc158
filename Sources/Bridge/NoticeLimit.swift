internal import Support
private import Synchronization

/// Bounds the lines of the log that a remote server can cause. It decides how many messages are
/// dropped and how many tools are taken out.
final class NoticeLimit: Sendable {
  private struct State {
    var start: MonotonicTime?
    var count = 0
    var dropped = 0
  }

  static let most = 60
  private static let window = Duration.seconds(60)

  private let now: @Sendable () -> MonotonicTime
  private let state = Mutex(State())

  init(now: @escaping @Sendable () -> MonotonicTime) { self.now = now }

  /// - Returns: the sentences for the log: this one, if it may be written, and before it how many
  ///   were dropped in the last minute.
  func take(_ sentence: String) -> [String] {
    let now = now()
    return state.withLock { state in
      var sentences: [String] = []
      if state.start.map({ now - $0 >= Self.window }) ?? true {
        if state.dropped > 0 {
          sentences.append("dropped \(state.dropped) lines about the remote server")
        }
        state = State(start: now)
      }
      // ATTACKS O183
      guard state.count < Self.most else {
        state.dropped += 1
        return sentences
      }
      state.count += 1
      return sentences + [sentence]
    }
  }
}
