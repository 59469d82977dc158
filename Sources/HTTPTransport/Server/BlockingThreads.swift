internal import NIOPosix
package import Support
private import Synchronization

/// A thread pool for work that blocks. The queue is bounded in total and for each client, so that
/// no client fills it (ATTACKS R11).
package final class BlockingThreads: Sendable {
  private struct Queue {
    var count = 0
    /// Only for clients that have work in the queue.
    var counts: [Bits128: Int] = [:]
  }

  private let threads: NIOThreadPool
  private let queue = Mutex(Queue())
  private let limit: Int
  private let clientLimit: Int

  /// - Parameters:
  ///   - count: the number of threads.
  ///   - limit: the largest number of queued and running work items.
  ///   - clientLimit: the same for one client.
  package init(count: Int = 2, limit: Int = 64, clientLimit: Int = 16) {
    threads = NIOThreadPool(numberOfThreads: count)
    self.limit = limit
    self.clientLimit = clientLimit
    threads.start()
  }

  /// Runs the work on one of the threads.
  /// - Returns: the result of the work; `nil` if the queue is full or the threads have been
  ///   stopped.
  package func run<Value: Sendable>(
    for client: Bits128, _ work: @escaping @Sendable () -> Value
  ) async -> Value? {
    guard enter(client) else { return nil }
    defer { leave(client) }
    return await withCheckedContinuation { continuation in
      threads.submit { state in
        // After `stop` nobody needs the result of the work.
        continuation.resume(returning: state == .active ? work() : nil)
      }
    }
  }

  package func stop() { threads.shutdownGracefully { _ in } }

  private func enter(_ client: Bits128) -> Bool {
    queue.withLock { queue in
      guard queue.count < limit, queue.counts[client, default: 0] < clientLimit else {
        return false
      }
      queue.count += 1
      queue.counts[client, default: 0] += 1
      return true
    }
  }

  private func leave(_ client: Bits128) {
    queue.withLock { queue in
      queue.count -= 1
      let left = queue.counts[client, default: 1] - 1
      queue.counts[client] = left > 0 ? left : nil
    }
  }
}
