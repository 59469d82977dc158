private import SystemC
private import Support

/// Signals as bytes of a pipe, so that one `poll` waits for input and for signals alike.
struct SignalPipe {
  /// The end to wait at.
  let descriptor: FileDescriptor
  private let writing: FileDescriptor

  /// A pipe that nothing writes to yet; `nil` where no descriptor is left.
  init?() {
    guard let pipe = FileDescriptor.pipe() else { return nil }
    (descriptor, writing) = (pipe.reading, pipe.writing)
  }

  /// From here on the signals of this process come through the pipe: a thread waits for them.
  /// - Returns: whether the thread was started.
  func start() -> Bool {
    ProcessSignals.prepare()
    return unsafe startThread(number: Int(writing.raw)) { argument in
      let writing = FileDescriptor(raw: Int32(unsafe threadNumber(argument)))
      while true { SignalPipe.send(ProcessSignals.next(), to: writing) }
    }
  }

  /// Puts a signal into the pipe.
  func send(_ signal: ProcessSignals.Signal) { Self.send(signal, to: writing) }

  private static func send(_ signal: ProcessSignals.Signal, to writing: FileDescriptor) {
    _ = writing.write([signal == .reload ? 1 : 0])
  }

  /// The signals that have come since the last call; call it when the pipe is readable.
  func take() -> [ProcessSignals.Signal] {
    (descriptor.read(upTo: 64) ?? []).map { $0 == 1 ? .reload : .terminate }
  }
}
