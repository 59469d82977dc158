package import Support
package import Auth
import Synchronization
import TestSupport

/// Runs work when the test releases it, or refuses it then.
package final class HeldPool: BlockingPool {
  private let work = HeldWork()
  private let refuses: Bool
  private let networks = Mutex<[Bits128]>([])

  package init(refuses: Bool = false) { self.refuses = refuses }

  /// The clients of the work, in order.
  package var clients: [Bits128] { networks.withLock { $0 } }

  /// Runs all waiting work.
  package func release() { work.release() }

  package func run<Value: Sendable>(for client: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    networks.withLock { $0.append(client.network) }
    await self.work.hold()
    if refuses { throw BlockingPoolIsFull() }
    return work()
  }
}

/// A pool whose queue is always full.
package struct FullPool: BlockingPool {
  package init() {}

  package func run<Value: Sendable>(for _: Client, _: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    throw BlockingPoolIsFull()
  }
}
