internal import NIOPosix
private import Support
private import Synchronization

/// The few threads that may block, and a bound on what waits for them: of all clients, and of each,
/// so that no client fills the queue (ATTACKS R11).
final class OffLoopWork: Sendable {
  private struct Queue {
    var count = 0
    /// Of each client that has any.
    var counts: [UInt128: Int] = [:]
  }

  private let threads = NIOThreadPool(numberOfThreads: 2)
  private let queue = Mutex(Queue())
  private let limit: Int
  private let clientLimit: Int

  init(_ limits: HTTPLimits) {
    limit = limits.offLoop
    clientLimit = limits.offLoopOfClient
    threads.start()
  }

  /// Runs the work on one of the threads; `false` where too much waits.
  func run(for client: UInt128, _ work: @escaping @Sendable () -> Void) -> Bool {
    guard enter(client) else { return false }
    threads.submit { state in
      // At the end of the server nobody waits for it any more.
      if case .active = state { work() }
      self.leave(client)
    }
    return true
  }

  func stop() { threads.shutdownGracefully { _ in } }

  private func enter(_ client: UInt128) -> Bool {
    queue.withLock { queue in
      guard queue.count < limit, queue.counts[client, default: 0] < clientLimit else {
        return false
      }
      queue.count += 1
      queue.counts[client, default: 0] += 1
      return true
    }
  }

  private func leave(_ client: UInt128) {
    queue.withLock { queue in
      queue.count -= 1
      let left = queue.counts[client, default: 1] - 1
      queue.counts[client] = left > 0 ? left : nil
    }
  }
}
