private import SystemC

/// A clock that only goes forward: nobody can set it.
package enum MonotonicTime {
  /// The time in nanoseconds, since a moment before this process started.
  package static func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}
