private import Support

#if canImport(Darwin)
  private import Darwin
#elseif canImport(Musl)
  private import Musl
#else
  private import Glibc
#endif

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
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // The descriptor is all that the thread needs; it travels as the argument, with one added since
    // an argument of zero is none.
    let argument = unsafe UnsafeMutableRawPointer(bitPattern: Int(writing.raw) + 1)
    return unsafe pthread_create(
      &thread, nil,
      { argument in
        let writing = FileDescriptor(raw: Int32(Int(bitPattern: argument) - 1))
        while true { SignalPipe.send(ProcessSignals.next(), to: writing) }
      }, argument) == 0
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
