package import Support

// Tests write times as numbers: milliseconds since 1970, and nanoseconds of the monotonic clock.
extension WallTime: ExpressibleByIntegerLiteral {
  package init(integerLiteral milliseconds: Int) { self.init(milliseconds: milliseconds) }
}

extension MonotonicTime: ExpressibleByIntegerLiteral {
  package init(integerLiteral nanoseconds: Int) { self.init(nanoseconds: nanoseconds) }
}

/// A time of a clock that starts at zero.
package func instant(after elapsed: Duration) -> MonotonicTime { 0 + elapsed }
