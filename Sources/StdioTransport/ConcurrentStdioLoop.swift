private import Support

/// The thread of `ConcurrentStdio`: it reads, delivers and writes lines, until everything is
/// answered.
struct ConcurrentStdioLoop {
  /// In bytes: one read.
  private static let chunk = 1 << 16

  private let stdio: ConcurrentStdio
  private let signals: SignalPipe
  private let handler: ConcurrentStdio.Handler
  private var input: LineFramer
  private var output: OutputQueue
  private var inputEnded = false
  private var terminated = false
  /// Whether the last line was delivered.
  private var isLastDelivered = false
  /// The output is closed.
  private var isGone = false
  /// Whether only the last work is awaited.
  private var isFinishing = false
  private var deadline: MonotonicTime?

  init(_ stdio: ConcurrentStdio, _ signals: SignalPipe, _ handler: ConcurrentStdio.Handler) {
    (self.stdio, self.signals, self.handler) = (stdio, signals, handler)
    input = LineFramer(maximumLength: stdio.limits.line)
    output = OutputQueue(stdio.target)
  }

  mutating func run() {
    while true {
      deliverLines()
      stdio.errors.flush()
      writeLines()
      let tasks = stdio.snapshot.tasks
      let isLate = deadline.map { stdio.now() >= $0 } ?? false
      let isAnswered = isLastDelivered && tasks == 0 && stdio.isWritten
      if !isFinishing {
        if isAnswered || isLate || isGone {
          isFinishing = true
          endInput()
          deadline = stdio.now() + stdio.limits.farewell
          handler.finish()
          continue
        }
      } else if isLate || tasks == 0 && (isGone || stdio.isWritten) {
        return
      }
      wait()
    }
  }

  /// Delivers the lines that were read, while the tasks accept more.
  private mutating func deliverLines() {
    while !isLastDelivered, !isFinishing, stdio.snapshot.isOpen {
      let hasEnded = inputEnded || terminated
      if let line = input.next() ?? (inputEnded ? input.finish() : nil) {
        handler.line(line)
      } else {
        if hasEnded { endInput() }
        return
      }
    }
  }

  private mutating func endInput() {
    if !isLastDelivered { handler.inputEnded() }
    isLastDelivered = true
  }

  private mutating func writeLines() {
    output.append(stdio.takeLines())
    let before = output.count
    if !isGone, !output.drain() {  // EPIPE: the client is gone
      isGone = true
      stdio.close()
    }
    if isGone { output = OutputQueue(stdio.target) }
    stdio.wrote(before - output.count)
  }

  private mutating func wait() {
    let wantsInput = !inputEnded && !terminated && !isFinishing && stdio.snapshot.isOpen
    let ready = FileDescriptor.wait(
      for: [
        (signals.descriptor, .reading),
        (stdio.wakeups.reading, .reading),
        (stdio.source, wantsInput ? .reading : .ignored),
        (stdio.target, isGone ? .ignored : output.isEmpty ? .breakage : .writing),
        (stdio.errors.descriptor, stdio.errors.hasWaiting ? .writing : .ignored),
      ], milliseconds: timeout)
    if ready[0].readable { takeSignals() }
    if ready[1].readable { stdio.takeWakeup() }
    if ready[2].readable || ready[2].broken { readInput() }
    if ready[3].broken {
      isGone = true
      stdio.close()
    }
  }

  /// In milliseconds, rounded up; -1 without a deadline.
  private var timeout: Int32 {
    guard let deadline else { return -1 }
    return Int32(clamping: max(0, (deadline - stdio.now()).milliseconds) + 1)
  }

  private mutating func takeSignals() {
    for signal in signals.take() {
      switch signal {
      case .reload: handler.reload()
      case .terminate:
        terminated = true
        // ATTACKS G1: a second signal does not extend the time.
        deadline = deadline ?? stdio.now() + stdio.limits.answers
      }
    }
  }

  private mutating func readInput() {
    if let bytes = stdio.source.read(upTo: Self.chunk), !bytes.isEmpty {
      input.append(bytes)
    } else {
      inputEnded = true
    }
  }
}
