import Foundation
import Testing

@testable import StdioTransport

/// The loop between two pipes, without a process. Nothing here waits for time to pass.
struct StdioTransportTests {
  /// Runs the loop over `input`, each line answered with "<" and the line's text.
  private func run(
    _ input: [UInt8], signals: [ProcessSignals.Signal] = [], endsInput: Bool = true,
    readsOutput: Bool = true
  ) throws -> (output: String, reloads: Int) {
    signal(SIGPIPE, SIG_IGN)
    let (source, output) = (
      try #require(FileDescriptor.pipe()), try #require(FileDescriptor.pipe())
    )
    defer { for end in [source.reading, output.reading] { close(end.raw) } }
    let pipe = try #require(SignalPipe())
    _ = source.writing.write(input[...])
    if endsInput { close(source.writing.raw) }
    for signal in signals { pipe.send(signal) }
    if !readsOutput { close(output.reading.raw) }
    var reloads = 0
    var transport = StdioTransport(
      input: source.reading, output: output.writing, errors: StandardErrorSink())
    transport.run(
      pipe, reload: { reloads += 1 },
      answer: { line in
        switch line {
        case .complete(let bytes):
          bytes == Array("silent".utf8) ? nil : [UInt8(ascii: "<")] + bytes
        case .tooLong: Array("too long".utf8)
        }
      })
    close(output.writing.raw)
    if !endsInput { close(source.writing.raw) }
    let bytes = readsOutput ? output.reading.read(upTo: 1 << 16) ?? [] : []
    return (String(decoding: bytes, as: UTF8.self), reloads)
  }

  /// ATTACKS S14, S15
  @Test(arguments: [
    ("a line", "a\n", "<a\n"), ("two lines", "a\nb\n", "<a\n<b\n"),
    ("a line without a reply", "silent\na\n", "<a\n"), ("nothing", "", ""),
    ("blank lines", "\n \t\r\n\n", ""), ("the input ends inside a line", "a\nbc", "<a\n<bc\n"),
    ("U+2028 and U+2029 are no line ends", "a\u{2028}b\u{2029}c\n", "<a\u{2028}b\u{2029}c\n"),
    ("NUL is no line end", "a\u{0}b\n", "<a\u{0}b\n"),
    ("NEL, VT and FF are none", "a\u{85}b\u{B}c\u{C}d\n", "<a\u{85}b\u{B}c\u{C}d\n"),
    ("a combining mark behind a line end", "a\n\u{301}b\n", "<a\n<\u{301}b\n"),
  ])
  func answersEachLine(_ name: String, _ input: String, _ output: String) throws {
    #expect(try run(Array(input.utf8)).output.utf8.elementsEqual(output.utf8))
  }

  /// ATTACKS S15: the end of a client that reads no more is no fault of the server's.
  @Test func aClosedOutputEndsTheLoop() throws {
    #expect(try run(Array("a\nb\n".utf8), endsInput: false, readsOutput: false).reloads == 0)
  }

  @Test func aClosedOutputEndsTheLoopBeforeAnythingIsSent() throws {
    #expect(try run([], endsInput: false, readsOutput: false).output == "")
  }

  /// SIGTERM: what was received is answered, although the input is still open.
  @Test func terminateAnswersWhatWasReceived() throws {
    let (source, output) = (
      try #require(FileDescriptor.pipe()), try #require(FileDescriptor.pipe())
    )
    defer {
      for end in [source.reading, source.writing, output.reading] { close(end.raw) }
    }
    let pipe = try #require(SignalPipe())
    _ = source.writing.write(Array("a\nb\n".utf8)[...])
    var transport = StdioTransport(
      input: source.reading, output: output.writing, errors: StandardErrorSink())
    // The signal comes while the first line is answered.
    transport.run(
      pipe, reload: {},
      answer: { line in
        pipe.send(.terminate)
        guard case .complete(let bytes) = line else { return nil }
        return bytes
      })
    close(output.writing.raw)
    #expect(output.reading.read(upTo: 64) == Array("a\nb\n".utf8))
  }

  /// ATTACKS G1: every signal that is in the pipe counts, in its order, also those before the loop.
  @Test(
    arguments: [
      ([], 0), ([.reload], 1), ([.reload, .reload, .reload], 3), ([.reload, .terminate], 1),
    ] as [([ProcessSignals.Signal], Int)])
  func takesSignalsFromItsPipe(_ signals: [ProcessSignals.Signal], _ reloads: Int) throws {
    let pipe = try #require(SignalPipe())
    for signal in signals { pipe.send(signal) }
    if !signals.isEmpty { #expect(pipe.take() == signals) }
    // With the input open only SIGTERM ends the loop.
    if signals.contains(.terminate) {
      #expect(try run([], signals: signals, endsInput: false).reloads == reloads)
    } else {
      #expect(try run([], signals: signals + [.terminate], endsInput: false).reloads == reloads)
    }
  }

  @Test func aLongLineIsReportedOnceAndSkipped() throws {
    let (source, output) = (
      try #require(FileDescriptor.pipe()), try #require(FileDescriptor.pipe())
    )
    defer { for end in [source.reading, output.reading] { close(end.raw) } }
    let pipe = try #require(SignalPipe())
    let line = [UInt8](repeating: 0x78, count: 3 << 20) + Array("\na\n".utf8)
    let writing = source.writing
    Thread {
      var rest = line[...]
      while !rest.isEmpty, let count = writing.write(rest.prefix(4096)) {
        rest = rest.dropFirst(count)
      }
      close(writing.raw)
    }.start()
    var lines: [LineFramer.Line] = []
    var transport = StdioTransport(
      input: source.reading, output: output.writing, errors: StandardErrorSink())
    transport.run(
      pipe, reload: {},
      answer: { line in
        lines.append(line)
        return nil
      })
    close(output.writing.raw)
    #expect(lines == [.tooLong, .complete([0x61])])
  }

  // MARK: The log

  /// Lines wait up to a bound; then whole lines are dropped, and their number is written.
  @Test func theLogIsBounded() throws {
    let pipe = try #require(FileDescriptor.pipe())
    defer { close(pipe.reading.raw) }
    let sink = StandardErrorSink(pipe.writing, maximumWaiting: 100)
    let line = [UInt8](repeating: 0x6C, count: 39) + [0x0A]
    for _ in 0..<5 { sink.write(line) }  // two fit
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

    /// Reads what is there, without waiting for more.
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

  /// ATTACKS S20: a reader that reads late gets every line, whole and in its order.
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
    pipe.sink.finish(now: { 0 }, wait: { _ in read += pipe.read() })
    read += pipe.read()
    #expect(read == lines.joined())
  }

  /// ATTACKS S20: past the deadline whole lines are dropped, and their number is written; a line that
  /// is begun is finished. The reader reads once more when the deadline is past.
  @Test(arguments: [40, 1_000, 200_000], [0, 3])
  func whatIsLeftAtTheDeadlineIsDroppedInWholeLinesAndCounted(_ length: Int, _ lost: Int) throws {
    let count = (1 << 20) / length
    let pipe = try FullPipe(maximumWaiting: count * length)
    defer { pipe.close() }
    for index in 0..<count + lost {
      pipe.sink.write(
        Array((String(repeating: "l", count: length - 8) + String(index + 1_000_000) + "\n").utf8))
    }
    var (time, read) = (0, "")
    pipe.sink.finish(
      now: { time },
      wait: { milliseconds in
        // Nothing is read before the deadline for lines; then all that is there, each millisecond.
        if time > 0 { read += pipe.read() }
        time += time > 0 ? 1 : milliseconds
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

  /// ATTACKS S20: a count that waits and is dropped itself is not lost.
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
    write(2)  // it fits, behind a count of three
    var time = 0
    var read = ""
    pipe.sink.finish(
      now: { time },
      wait: { milliseconds in
        if time > 0 { read += pipe.read() }
        time += time > 0 ? 1 : milliseconds
      })
    read += pipe.read()
    let lines = read.split(separator: "\n")
    let counts = lines.compactMap { $0.firstMatch(of: /"count":(\d+)\}$/).flatMap { Int($0.1) } }
    #expect(counts.count == 1)
    #expect(counts.reduce(lines.count - counts.count, +) == total)
  }

  /// ATTACKS S20: lines that were dropped earlier are counted, although no line follows.
  @Test func theEndOfTheProcessCountsWhatWasDroppedBefore() throws {
    let pipe = try FullPipe(maximumWaiting: 10)
    defer { pipe.close() }
    for _ in 0..<3 { pipe.sink.write(Array("12345678\n".utf8)) }
    pipe.sink.finish(now: { 0 }, wait: { _ in })
    #expect(pipe.read() == "12345678\n{\"event\":\"log_lines_dropped\",\"count\":2}\n")
  }

  /// ATTACKS S20: what is in the pipe when the process ends is whole lines, also where nobody read.
  @Test func aPipeThatIsFullHoldsWholeLines() throws {
    let pipe = try FullPipe(maximumWaiting: 4 << 20)
    defer { pipe.close() }
    let line = String(repeating: "l", count: 399) + "\n"
    for _ in 0..<4_000 { pipe.sink.write(Array(line.utf8)) }
    var time = 0
    pipe.sink.finish(now: { time }, wait: { time += $0 })
    let read = pipe.read()
    #expect(read.utf8.count > 0)
    #expect(read.utf8.count % 400 == 0)
  }

  /// A reader that takes nothing costs two seconds and no more.
  @Test func theEndOfTheProcessWaitsForTwoSeconds() throws {
    let pipe = try FullPipe(maximumWaiting: 4 << 20)
    defer { pipe.close() }
    pipe.sink.write([UInt8](repeating: 0x6C, count: 1 << 20) + [0x0A])
    var (time, waits) = (0, 0)
    pipe.sink.finish(
      now: { time },
      wait: { milliseconds in
        time += milliseconds
        waits += 1
      })
    #expect(time == 2_000)
    #expect(waits == 2)
  }
}
