private import Support

/// What a bucket says about one request. Times are in nanoseconds from that request on.
package struct RateDecision: Sendable, Equatable {
  package let isAllowed: Bool
  /// How many tokens are left.
  package let remaining: Int
  /// Until the next token is there, to the nanosecond; 0 where one is there now.
  package let retryAfter: Int
  /// Until the bucket is full.
  package let resetAfter: Int

  /// Whole seconds (RFC 9110 §10.2.3), rounded up: whoever waits so long is let in.
  package var retryAfterSeconds: Int { seconds(roundingUp: retryAfter) }

  /// `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10 §4): what is left, and the seconds until
  /// all of it is there again.
  package var field: String {
    "\"\(RateLimit.policy)\";r=\(remaining);t=\(seconds(roundingUp: resetAfter))"
  }
}

private func seconds(roundingUp nanoseconds: Int) -> Int {
  (nanoseconds + 999_999_999) / 1_000_000_000
}
