import Synchronization

/// Bytes that are the same in every run.
package final class SeededBytes: Sendable {
  private let random: Mutex<SplitMix64>

  package init(seed: UInt64) { random = Mutex(SplitMix64(seed: seed)) }

  package func make(_ count: Int) -> [UInt8] {
    random.withLock { random in
      (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
  }
}
