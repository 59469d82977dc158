private import Support

/// Why a server does not start.
package enum HTTPServerError: Error, Sendable, Equatable {
  /// The address is in use, not this machine's, or not permitted; the system's words.
  case cannotListen(String)
}
