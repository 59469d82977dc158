private import Support

/// What one step of a TLS session came to.
enum TLSOutcome: Equatable {
  case done
  /// More bytes of the peer are needed.
  case wantsInput
  /// The peer sent close_notify: nothing more comes (RFC 8446 §6.1).
  case ended
  /// The session is dead; what is left of its output is an alert, or nothing.
  case failed
}
