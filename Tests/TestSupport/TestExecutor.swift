import Dispatch
import Synchronization

/// Runs tasks one at a time on the thread of a test, so that the test controls when they continue.
package final class TestExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let enqueued = DispatchSemaphore(value: 0)

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    enqueued.signal()
  }

  /// The result of a task, after it has returned.
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
    while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// The same without blocking the thread of the test: a task of another executor may need it.
  package func value<Value: Sendable>(of pending: Pending<Value>) async -> Value {
    while true {
      runAll()
      if let value = pending.value { return value }
      await Task.yield()
    }
  }

  /// Runs tasks until this one has ended. It blocks the thread of the test.
  package func wait<Value: Sendable>(for pending: Pending<Value>) -> Value {
    while true {
      runAll()
      if let value = pending.value { return value }
      enqueued.wait()
    }
  }
}
