private import Dispatch

#if canImport(Darwin)
  private import Darwin
#elseif canImport(Musl)
  private import Musl
#else
  private import Glibc
#endif

/// Signals as bytes of a pipe, so that one `poll` waits for input and for signals alike.
struct SignalPipe {
  enum Signal { case terminate, reload }

  let descriptor: FileDescriptor
  private let sources: [any DispatchSourceSignal]

  /// From here on SIGTERM, SIGINT and SIGHUP come through the pipe, and SIGPIPE is an error of
  /// `write` instead of the end of the process. `nil` where no descriptor is left.
  init?() {
    guard let pipe = FileDescriptor.pipe() else { return nil }
    signal(SIGPIPE, SIG_IGN)
    descriptor = pipe.reading
    sources = [SIGTERM, SIGINT, SIGHUP].map { number in
      let source = DispatchSource.makeSignalSource(signal: number)
      // A signal that is ignored before the system knows the source is lost. Until then SIGTERM and
      // SIGINT just end the process, which has answered nothing yet; to wait would cost a third of
      // the start.
      if number == SIGHUP { signal(number, SIG_IGN) }
      #if canImport(Darwin)
        // A source sees ignored signals there; elsewhere it brings a handler of its own.
        source.setRegistrationHandler { signal(number, SIG_IGN) }
      #endif
      source.setEventHandler { _ = pipe.writing.write([UInt8(number)]) }
      source.activate()
      return source
    }
  }

  /// The signals that have come since the last call; call it when the pipe is readable.
  func take() -> [Signal] {
    (descriptor.read(upTo: 64) ?? []).map { Int32($0) == SIGHUP ? .reload : .terminate }
  }
}
