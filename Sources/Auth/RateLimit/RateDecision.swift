private import Support

/// The decision of a bucket about one request. Times are in nanoseconds after that request.
package struct RateDecision: Sendable, Equatable {
  package let isAllowed: Bool
  /// The number of tokens that are left.
  package let remaining: Int
  /// The time until the next token, exact to the nanosecond; 0 if there is one now.
  package let retryAfter: Int
  /// The time until the bucket is full.
  package let resetAfter: Int

  /// The value of `Retry-After` (RFC 9110 §10.2.3): whole seconds, rounded up, so that a request
  /// after this time is allowed.
  package var retryAfterSeconds: Int { seconds(roundingUp: retryAfter) }

  /// The value of `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10 §4): the number of tokens
  /// left, and the seconds until the bucket is full.
  package var field: String {
    "\"\(RateLimit.policy)\";r=\(remaining);t=\(seconds(roundingUp: resetAfter))"
  }
}

private func seconds(roundingUp nanoseconds: Int) -> Int {
  (nanoseconds + 999_999_999) / 1_000_000_000
}
