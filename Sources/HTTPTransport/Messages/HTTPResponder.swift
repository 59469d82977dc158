package import Support

/// Answers the requests that the transport receives.
package protocol HTTPResponder: Sendable {
  /// The response to a well-formed request. Only its head has been read.
  ///
  /// Called on the event loop of the connection, for one request of a connection at a time and in
  /// their order. It may await the body. It must not block: the event loop serves other connections
  /// too.
  func respond(to request: HTTPRequest) async -> HTTPResponse

  /// The response to a fault. `peer` is the peer of the socket.
  func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse
}
