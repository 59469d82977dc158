import Foundation
import Synchronization
import Testing

@testable import StdioTransport
@testable import Support

/// The loop between two pipes. No test waits for time to pass; the minute is only a safety net.
@Suite(.timeLimit(.minutes(10)))
struct ConcurrentStdioTests {
  /// The descriptors of one loop, and what it has called. The test has the other ends.
  private final class Harness: Sendable {
    let input: (reading: FileDescriptor, writing: FileDescriptor)
    let output: (reading: FileDescriptor, writing: FileDescriptor)
    let signals: SignalPipe
    let stdio: ConcurrentStdio
    private let calls = Mutex<[String]>([])
    private let watchers = Mutex<
      [(call: String, times: Int, continuation: CheckedContinuation<Void, Never>)]
    >([])

    init(_ limits: ConcurrentStdio.Limits = .init()) throws {
      signal(SIGPIPE, SIG_IGN)
      input = try #require(FileDescriptor.pipe())
      output = try #require(FileDescriptor.pipe())
      signals = try #require(SignalPipe())
      let clock = Clock()
      self.clock = clock
      let made = ConcurrentStdio(
        input: input.reading, output: output.writing, errors: StandardErrorSink(),
        limits: limits, now: { clock.now })
      stdio = try #require(made)
    }

    private let clock: Clock

    final class Clock: Sendable {
      private let time = Mutex(MonotonicTime(nanoseconds: 0))
      var now: MonotonicTime { time.withLock { $0 } }
      func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    func advance(_ duration: Duration) {
      clock.advance(duration)
      stdio.wake()
    }

    func send(_ text: String) { _ = input.writing.write(Array(text.utf8)[...]) }
    func endInput() { close(input.writing.raw) }

    func note(_ call: String) {
      let done = watchers.withLock { watchers in
        let count = calls.withLock { calls in
          calls.append(call)
          return calls.count { $0 == call }
        }
        let done = watchers.filter { $0.call == call && $0.times <= count }
        watchers.removeAll { $0.call == call && $0.times <= count }
        return done
      }
      for watcher in done { watcher.continuation.resume() }
    }

    /// Waits until a call was noted so many times.
    func wait(for call: String, times: Int = 1) async {
      await withCheckedContinuation { continuation in
        let isThere = watchers.withLock { watchers in
          if calls.withLock({ $0.count { $0 == call } }) >= times { return true }
          watchers.append((call, times, continuation))
          return false
        }
        if isThere { continuation.resume() }
      }
    }

    var seen: [String] { calls.withLock { $0 } }

    /// Runs the loop. Each line goes to `line`. A call of the loop is noted when it is over.
    func run(
      line: @escaping @Sendable (String) -> Void = { _ in },
      finish: @escaping @Sendable () -> Void = {}
    ) async {
      await stdio.run(
        signals,
        ConcurrentStdio.Handler(
          line: {
            if case .complete(let bytes) = $0 {
              line(String(decoding: bytes, as: UTF8.self))
              self.note(String(decoding: bytes, as: UTF8.self))
            } else {
              self.note("too long")
            }
          }, reload: { self.note("reload") }, inputEnded: { self.note("end") },
          finish: {
            finish()
            self.note("finish")
          }))
      self.note("returned")
    }

    /// What was written. It fits into the pipe.
    func received() -> String {
      let isThere =
        FileDescriptor.wait(for: [(output.reading, .reading)], milliseconds: 0)[0].readable
      return String(
        decoding: isThere ? output.reading.read(upTo: 1 << 16) ?? [] : [], as: UTF8.self)
    }
  }

  @Test func answersInAnyOrderAndWaitsForAllAtTheEnd() async throws {
    let harness = try Harness()
    harness.send("a\nb\nc")
    harness.endInput()
    let stdio = harness.stdio
    await harness.run(line: { line in
      stdio.begin()
      Task {
        if line == "a" { await harness.wait(for: "end") }
        _ = await stdio.write(Array("<\(line)".utf8))
        harness.note("answered \(line)")
        stdio.end()
      }
    })
    #expect(
      harness.seen.filter { !$0.utf8.starts(with: "answered".utf8) }
        == ["a", "b", "c", "end", "finish", "returned"])
    #expect(harness.received().utf8.split(separator: 0x0A).count == 3)
  }

  /// The last work is awaited, but not longer than its time.
  @Test(arguments: [true, false])
  func awaitsTheLastWork(_ ends: Bool) async throws {
    let harness = try Harness()
    harness.endInput()
    let stdio = harness.stdio
    async let run: Void = harness.run(finish: { stdio.begin() })
    await harness.wait(for: "finish")
    #expect(!harness.seen.contains("returned"))
    if ends { stdio.end() } else { harness.advance(.seconds(2)) }
    await run
  }

  /// SIGTERM: no further line, two seconds for the answers, then the last work.
  @Test(arguments: [true, false])
  func aSignalLimitsTheTime(_ answers: Bool) async throws {
    let harness = try Harness()
    let stdio = harness.stdio
    harness.send("a\n")
    async let run: Void = harness.run(line: { _ in stdio.begin() })
    await harness.wait(for: "a")
    harness.signals.send(.terminate)
    await harness.wait(for: "end")
    harness.send("b\n")
    #expect(harness.seen == ["a", "end"])
    if answers {
      _ = await stdio.write([0x78])
      stdio.end()
    } else {
      harness.advance(.seconds(2))
    }
    await harness.wait(for: "finish")
    if !answers { harness.advance(.seconds(2)) }
    await run
    #expect(harness.seen == ["a", "end", "finish", "returned"])
    #expect(harness.received() == (answers ? "x\n" : ""))
  }

  /// ATTACKS G1: a second SIGTERM does not extend the time.
  @Test func aSecondSignalDoesNotExtendTheTime() async throws {
    let harness = try Harness()
    let stdio = harness.stdio
    harness.send("a\n")
    async let run: Void = harness.run(line: { _ in stdio.begin() })
    await harness.wait(for: "a")
    harness.signals.send(.terminate)
    await harness.wait(for: "end")
    harness.advance(.seconds(1))
    harness.signals.send(.terminate)
    harness.signals.send(.reload)
    await harness.wait(for: "reload")
    harness.advance(.seconds(1))
    for turn in 2...4 {
      harness.signals.send(.reload)
      await harness.wait(for: "reload", times: turn)
    }
    #expect(harness.seen.contains("finish"))
    stdio.end()
    await harness.wait(for: "finish")
    harness.advance(.seconds(2))
    await run
  }

  @Test func aReloadIsReported() async throws {
    let harness = try Harness()
    harness.signals.send(.reload)
    async let run: Void = harness.run()
    await harness.wait(for: "reload")
    harness.endInput()
    await run
  }

  /// Nobody reads the output: the loop ends, and no task waits for it.
  @Test func aClosedOutputEndsTheLoop() async throws {
    let harness = try Harness()
    close(harness.output.reading.raw)
    let stdio = harness.stdio
    harness.send("a\n")
    async let run: Void = harness.run(line: { _ in stdio.begin() })
    await harness.wait(for: "finish")
    #expect(await !stdio.write([0x78]))
    stdio.end()
    await run
  }

  /// While too many bytes are queued, tasks wait, and no line is delivered. SIGHUP gives the loop
  /// two turns in which it could.
  @Test func aFullOutputStopsTheInput() async throws {
    var limits = ConcurrentStdio.Limits()
    limits.queued = 1 << 17
    let harness = try Harness(limits)
    let stdio = harness.stdio
    let line = [UInt8](repeating: 0x78, count: 1 << 17)
    harness.send("a\n")
    async let run: Void = harness.run(line: {
      if $0 == "a" { stdio.writeNow(line + line) }  // more than fits into the pipe
    })
    await harness.wait(for: "a")
    stdio.begin()
    let written = Task {
      let isQueued = await stdio.write([0x79])
      harness.note("written")
      stdio.end()
      return isQueued
    }
    harness.send("b\n")
    for times in 1...2 {  // the second turn begins when the first one is over
      harness.signals.send(.reload)
      await harness.wait(for: "reload", times: times)
    }
    #expect(harness.seen == ["a", "reload", "reload"])
    var count = 0
    while count < 2 << 17 { count += harness.output.reading.read(upTo: 1 << 16)?.count ?? 0 }
    await harness.wait(for: "b")
    #expect(await written.value)
    harness.endInput()
    await run
  }

  /// A paused loop delivers nothing, not even what it has read.
  @Test func aPausedLoopDeliversNothing() async throws {
    let harness = try Harness()
    let stdio = harness.stdio
    harness.send("a\nb\n")
    async let run: Void = harness.run(line: { if $0 == "a" { stdio.pause(true) } })
    await harness.wait(for: "a")
    harness.signals.send(.reload)
    await harness.wait(for: "reload")
    #expect(harness.seen == ["a", "reload"])
    stdio.pause(false)
    await harness.wait(for: "b")
    harness.endInput()
    await run
  }

  /// ATTACKS S14
  @Test func aLongLineIsReported() async throws {
    var limits = ConcurrentStdio.Limits()
    limits.line = 3
    let harness = try Harness(limits)
    harness.send("abcd\nabc\n")
    harness.endInput()
    await harness.run()
    #expect(harness.seen == ["too long", "abc", "end", "finish", "returned"])
  }
}
