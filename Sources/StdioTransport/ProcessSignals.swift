private import SystemC
private import Support

/// The signals that a server handles: SIGHUP, SIGTERM and SIGINT. They are blocked in all threads,
/// and one thread waits for them. The system keeps a blocked signal pending, so that none is lost
/// (ATTACKS G1).
package enum ProcessSignals {
  package enum Signal: Sendable, Equatable {
    /// SIGTERM and SIGINT.
    case terminate
    /// SIGHUP
    case reload
  }

  /// Blocks SIGHUP and SIGTERM. Call it first in `main`: a thread inherits the blocked signals from
  /// the thread that starts it. SIGINT still ends a process that reads its configuration.
  package static func block() {
    for number in [SIGHUP, SIGTERM] {
      change(SIG_BLOCK, number)
      // Reset the action: a signal that the parent ignored, as nohup does, would be lost.
      signal(number, SIG_DFL)
    }
  }

  /// Undoes `block`, for a command that is not a server: a signal then ends the process.
  package static func unblock() {
    for number in [SIGHUP, SIGTERM] { change(SIG_UNBLOCK, number) }
  }

  /// After this call SIGINT acts as SIGTERM, and SIGPIPE does not end the process: `write` returns
  /// an error instead. Call it before starting other threads.
  package static func prepare() {
    block()
    change(SIG_BLOCK, SIGINT)
    signal(SIGINT, SIG_DFL)
    signal(SIGPIPE, SIG_IGN)
  }

  /// Waits for the next signal.
  /// - Precondition: all threads block these signals.
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
