internal import NIOCore
private import Support
private import Synchronization

/// Runs the tasks of responders on an event loop. A task that was suspended resumes there.
///
/// While a connection handles an event, the executor collects the jobs that become ready and runs
/// them itself. A responder that does not suspend has then answered before the event ends.
/// Otherwise SwiftNIO would stop reading from the socket and start again, which costs two system
/// calls for each request.
final class LoopExecutor: TaskExecutor {
  private struct State {
    var isCollecting = false
    var jobs: [UnownedJob] = []
  }

  private let loop: any EventLoop
  /// `isCollecting` is set only on the loop, and only while `collecting` runs there.
  private let state = Mutex(State())

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isOnLoop = loop.inEventLoop
    let isCollected = state.withLock { state in
      guard isOnLoop, state.isCollecting else { return false }
      state.jobs.append(job)
      return true
    }
    if isCollected { return }
    loop.execute {
      self.collecting { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }

  /// Runs `work`, then the jobs that became ready meanwhile, and those that these make ready. A
  /// nested call runs only its `work`, so that no job runs inside another.
  ///
  /// Call it on the loop.
  func collecting(_ work: () -> Void) {
    let isOuter = state.withLock { state in
      defer { state.isCollecting = true }
      return !state.isCollecting
    }
    work()
    guard isOuter else { return }  // the outer call runs the jobs
    while let job = next() { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  /// The next job. If there is none, it returns `nil` and stops collecting.
  private func next() -> UnownedJob? {
    state.withLock { state in
      if state.jobs.isEmpty {
        state.isCollecting = false
        return nil
      }
      return state.jobs.removeFirst()
    }
  }
}
