private import SystemC

/// A clock that nobody sets: it only goes forward.
package enum MonotonicTime {
  /// In nanoseconds since some moment before this process began.
  package static func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}
