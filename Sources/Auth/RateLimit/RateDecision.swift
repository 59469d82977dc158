private import Support

/// The decision of a bucket about one request.
package struct RateDecision: Sendable, Equatable {
  package let isAllowed: Bool
  /// The number of tokens that are left.
  package let remaining: Int
  /// The time until the next token, exact to the nanosecond; 0 if there is one now.
  package let retryAfter: Duration
  /// The time until the bucket is full.
  package let resetAfter: Duration
  let policyField: String

  /// The value of `Retry-After` (RFC 9110 §10.2.3): whole seconds, rounded up, so that a request
  /// after this time is allowed.
  package var retryAfterSeconds: Int { seconds(roundingUp: retryAfter) }

  /// The response fields about the bucket.
  package var fields: [(name: String, value: String)] {
    [("RateLimit-Policy", policyField), ("RateLimit", field)]
  }

  /// The value of `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10 §4): the number of tokens
  /// left, and the seconds until the bucket is full.
  package var field: String {
    "\"\(RateLimit.policy)\";r=\(remaining);t=\(seconds(roundingUp: resetAfter))"
  }
}

private func seconds(roundingUp duration: Duration) -> Int {
  (duration.nanoseconds + 999_999_999) / 1_000_000_000
}
