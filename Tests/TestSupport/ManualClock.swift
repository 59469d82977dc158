package import Support
import Synchronization

/// A clock that only the test moves. It starts at 2026-07-28T00:00:00Z.
package final class ManualClock: Sendable {
  /// In seconds since 1970.
  package static let start = 1_785_196_800

  private let milliseconds = Mutex(ManualClock.start * 1000)

  package init() {}

  package var now: WallTime { WallTime(milliseconds: milliseconds.withLock { $0 }) }

  package func advance(seconds: Int) { milliseconds.withLock { $0 += seconds * 1000 } }
}
