private import Support

/// What stands behind the transport.
package protocol HTTPResponder: Sendable {
  /// The response to a well-formed request, of which only the head has been read.
  ///
  /// Called on the event loop of the connection, for one request of a connection at a time and in
  /// their order. It awaits the body where it wants it, and must not block: the event loop serves
  /// other connections while it awaits.
  func respond(to request: HTTPRequest) async -> HTTPResponse

  /// The response to what is no request. `peer` is the other end of the socket.
  func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse
}
