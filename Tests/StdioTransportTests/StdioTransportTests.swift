import Foundation
import Synchronization
import TestSupport
import Testing

@testable import StdioTransport

/// The loop between two pipes, without a process. No test waits for time to pass.
struct StdioTransportTests {
  /// The descriptors of one loop. The test has the other ends.
  private final class Pipes {
    let input: (reading: FileDescriptor, writing: FileDescriptor)
    let output: (reading: FileDescriptor, writing: FileDescriptor)
    let signals: SignalPipe
    private var isInputOpen = true
    private var isOutputRead = true

    init() throws {
      signal(SIGPIPE, SIG_IGN)
      input = try #require(FileDescriptor.pipe())
      output = try #require(FileDescriptor.pipe())
      signals = try #require(SignalPipe())
    }

    deinit {
      endInput()
      stopReading()
      close(input.reading.raw)
      close(output.writing.raw)
    }

    func send(_ text: String) { _ = input.writing.write(Array(text.utf8)[...]) }

    /// The client closes its end of the server's input.
    func endInput() {
      if isInputOpen { close(input.writing.raw) }
      isInputOpen = false
    }

    /// The client's end of the server's input, which another object then closes.
    func takeInput() -> FileDescriptor {
      isInputOpen = false
      return input.writing
    }

    /// The client closes its end of the server's output.
    func stopReading() {
      if isOutputRead { close(output.reading.raw) }
      isOutputRead = false
    }

    /// Whether the server has left bytes of the input in the pipe.
    var hasUnreadInput: Bool {
      FileDescriptor.wait(for: [(input.reading, .reading)], milliseconds: 0)[0].readable
    }

    /// The bytes that the server has written. They fit into the pipe.
    func received() -> String {
      let isThere =
        FileDescriptor.wait(for: [(output.reading, .reading)], milliseconds: 0)[0].readable
      let bytes = isThere ? output.reading.read(upTo: 1 << 16) ?? [] : []
      return String(decoding: bytes, as: UTF8.self)
    }

    func run(
      reload: () -> Void = {}, answer: (LineFramer.Line) -> [UInt8]? = StdioTransportTests.answer
    ) async {
      var transport = StdioTransport(
        input: input.reading, output: output.writing, errors: StandardErrorSink())
      await transport.run(signals, reload: reload, answer: answer)
    }
  }

  /// "<" and the text of the line; nothing for the line "silent".
  private static func answer(_ line: LineFramer.Line) -> [UInt8]? {
    switch line {
    case .complete(let bytes):
      bytes == Array("silent".utf8) ? nil : [UInt8(ascii: "<")] + bytes
    case .tooLong: Array("too long".utf8)
    }
  }

  // MARK: Lines

  /// ATTACKS S14, S15
  @Test(arguments: [
    ("a line", "a\n", "<a\n"), ("two lines", "a\nb\n", "<a\n<b\n"),
    ("a line without a reply", "silent\na\n", "<a\n"), ("nothing", "", ""),
    ("blank lines", "\n \t\r\n\n", ""), ("the input ends inside a line", "a\nbc", "<a\n<bc\n"),
    ("the input ends in blanks", "a\n \t\r", "<a\n"),
    ("U+2028 and U+2029 are no line ends", "a\u{2028}b\u{2029}c\n", "<a\u{2028}b\u{2029}c\n"),
    ("NUL is no line end", "a\u{0}b\n", "<a\u{0}b\n"),
    ("NEL, VT and FF are none", "a\u{85}b\u{B}c\u{C}d\n", "<a\u{85}b\u{B}c\u{C}d\n"),
    ("a combining mark behind a line end", "a\n\u{301}b\n", "<a\n<\u{301}b\n"),
  ])
  func answersEachLine(_ name: String, _ input: String, _ output: String) async throws {
    let pipes = try Pipes()
    pipes.send(input)
    pipes.endInput()
    await pipes.run()
    #expect(pipes.received().utf8.elementsEqual(output.utf8))
  }

  /// ATTACKS S14: a line over the limit is reported once, and none of it is read as a message.
  @Test(arguments: [
    ("\na\n", [LineFramer.Line.tooLong, .complete([0x61])]),
    ("", [.tooLong]), ("\n", [.tooLong]), ("\nb", [.tooLong, .complete([0x62])]),
  ])
  func aLongLineIsReportedOnceAndSkipped(_ end: String, _ lines: [LineFramer.Line]) async throws {
    let pipes = try Pipes()
    let line = [UInt8](repeating: 0x78, count: 3 << 20) + Array(end.utf8)
    let writer = Writer(line, to: pipes.takeInput())
    var seen: [LineFramer.Line] = []
    await pipes.run(answer: { line in
      seen.append(line)
      return nil
    })
    writer.wait()
    #expect(seen == lines)
  }

  // MARK: A client that does not read, or closes

  /// ATTACKS S15: the loop ends without an error if the client stops reading and closes.
  @Test(arguments: ["", "a\nb\n", "a"])
  func aClosedOutputEndsTheLoop(_ input: String) async throws {
    let pipes = try Pipes()
    pipes.send(input)
    pipes.stopReading()
    await pipes.run()
  }

  /// EPIPE: the client closes while its first message is being answered.
  @Test func aClientThatGoesAwayEndsTheLoop() async throws {
    let pipes = try Pipes()
    pipes.send("a\n")
    await pipes.run(answer: { line in
      pipes.stopReading()
      return Self.answer(line)
    })
  }

  /// ATTACKS S15, ASVS 15.2.2: while 4 MiB of replies wait, the loop answers no line and reads no
  /// byte. SIGHUP gives it fifty more turns in which it could.
  @Test func aClientThatDoesNotReadIsNotReadFrom() async throws {
    let pipes = try Pipes()
    let reply = [UInt8](repeating: 0x78, count: 1 << 20)
    pipes.send(String(repeating: "a\n", count: 20))
    var (answers, turns) = (0, 0)
    await pipes.run(
      reload: {
        turns += 1
        if turns < 50 {
          pipes.signals.send(.reload)
        } else {
          // Four replies reach the limit, the pipe takes a part of them, and a fifth reaches it
          // again.
          #expect(answers == 5)
          #expect(pipes.hasUnreadInput)
          pipes.stopReading()
        }
      },
      answer: { _ in
        answers += 1
        if answers == 1 { pipes.signals.send(.reload) }
        if answers == 5 { pipes.send("more\n") }
        return reply
      })
    #expect(turns == 50)
  }

  /// Once the client reads, it gets every reply, in order.
  @Test func aClientThatReadsLateGetsEverything() async throws {
    let pipes = try Pipes()
    pipes.send((0..<100).map { "\($0)\n" }.joined())
    pipes.endInput()
    let padding = String(repeating: "x", count: 100_000)
    let expected = (0..<100).map { "<\($0)\(padding)\n" }.joined()
    let reader = Reader(pipes.output.reading, count: expected.utf8.count)
    await pipes.run(answer: { line in Self.answer(line).map { $0 + padding.utf8 } })
    #expect(reader.bytes() == Array(expected.utf8))
  }

  // MARK: Signals

  /// ATTACKS G1: every signal in the pipe takes effect, in its order, also one from before the
  /// loop.
  @Test(
    arguments: [
      ([.terminate], 0), ([.reload, .terminate], 1), ([.reload, .reload, .reload, .terminate], 3),
      ([.terminate, .reload], 1),
    ] as [([ProcessSignals.Signal], Int)])
  func takesSignalsFromItsPipe(_ signals: [ProcessSignals.Signal], _ reloads: Int) async throws {
    let pipes = try Pipes()
    for signal in signals { pipes.signals.send(signal) }
    #expect(pipes.signals.take() == signals)
    for signal in signals { pipes.signals.send(signal) }
    var count = 0
    await pipes.run(reload: { count += 1 })  // the input is open: only SIGTERM ends the loop
    #expect(count == reloads)
  }

  /// On SIGTERM the loop answers the received lines, although the input is still open. A line
  /// without an end is not a message.
  @Test(arguments: [
    ("", ""), ("a\nb\n", "<a\n<b\n"), ("a\nhalf", "<a\n"), ("half", ""),
  ])
  func terminateAnswersWhatWasReceived(_ input: String, _ output: String) async throws {
    let before = try Pipes()
    before.send(input)
    before.signals.send(.terminate)
    await before.run()
    #expect(before.received() == output)

    // The signal arrives while a line is answered.
    let meanwhile = try Pipes()
    meanwhile.send("first\n" + input)
    await meanwhile.run(answer: { line in
      meanwhile.signals.send(.terminate)
      return Self.answer(line)
    })
    #expect(meanwhile.received() == "<first\n" + output)
  }

  /// SIGHUP: lines that arrive with the signal or after it get the new settings. Lines received
  /// before it get the old ones.
  @Test(arguments: [
    (nil, ["reload", "a", "b"]), ("a", ["a", "b", "reload"]), ("b", ["a", "b", "reload"]),
  ])
  func reloadComesBetweenLines(_ during: String?, _ events: [String]) async throws {
    let pipes = try Pipes()
    pipes.send("a\nb\n")
    if during == nil { pipes.signals.send(.reload) }
    var seen: [String] = []
    await pipes.run(
      reload: {
        seen.append("reload")
        pipes.signals.send(.terminate)
      },
      answer: { line in
        guard case .complete(let bytes) = line else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        seen.append(text)
        if text == during { pipes.signals.send(.reload) }
        return nil
      })
    #expect(seen == events)
  }

  // MARK: The log

  /// Lines wait up to a limit. Then whole lines are dropped, and their number is written.
  @Test func theLogIsBounded() throws {
    let pipe = try #require(FileDescriptor.pipe())
    defer { close(pipe.reading.raw) }
    let sink = StandardErrorSink(pipe.writing, maximumWaiting: 100)
    let line = [UInt8](repeating: 0x6C, count: 39) + [0x0A]
    for _ in 0..<5 { sink.write(line) }  // two of them fit
    #expect(sink.hasWaiting)
    sink.flush()
    #expect(!sink.hasWaiting)
    #expect(pipe.reading.read(upTo: 4096) == line + line)
    sink.write(line)
    sink.flush()
    let note = Array("{\"event\":\"log_lines_dropped\",\"count\":3}\n".utf8)
    #expect(pipe.reading.read(upTo: 4096) == note + line)
    close(pipe.writing.raw)
  }

  @Test func aLogThatNobodyReadsIsForgotten() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = try #require(FileDescriptor.pipe())
    close(pipe.reading.raw)
    let sink = StandardErrorSink(pipe.writing, maximumWaiting: 100)
    sink.write([0x61, 0x0A])
    sink.flush()
    #expect(!sink.hasWaiting)
    close(pipe.writing.raw)
  }

  // MARK: The end of the log

  /// A sink that writes to a pipe, and the other end of the pipe.
  private struct FullPipe {
    let reading: FileDescriptor
    let sink: StandardErrorSink

    init(maximumWaiting: Int) throws {
      let pipe = try #require(FileDescriptor.pipe())
      reading = pipe.reading
      sink = StandardErrorSink(pipe.writing, maximumWaiting: maximumWaiting)
    }

    func close() { for end in [reading, sink.descriptor] { Foundation.close(end.raw) } }

    /// Reads the available bytes, without waiting for more.
    func read() -> String {
      var all: [UInt8] = []
      while FileDescriptor.wait(for: [(reading, .reading)], milliseconds: 0)[0].readable,
        let bytes = reading.read(upTo: 1 << 16), !bytes.isEmpty
      {
        all += bytes
      }
      return String(decoding: all, as: UTF8.self)
    }
  }

  /// ATTACKS S20: a late reader gets every line, complete and in order.
  @Test(arguments: [39, 600, 5_000])
  func theEndOfTheProcessWritesEveryLineThatWaits(_ length: Int) throws {
    let pipe = try FullPipe(maximumWaiting: 4 << 20)
    defer { pipe.close() }
    let lines = (0..<(1 << 20) / length).map {
      String(repeating: "l", count: length - 8) + String($0 + 1_000_000) + "\n"
    }
    for line in lines { pipe.sink.write(Array(line.utf8)) }
    pipe.sink.flush()
    #expect(pipe.sink.hasWaiting)
    var read = ""
    pipe.sink.finish(now: { instant(after: .zero) }, wait: { _ in read += pipe.read() })
    read += pipe.read()
    #expect(read == lines.joined())
  }

  /// ATTACKS S20: after the deadline whole lines are dropped, and their number is written. A partly
  /// written line is finished. The reader reads once more after the deadline.
  @Test(arguments: [40, 1_000, 200_000], [0, 3])
  func whatIsLeftAtTheDeadlineIsDroppedInWholeLinesAndCounted(_ length: Int, _ lost: Int) throws {
    let count = (1 << 20) / length
    let pipe = try FullPipe(maximumWaiting: count * length)
    defer { pipe.close() }
    for index in 0..<count + lost {
      pipe.sink.write(
        Array((String(repeating: "l", count: length - 8) + String(index + 1_000_000) + "\n").utf8))
    }
    var (time, read) = (Duration.zero, "")
    pipe.sink.finish(
      now: { instant(after: time) },
      wait: { longest in
        // Nothing is read before the deadline for lines. Then all available bytes are read, each
        // millisecond.
        if time > .zero { read += pipe.read() }
        time += time > .zero ? .milliseconds(1) : longest
      })
    read += pipe.read()
    var lines = read.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.popLast() == "")
    let note = lines.popLast() ?? ""
    for (index, line) in lines.enumerated() {
      #expect(line.utf8.count == length - 1)
      #expect(line.utf8.suffix(7).elementsEqual(String(index + 1_000_000).utf8))
    }
    #expect(
      note == "{\"event\":\"log_lines_dropped\",\"count\":\(count + lost - lines.count)}")
  }

  /// ATTACKS S20: if a waiting count is dropped itself, its number is not lost.
  @Test func aDroppedCountStillCounts() throws {
    let pipe = try FullPipe(maximumWaiting: 300)
    defer { pipe.close() }
    var total = 0
    func write(_ length: Int) {
      pipe.sink.write([UInt8](repeating: 0x6C, count: length - 1) + [0x0A])
      pipe.sink.flush()
      total += 1
    }
    repeat { write(100) } while !pipe.sink.hasWaiting
    for _ in 0..<3 { write(301) }
    write(2)  // it fits after a count of three
    var time = Duration.zero
    var read = ""
    pipe.sink.finish(
      now: { instant(after: time) },
      wait: { longest in
        if time > .zero { read += pipe.read() }
        time += time > .zero ? .milliseconds(1) : longest
      })
    read += pipe.read()
    let lines = read.split(separator: "\n")
    let counts = lines.compactMap { $0.firstMatch(of: /"count":(\d+)\}$/).flatMap { Int($0.1) } }
    #expect(counts.count == 1)
    #expect(counts.reduce(lines.count - counts.count, +) == total)
  }

  /// ATTACKS S20: lines that were dropped earlier are counted, even if no line follows.
  @Test func theEndOfTheProcessCountsWhatWasDroppedBefore() throws {
    let pipe = try FullPipe(maximumWaiting: 10)
    defer { pipe.close() }
    for _ in 0..<3 { pipe.sink.write(Array("12345678\n".utf8)) }
    pipe.sink.finish(now: { instant(after: .zero) }, wait: { _ in })
    #expect(pipe.read() == "12345678\n{\"event\":\"log_lines_dropped\",\"count\":2}\n")
  }

  /// ATTACKS S20: at the end of the process the pipe contains whole lines, even if nobody reads.
  @Test func aPipeThatIsFullHoldsWholeLines() throws {
    let pipe = try FullPipe(maximumWaiting: 4 << 20)
    defer { pipe.close() }
    let line = String(repeating: "l", count: 399) + "\n"
    for _ in 0..<4_000 { pipe.sink.write(Array(line.utf8)) }
    var time = Duration.zero
    pipe.sink.finish(now: { instant(after: time) }, wait: { time += $0 })
    let read = pipe.read()
    #expect(read.utf8.count > 0)
    #expect(read.utf8.count % 400 == 0)
  }

  /// If nobody reads, the end takes two seconds and no more.
  @Test func theEndOfTheProcessWaitsForTwoSeconds() throws {
    let pipe = try FullPipe(maximumWaiting: 4 << 20)
    defer { pipe.close() }
    pipe.sink.write([UInt8](repeating: 0x6C, count: 1 << 20) + [0x0A])
    var (time, waits) = (Duration.zero, 0)
    pipe.sink.finish(
      now: { instant(after: time) },
      wait: { longest in
        time += longest
        waits += 1
      })
    #expect(time == .seconds(2))
    #expect(waits == 2)
  }
}

/// Writes in its own thread more than a pipe holds, and closes the pipe.
private final class Writer: Sendable {
  private let done = DispatchSemaphore(value: 0)

  init(_ bytes: [UInt8], to writing: FileDescriptor) {
    let done = done
    Thread {
      var rest = bytes[...]
      while !rest.isEmpty, let count = writing.write(rest.prefix(4096)) {
        rest = rest.dropFirst(count)
      }
      close(writing.raw)
      done.signal()
    }.start()
  }

  func wait() { done.wait() }
}

/// Reads in its own thread more than a pipe holds.
private final class Reader: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private let result = Mutex<[UInt8]>([])

  init(_ reading: FileDescriptor, count: Int) {
    Thread { [self] in
      var bytes: [UInt8] = []
      while bytes.count < count, let more = reading.read(upTo: 1 << 16), !more.isEmpty {
        bytes += more
      }
      result.withLock { $0 = bytes }
      done.signal()
    }.start()
  }

  func bytes() -> [UInt8] {
    done.wait()
    return result.withLock { $0 }
  }
}
