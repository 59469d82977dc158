private import SystemC

/// A point in time of the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
package struct WallTime: Sendable, Hashable, Comparable {
  package let milliseconds: Int

  package init(milliseconds: Int) { self.milliseconds = milliseconds }

  /// The current time of the system clock.
  package static func now() -> WallTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000)
  }

  /// The same time without its fraction of a second.
  package var wholeSeconds: WallTime { WallTime(milliseconds: milliseconds / 1000 * 1000) }

  package static func < (one: WallTime, other: WallTime) -> Bool {
    one.milliseconds < other.milliseconds
  }

  package static func + (time: WallTime, duration: Duration) -> WallTime {
    WallTime(milliseconds: time.milliseconds + duration.milliseconds)
  }

  package static func - (time: WallTime, duration: Duration) -> WallTime {
    WallTime(milliseconds: time.milliseconds - duration.milliseconds)
  }

  package static func - (end: WallTime, start: WallTime) -> Duration {
    .milliseconds(end.milliseconds - start.milliseconds)
  }

  /// UTC with milliseconds, such as `2026-07-28T12:00:00.000Z` (RFC 3339 §5.6).
  package var rfc3339: String {
    var seconds = time_t(milliseconds / 1000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    let date = unsafe "\(parts.tm_year + 1900)-\(pad(parts.tm_mon + 1))-\(pad(parts.tm_mday))"
    let time = unsafe "\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec))"
    return "\(date)T\(time).\(pad(Int32(milliseconds % 1000), to: 3))Z"
  }

  /// Parses the form that `rfc3339` writes, with or without milliseconds. `nil` for any other text.
  /// The years are 1970 to 9999.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20 || bytes.count == 24 else { return nil }
    func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1) - 0x30 } }
    // Count years from March, so that the leap day is the last day of its year.
    let month = (number(5..<7) + 9) % 12
    let year = number(0..<4) - (month >= 10 ? 1 : 0)
    let days =
      365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + number(8..<10)
      - 719_469
    let seconds = (days * 24 + number(11..<13)) * 3600 + number(14..<16) * 60 + number(17..<19)
    let milliseconds = bytes.count == 24 ? number(20..<23) : 0
    self.init(milliseconds: seconds * 1000 + milliseconds)
    // Format the result and compare. This refuses bytes that are not digits, and dates that do not
    // exist, such as 30 February.
    let spelled = bytes.count == 24 ? bytes : bytes.dropLast() + Array(".000Z".utf8)
    guard self.milliseconds >= 0, rfc3339.utf8.elementsEqual(spelled), bytes.last == 0x5A else {
      return nil
    }
  }

  private func pad(_ number: Int32, to width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
