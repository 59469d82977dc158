private import Support

/// What stands behind the transport.
package protocol HTTPResponder: Sendable {
  /// Called on an event loop for each well-formed head, in the order of a connection's requests;
  /// it must not block.
  func decide(_ head: HTTPRequestHead) -> HTTPDecision

  /// The response to a request that never had a decision. `peer` is the other end of the socket.
  func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse
}
