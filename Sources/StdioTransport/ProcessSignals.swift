private import SystemC
private import Support

/// The signals that a server lives by. They are blocked in all threads, and one thread waits for
/// them: a blocked signal waits in the system, so that none is lost (ATTACKS G1).
package enum ProcessSignals {
  package enum Signal: Sendable, Equatable {
    /// SIGTERM and SIGINT.
    case terminate
    /// SIGHUP
    case reload
  }

  /// Blocks SIGHUP and SIGTERM. The first statement of `main`: threads inherit it from the thread
  /// that starts them. SIGINT still ends a process that reads its configuration.
  package static func block() {
    for number in [SIGHUP, SIGTERM] {
      change(SIG_BLOCK, number)
      // A signal that the parent ignored, as nohup does, would be lost.
      signal(number, SIG_DFL)
    }
  }

  /// Undoes `block`, for a command that is no server: a signal ends it.
  package static func unblock() {
    for number in [SIGHUP, SIGTERM] { change(SIG_UNBLOCK, number) }
  }

  /// From here on SIGINT is as SIGTERM, and SIGPIPE is an error of `write` instead of the end of the
  /// process. Call it before other threads are started.
  package static func prepare() {
    block()
    change(SIG_BLOCK, SIGINT)
    signal(SIGINT, SIG_DFL)
    signal(SIGPIPE, SIG_IGN)
  }

  /// Waits for the next signal, which this thread has blocked as all others have.
  package static func next() -> Signal {
    var awaited = sigset_t()
    unsafe sigemptyset(&awaited)
    for number in [SIGHUP, SIGTERM, SIGINT] { unsafe sigaddset(&awaited, number) }
    var number: Int32 = 0
    while unsafe sigwait(&awaited, &number) != 0 {}
    return number == SIGHUP ? .reload : .terminate
  }

  private static func change(_ how: Int32, _ number: Int32) {
    var one = sigset_t()
    unsafe sigemptyset(&one)
    unsafe sigaddset(&one, number)
    unsafe pthread_sigmask(how, &one, nil)
  }
}
