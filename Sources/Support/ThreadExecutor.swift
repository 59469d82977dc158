private import Dispatch
private import Synchronization

/// Runs an async function on the thread that waits for it.
///
/// For `main`: an `async` main of its own would leave the main thread to the system, where a signal
/// ends the process although all other threads block it (ATTACKS G1).
package final class ThreadExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let enqueued = DispatchSemaphore(value: 0)

  private init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    enqueued.signal()
  }

  /// The result of the operation; this thread runs it and does nothing else meanwhile.
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
