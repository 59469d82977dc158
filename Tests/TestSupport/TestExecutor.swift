import Dispatch
import Synchronization

/// Runs tasks one at a time, while a test waits for them: so the test says when they go on.
///
/// They run on a thread of their own. On the test's thread, inside the test's own task, the runtime
/// crashes.
package final class TestExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let enqueued = DispatchSemaphore(value: 0)
  private let queue = DispatchQueue(label: "tasks of a test")

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    enqueued.signal()
  }

  /// What a task has returned, once it has.
  package final class Pending<Value: Sendable>: Sendable {
    private let result = Mutex<Value?>(nil)
    package var value: Value? { result.withLock { $0 } }
    func finish(_ value: Value) { result.withLock { $0 = value } }
  }

  /// Starts a task, and runs it until it ends or waits for something.
  package func start<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value)
    -> Pending<Value>
  {
    let pending = Pending<Value>()
    Task.detached(executorPreference: self) { pending.finish(await operation()) }
    runAll()
    return pending
  }

  /// Runs every task until it ends or waits for something.
  package func runAll() {
    let isDone = DispatchSemaphore(value: 0)
    queue.async {
      while let job = self.jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
      }
      isDone.signal()
    }
    isDone.wait()
  }

  /// Runs tasks until this one has ended.
  package func wait<Value: Sendable>(for pending: Pending<Value>) -> Value {
    while true {
      runAll()
      if let value = pending.value { return value }
      enqueued.wait()
    }
  }
}

/// The result of an async function, for a test that is not async.
package func awaited<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) -> Value {
  let executor = TestExecutor()
  return executor.wait(for: executor.start(operation))
}
