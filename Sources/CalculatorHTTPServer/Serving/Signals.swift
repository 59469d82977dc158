private import Dispatch
private import Support

#if canImport(Darwin)
  private import Darwin
#elseif canImport(Musl)
  private import Musl
#else
  private import Glibc
#endif

/// The signals that a server lives by, as a stream.
struct Signals {
  enum Signal: Sendable {
    /// SIGTERM and SIGINT.
    case terminate
    /// SIGHUP
    case reload
  }

  let stream: AsyncStream<Signal>
  private let sources: [any DispatchSourceSignal]

  /// From here on these signals come through the stream, and SIGPIPE is an error of `write` instead
  /// of the end of the process.
  ///
  /// It waits until the system knows: a signal that came before would be lost.
  init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
    self.stream = stream
    signal(SIGPIPE, SIG_IGN)
    let isKnown = DispatchGroup()
    sources = [SIGTERM, SIGINT, SIGHUP].map { number in
      signal(number, SIG_IGN)  // the source sees it all the same
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { continuation.yield(number == SIGHUP ? .reload : .terminate) }
      isKnown.enter()
      source.setRegistrationHandler { isKnown.leave() }
      source.activate()
      return source
    }
    isKnown.wait()
  }
}
