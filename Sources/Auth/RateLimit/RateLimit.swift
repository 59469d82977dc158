private import Support

/// The number of requests that one caller may send: `count` in each `period`, and `burst` at once.
package struct RateLimit: Sendable, Equatable {
  package static let maximumCount = 1_000_000
  /// The name of the only policy.
  static let policy = "default"

  /// In nanoseconds.
  package enum Period: Int, Sendable, CaseIterable {
    case second = 1_000_000_000
    case minute = 60_000_000_000
    case hour = 3_600_000_000_000

    fileprivate static func named(_ name: Substring.UTF8View) -> Period? {
      allCases.first { "\($0)".utf8.elementsEqual(name) }
    }
  }

  package let count: Int
  package let period: Period
  package let burst: Int
  /// The value of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10 §3): the burst, and
  /// the seconds in which an empty bucket becomes full. It is in each response, so it is made once.
  package let policyField: String

  /// - Precondition: `count` and `burst` are 1 to 1,000,000, so that no sum in a bucket overflows.
  package init(count: Int, period: Period, burst: Int? = nil) {
    precondition(1...Self.maximumCount ~= count && 1...Self.maximumCount ~= burst ?? count)
    self.count = count
    self.period = period
    self.burst = burst ?? count
    let refill = (self.burst * period.rawValue / count + 999_999_999) / 1_000_000_000
    policyField = "\"\(Self.policy)\";q=\(self.burst);w=\(refill)"
  }

  /// The limit of `factor` callers together, at most the largest limit.
  /// - Parameter factor: from 1 to 1,000.
  package func multiplied(by factor: Int) -> RateLimit {
    RateLimit(
      count: min(Self.maximumCount, count * factor), period: period,
      burst: min(Self.maximumCount, burst * factor))
  }

  /// Parses `60/minute`, `5/second`, `1000/hour`, or `off`, which is `nil`.
  /// - Throws: `RateLimitError` for any other text (R10).
  package static func read(_ text: String) throws(RateLimitError) -> RateLimit? {
    if text == "off" { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, let period = Period.named(parts[1]),
      1...7 ~= parts[0].count, parts[0].first != UInt8(ascii: "0"),
      parts[0].allSatisfy({ 0x30...0x39 ~= $0 }), let count = Int(Substring(parts[0])),
      count <= maximumCount
    else { throw RateLimitError() }
    return RateLimit(count: count, period: period)
  }
}
