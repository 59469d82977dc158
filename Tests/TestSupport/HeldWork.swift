import Synchronization

/// Work that waits until a test releases it.
package final class HeldWork: Sendable {
  private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

  package init() {}

  /// The number of waiting calls.
  package var count: Int { waiting.withLock { $0.count } }

  /// Returns once the test has called `release`.
  package func hold() async {
    await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
  }

  /// Releases all waiting calls.
  package func release() {
    let all = waiting.withLock { all in
      defer { all = [] }
      return all
    }
    for continuation in all { continuation.resume() }
  }
}
