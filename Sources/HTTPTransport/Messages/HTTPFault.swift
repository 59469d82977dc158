private import Support

/// Why a request cannot be parsed, or why its body cannot be read.
package enum HTTPFault: Error, Sendable, CaseIterable {
  /// Not an HTTP/1 message, or one that two parsers could read differently (RFC 9112 §11.2).
  case malformed
  /// The request line's target is longer than the limit (RFC 9110 §15.5.15).
  case targetTooLong
  /// The head is longer than the limit, or has too many fields (RFC 6585 §5).
  case headTooLarge
  /// The body is longer than the limit (RFC 9110 §15.5.14).
  case bodyTooLarge
  /// An expectation other than 100-continue (RFC 9110 §10.1.1).
  case expectationFailed
  /// The head or the body did not arrive in time (RFC 9110 §15.5.9).
  case timeout
  /// The bodies of all requests together are longer than the server may keep (RFC 9110 §15.6.4).
  case overloaded
  /// The client has closed the connection: no response can reach it.
  case aborted
}
