import Support
import TestSupport
import Testing

@testable import Auth

struct TokenBucketTests {
  static let limits = [
    RateLimit(count: 1, period: .second), RateLimit(count: 7, period: .second),
    RateLimit(count: 60, period: .minute, burst: 3), RateLimit(count: 3, period: .hour, burst: 11),
    RateLimit(count: 999_983, period: .second, burst: 2),
    RateLimit(count: 1_000_000, period: .hour), RateLimit(count: 1, period: .hour, burst: 1),
  ]

  /// The definition of a bucket: in every window between two accepted requests there are at most
  /// `burst` requests and those that the window earned, in whole numbers.
  struct Oracle {
    let limit: RateLimit
    var accepted: [MonotonicTime] = []

    func allows(at now: MonotonicTime) -> Bool {
      for (index, start) in accepted.enumerated() {
        let inWindow = accepted.count - index + 1
        let earned = Int128((now - start).nanoseconds) * Int128(limit.count)
        if Int128(inWindow - limit.burst) * Int128(limit.period.rawValue) > earned { return false }
      }
      return true
    }
  }

  /// No window has more requests than burst and rate allow. A caller who waits gets every one, and
  /// the wait is the shortest.
  @Test(arguments: limits)
  func agreesWithTheOracle(_ limit: RateLimit) {
    for seed in 1...4 as ClosedRange<UInt64> {
      var random = SplitMix64(seed: seed)
      var bucket = TokenBucket()
      var oracle = Oracle(limit: limit)
      let interval = limit.period.rawValue / limit.count + 1
      var now = MonotonicTime(
        nanoseconds: .random(in: 0...1_000_000_000_000_000_000, using: &random))
      for step in 0..<300 {
        let expected = oracle.allows(at: now)
        #expect(bucket.peek(at: now, limit: limit).isAllowed == expected)
        let decision = bucket.take(at: now, limit: limit)
        #expect(decision.isAllowed == expected, "step \(step) of seed \(seed)")
        if expected { oracle.accepted.append(now) }
        let soonest = now + decision.retryAfter
        #expect(oracle.allows(at: soonest))
        #expect(decision.retryAfter == .zero || !oracle.allows(at: soonest - .nanoseconds(1)))
        #expect((decision.remaining > 0) == (decision.retryAfter == .zero))
        #expect(bucket.peek(at: now + decision.resetAfter, limit: limit).remaining == limit.burst)
        #expect(
          decision.resetAfter == .zero
            || !bucket.isFull(at: now + decision.resetAfter - .nanoseconds(1), limit: limit))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: break  // immediately
        case 1: now = soonest
        case 2: now = max(now, soonest - .nanoseconds(1))
        case 3: now = now + .seconds(decision.retryAfterSeconds)
        case 4: now = now + .nanoseconds(Int.random(in: 0...interval * 3, using: &random))
        default: now = now + .nanoseconds(Int.random(in: 0...interval, using: &random))
        }
      }
    }
  }

  /// The k-th request after the burst is accepted at k periods by count, rounded up once and not k
  /// times.
  @Test func doesNotDriftInAMillionSteps() {
    let limit = RateLimit(count: 7, period: .second, burst: 2)
    let start: MonotonicTime = 123
    var bucket = TokenBucket()
    var now = start
    var wrong = 0
    for _ in 0..<2 { _ = bucket.take(at: now, limit: limit) }
    for k in 1...1_000_000 {
      now = now + bucket.peek(at: now, limit: limit).retryAfter
      if now != start + .nanoseconds((k * 1_000_000_000 + 6) / 7) { wrong += 1 }
      if !bucket.take(at: now, limit: limit).isAllowed { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  /// R9: time is not credited twice.
  @Test func aClockThatGoesBackMintsNothing() {
    let limit = RateLimit(count: 1, period: .second)
    var bucket = TokenBucket()
    #expect(bucket.take(at: 10_000_000_000, limit: limit).isAllowed)
    let refused = bucket.take(at: 4_000_000_000, limit: limit)
    #expect(!refused.isAllowed)
    #expect(refused.retryAfter == .seconds(7))
    #expect(!bucket.take(at: 10_999_999_999, limit: limit).isAllowed)
    #expect(bucket.take(at: 11_000_000_000, limit: limit).isAllowed)
  }

  @Test func theGreatestNumbersFit() {
    let limit = RateLimit(count: 1_000_000, period: .hour, burst: 1_000_000)
    var bucket = TokenBucket()
    for _ in 0..<1_000_000 { _ = bucket.take(at: 0, limit: limit) }
    let refused = bucket.take(at: 0, limit: limit)
    #expect(!refused.isAllowed)
    #expect(refused.retryAfter == .nanoseconds(3_600_000))
    #expect(refused.resetAfter == .seconds(3600))
    #expect(bucket.peek(at: MonotonicTime(nanoseconds: .max), limit: limit).remaining == 1_000_000)
  }
}
