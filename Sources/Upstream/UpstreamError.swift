private import Support

/// Why a call of a service has no result. No case has a text of the service, which could contain a
/// token or HTML.
package enum UpstreamError: Error, Sendable, Equatable {
  /// Status 401: the credential is not accepted.
  case refused
  /// Status 403
  case forbidden
  /// Status 404
  case notFound
  /// Status 429. In seconds; `nil` without a `Retry-After` that can be read.
  case rateLimited(retryAfter: Int?)
  /// Status 5xx, or no response.
  case unavailable
  case timeout
  /// The response is larger than the limit, or there are too many pages or rows.
  case tooLarge
  /// The response is not one of the service's documentation.
  case invalidResponse
  /// The service refuses the argument with status 400: such as a JQL with an error.
  case refusedArgument
  /// An argument that is not sent, with a sentence that says why. It never repeats the argument.
  case invalidArgument(String)
  /// There is no number to add.
  case noNumbers(String)
}
