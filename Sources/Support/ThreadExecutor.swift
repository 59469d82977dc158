private import Dispatch
private import Synchronization

/// Runs an async function on the thread that waits for its result.
///
/// Use it in `main`. With an `async` main the system runs the main thread, and a signal there ends
/// the process although all other threads block it (ATTACKS G1).
package final class ThreadExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let enqueued = DispatchSemaphore(value: 0)

  private init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    enqueued.signal()
  }

  /// Runs the operation on this thread and returns its result. The thread does nothing else until
  /// then.
  package static func run<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value)
    -> Value
  {
    let executor = ThreadExecutor()
    let result = Result<Value>()
    Task.detached(executorPreference: executor) { result.set(await operation()) }
    while true {
      if let value = result.value { return value }
      executor.enqueued.wait()
      executor.runNext()
    }
  }

  private func runNext() {
    guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
    unsafe job.runSynchronously(on: asUnownedTaskExecutor())
  }

  private final class Result<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)
    var value: Value? { stored.withLock { $0 } }
    func set(_ value: Value) { stored.withLock { $0 = value } }
  }
}
