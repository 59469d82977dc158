package import Support

/// A bucket of `burst` tokens that refills at a steady rate: `count` tokens in each `period`.
///
/// It stores the missing tokens as an integer debt. A token costs as many units as the period has
/// nanoseconds, and each nanosecond repays `count` units. So all arithmetic is exact, without
/// rounding and drift. A full bucket has debt 0 and carries no information.
package struct TokenBucket: Sendable {
  private var debt = 0
  private var updatedAt = MonotonicTime(nanoseconds: 0)

  /// A full bucket.
  package init() {}

  /// Takes a token, if there is one.
  package mutating func take(at now: MonotonicTime, limit: RateLimit) -> RateDecision {
    repay(at: now, limit)
    let isAllowed = debt <= limit.capacity - limit.price
    if isAllowed { debt += limit.price }
    return decision(isAllowed, at: now, limit)
  }

  /// The decision that `take` would make, without taking a token. `remaining` includes the token
  /// that `take` would take.
  package func peek(at now: MonotonicTime, limit: RateLimit) -> RateDecision {
    var bucket = self
    bucket.repay(at: now, limit)
    return bucket.decision(bucket.debt <= limit.capacity - limit.price, at: now, limit)
  }

  /// Returns a token that was taken.
  package mutating func refund(limit: RateLimit) { debt = max(0, debt - limit.price) }

  func isFull(at now: MonotonicTime, limit: RateLimit) -> Bool {
    var bucket = self
    bucket.repay(at: now, limit)
    return bucket.debt == 0
  }

  private mutating func repay(at now: MonotonicTime, _ limit: RateLimit) {
    guard now > updatedAt else { return }  // a clock that goes back mints no tokens (R9)
    let elapsed = (now - updatedAt).nanoseconds
    let (repaid, overflows) = elapsed.multipliedReportingOverflow(by: limit.count)
    debt = overflows ? 0 : max(0, debt - repaid)
    updatedAt = now
  }

  private func decision(_ isAllowed: Bool, at now: MonotonicTime, _ limit: RateLimit)
    -> RateDecision
  {
    /// The time until the debt is at most `target`.
    func wait(until target: Int) -> Duration {
      guard debt > target else { return .zero }
      return .nanoseconds((debt - target + limit.count - 1) / limit.count) + (updatedAt - now)
    }
    return RateDecision(
      isAllowed: isAllowed, remaining: (limit.capacity - debt) / limit.price,
      retryAfter: wait(until: limit.capacity - limit.price), resetAfter: wait(until: 0),
      policyField: limit.policyField)
  }
}

extension RateLimit {
  /// At most 3.6e18, for the largest burst and period. `Int.max` is 9.2e18.
  fileprivate var capacity: Int { burst * price }
  fileprivate var price: Int { period.rawValue }
}
