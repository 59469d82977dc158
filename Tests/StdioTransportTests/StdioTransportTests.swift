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
}
