private import Support

/// Reads one message per line from standard input and writes one reply per line to standard output
/// (MCP 2026-07-28 basic/transports/stdio).
///
/// A single loop reads, answers and writes. The loop itself blocks only in `poll`. A client may
/// send many requests before it reads a reply: replies are queued up to a limit, and at the limit
/// the loop stops reading.
package struct StdioTransport {
  /// In bytes: the limit of queued replies, and the size of one read.
  private static let maximumWaiting = 4 << 20
  private static let chunk = 1 << 16
  /// In milliseconds: after SIGTERM or SIGINT, how long the loop waits for the client to read the
  /// last replies.
  private static let farewell: Int32 = 2_000

  private var input = LineFramer()
  private var inputEnded = false
  private var terminated = false
  private let source: FileDescriptor
  private var output: OutputQueue
  private let errors: StandardErrorSink

  package init(errors: StandardErrorSink) {
    self.init(input: .standardInput, output: .standardOutput, errors: errors)
  }

  init(input: FileDescriptor, output: FileDescriptor, errors: StandardErrorSink) {
    source = input
    self.output = OutputQueue(output)
    self.errors = errors
  }

  /// Whether standard input is a terminal: then a person started the server, not a client.
  package static var isTerminal: Bool { FileDescriptor.standardInput.isTerminal }

  /// Serves until the input ends, SIGTERM or SIGINT arrives, or the output has no reader.
  /// - Parameters:
  ///   - reload: called on SIGHUP.
  ///   - answer: the reply to a line, without its line end; `nil` for no reply.
  package mutating func run(
    reload: () -> Void, answer: (LineFramer.Line) async -> [UInt8]?
  ) async {
    guard let signals = SignalPipe(), signals.start() else { return }
    await run(signals, reload: reload, answer: answer)
  }

  /// The loop. Tests pass a signal pipe of their own.
  mutating func run(
    _ signals: SignalPipe, reload: () -> Void, answer: (LineFramer.Line) async -> [UInt8]?
  ) async {
    while true {
      let allAnswered = await answerLines(answer)
      errors.flush()
      guard output.drain() else { return }  // EPIPE: the client is gone
      if output.isEmpty {
        if !allAnswered { continue }
        if inputEnded || terminated { return }
      }
      let ready = FileDescriptor.wait(
        for: [
          (signals.descriptor, .reading),
          (source, wantsInput ? .reading : .ignored),
          (output.descriptor, output.isEmpty ? .breakage : .writing),
          (errors.descriptor, errors.hasWaiting ? .writing : .ignored),
        ], milliseconds: terminated ? Self.farewell : -1)
      if ready[2].broken || terminated && !ready[2].writable { return }
      if ready[0].readable {
        for signal in signals.take() {
          switch signal {
          case .reload: reload()
          case .terminate: terminated = true
          }
        }
      }
      if ready[1].readable || ready[1].broken { readInput() }
    }
  }

  private var wantsInput: Bool {
    !inputEnded && !terminated && output.count < Self.maximumWaiting
  }

  private mutating func readInput() {
    if let bytes = source.read(upTo: Self.chunk), !bytes.isEmpty {
      input.append(bytes)
    } else {
      inputEnded = true
    }
  }

  /// Answers the complete lines. Returns `false` if the output is full before all of them are
  /// answered.
  private mutating func answerLines(_ answer: (LineFramer.Line) async -> [UInt8]?) async
    -> Bool
  {
    while output.count < Self.maximumWaiting {
      guard let line = input.next() ?? (inputEnded ? input.finish() : nil) else { return true }
      if let reply = await answer(line) {
        output.append(reply)
        output.append(CollectionOfOne(UInt8(ascii: "\n")))
      }
    }
    return false
  }
}
