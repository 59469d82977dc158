internal import NIOPosix
private import Support
private import Synchronization

/// The few threads that may block, and a bound on what waits for them.
final class OffLoopWork: Sendable {
  private let threads = NIOThreadPool(numberOfThreads: 2)
  private let waiting = Mutex(0)
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
    threads.start()
  }

  /// Runs the work on one of the threads; `false` where too much waits.
  func run(_ work: @escaping @Sendable () -> Void) -> Bool {
    let isTaken = waiting.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    if isTaken {
      threads.submit { state in
        // At the end of the server nobody waits for it any more.
        if case .active = state { work() }
        self.waiting.withLock { $0 -= 1 }
      }
    }
    return isTaken
  }

  func stop() { threads.shutdownGracefully { _ in } }
}
