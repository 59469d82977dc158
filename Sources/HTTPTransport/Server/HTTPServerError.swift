private import Support

/// Why a server does not start.
package enum HTTPServerError: Error, Sendable, Equatable {
  /// Another process listens there.
  case addressInUse
  /// The address is not this machine's, or not permitted; the system's words.
  case cannotListen(String)
}
