private import Support

/// A text is not a valid rate limit.
package struct RateLimitError: Error, Sendable, Equatable {
  package static let form = """
    a whole number from 1 to \(RateLimit.maximumCount) and a period, such as 60/second, \
    60/minute or 60/hour; or off
    """
}
