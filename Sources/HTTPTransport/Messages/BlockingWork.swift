private import Support

/// A decision that takes long, such as one that needs a key derived from a password.
package struct BlockingWork: Sendable {
  /// Whose work it is: each client has a share of the queue.
  package let client: UInt128
  /// Decides, on one of the few threads that may block, never on an event loop.
  package let run: @Sendable () -> HTTPDecision
  /// Responds instead, where the queue is full, or the client's share of it.
  package let refuse: @Sendable () -> HTTPResponse

  package init(
    client: UInt128, run: @escaping @Sendable () -> HTTPDecision,
    refuse: @escaping @Sendable () -> HTTPResponse
  ) {
    self.client = client
    self.run = run
    self.refuse = refuse
  }
}
