import TestSupport
import Testing

@testable import Auth

struct RateLimitTests {
  @Test(
    arguments: [
      ("60/minute", RateLimit(count: 60, period: .minute)),
      ("1/second", RateLimit(count: 1, period: .second)),
      ("1000000/hour", RateLimit(count: 1_000_000, period: .hour)), ("off", nil),
    ] as [(String, RateLimit?)])
  func reads(_ text: String, _ expected: RateLimit?) throws {
    #expect(try RateLimit.read(text) == expected)
    #expect(expected?.burst == expected?.count)
  }

  /// R10: an invalid value never means "no limit".
  @Test(arguments: [
    "", "0/minute", "-1", "-1/minute", "10/", "10", "/minute", "10/day", "10/Minute", "10/minutes",
    "10 /minute", "10/minute ", " 10/minute", "+10/minute", "010/minute", "1e3/minute",
    "1_0/minute",
    "1.5/minute", "10/minute/", "1000001/hour", "99999999999999999999/hour", "１0/minute", "Off",
    "off ", "0", "no", "unlimited",
  ])
  func refuses(_ text: String) {
    #expect(throws: RateLimitError()) { try RateLimit.read(text) }
  }

  @Test func severalCallersShareAMultiple() {
    #expect(
      RateLimit(count: 10, period: .minute, burst: 3).multiplied(by: 16)
        == RateLimit(count: 160, period: .minute, burst: 48))
    #expect(
      RateLimit(count: 900_000, period: .hour, burst: 1).multiplied(by: 16)
        == RateLimit(count: 1_000_000, period: .hour, burst: 16))
  }

  /// draft-ietf-httpapi-ratelimit-headers-10 §3, §4; RFC 9110 §10.2.3
  @Test func rendersFields() {
    let limit = RateLimit(count: 60, period: .minute)
    var bucket = TokenBucket()
    let first = bucket.take(at: 5, limit: limit)
    #expect(limit.policyField == #""default";q=60;w=60"#)
    #expect(first.field == #""default";r=59;t=1"#)
    #expect(first.retryAfterSeconds == 0)
    for _ in 1..<60 { _ = bucket.take(at: 5, limit: limit) }
    // A nanosecond before the token is available, the wait is a whole second.
    let refused = bucket.take(at: 1_000_000_004, limit: limit)
    #expect(refused.field == #""default";r=0;t=60"#)
    #expect(refused.retryAfter == .nanoseconds(1))
    #expect(refused.retryAfterSeconds == 1)
    #expect(RateLimit(count: 60, period: .minute, burst: 7).policyField == #""default";q=7;w=7"#)
    #expect(RateLimit(count: 7, period: .second, burst: 8).policyField == #""default";q=8;w=2"#)
  }
}
