import NIOEmbedded
import Synchronization
import Testing

@testable import HTTPTransport

struct LoopExecutorTests {
  private final class Events: Sendable {
    private let all = Mutex<[String]>([])
    var list: [String] { all.withLock { $0 } }
    func add(_ event: String) { all.withLock { $0.append(event) } }
  }

  private let events = Events()
  private let loop = EmbeddedEventLoop()

  private func start(_ executor: LoopExecutor, _ work: @escaping @Sendable () async -> Void) {
    Task.detached(executorPreference: executor) { await work() }
  }

  /// Jobs that become ready during an event run at its end, one after the other.
  @Test func noJobRunsInsideAnother() {
    let executor = LoopExecutor(loop)
    executor.collecting {
      events.add("event")
      start(executor) { [events] in
        events.add("first")
        executor.collecting {
          events.add("inner event")
          Task.detached(executorPreference: executor) { events.add("second") }
        }
        events.add("first ends")
      }
      events.add("event ends")
    }
    #expect(
      events.list == ["event", "event ends", "first", "inner event", "first ends", "second"])
  }

  /// Outside an event a job waits for the loop.
  @Test func aJobOutsideOfAnEventRunsOnTheLoop() {
    let executor = LoopExecutor(loop)
    executor.collecting {}
    start(executor) { [events] in
      events.add("first")
      Task.detached(executorPreference: executor) { events.add("second") }
      events.add("first ends")
    }
    #expect(events.list == [])
    loop.run()
    #expect(events.list == ["first", "first ends", "second"])
  }
}
