private import Support

/// Why a server does not start.
package enum HTTPServerError: Error, Sendable, Equatable {
  /// Another process listens on this address and port.
  case addressInUse
  /// The machine does not have this address, or listening is not permitted. The value is the error
  /// message of the system.
  case cannotListen(String)
}
