import TestSupport
import Synchronization

@testable import Auth

/// Runs work immediately, and counts it.
final class CountingPool: BlockingPool {
  private let count = Mutex(0)
  var runs: Int { count.withLock { $0 } }

  func run<Value: Sendable>(for _: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    count.withLock { $0 += 1 }
    return work()
  }
}

/// Runs work when a test releases it.
final class HeldPool: BlockingPool {
  private let work = HeldWork()
  var count: Int { work.count }
  func release() { work.release() }

  func run<Value: Sendable>(for _: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    await self.work.hold()
    return work()
  }
}
