private import Support

/// The result of one step of a TLS session.
enum TLSOutcome: Equatable {
  case done
  /// More bytes from the peer are needed.
  case wantsInput
  /// The peer sent close_notify: no more data follows (RFC 8446 §6.1).
  case ended
  /// The session has failed. The rest of its output is an alert or empty.
  case failed
}
