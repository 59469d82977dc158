private import SystemC
private import Support

/// Delivers signals as bytes of a pipe, so that one `poll` waits for input and for signals.
struct SignalPipe {
  /// The end to read from.
  let descriptor: FileDescriptor
  private let writing: FileDescriptor

  /// Makes the pipe. `nil` if no descriptor is available.
  init?() {
    guard let pipe = FileDescriptor.pipe() else { return nil }
    (descriptor, writing) = (pipe.reading, pipe.writing)
  }

  /// Starts a thread that waits for the signals of this process and writes them to the pipe.
  /// - Returns: whether the thread was started.
  func start() -> Bool {
    ProcessSignals.prepare()
    return startThread { [writing] in
      while true { Self.send(ProcessSignals.next(), to: writing) }
    }
  }

  /// Writes a signal to the pipe.
  func send(_ signal: ProcessSignals.Signal) { Self.send(signal, to: writing) }

  private static func send(_ signal: ProcessSignals.Signal, to writing: FileDescriptor) {
    _ = writing.write([signal == .reload ? 1 : 0])
  }

  /// The signals since the last call. Call it when the pipe is readable: otherwise it blocks.
  func take() -> [ProcessSignals.Signal] {
    (descriptor.read(upTo: 64) ?? []).map { $0 == 1 ? .reload : .terminate }
  }
}
