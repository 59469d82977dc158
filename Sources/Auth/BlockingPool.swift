private import Support

/// Runs slow work, such as scrypt, without delaying other requests.
package protocol BlockingPool: Sendable {
  /// - Parameter client: the client that caused the work. Each client has a share of the queue
  ///   (ATTACKS R11).
  /// - Throws: `BlockingPoolIsFull`. The work is then never run.
  func run<Value: Sendable>(for client: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
}

/// The queue is full, in total or for this client, or the server is stopping.
package struct BlockingPoolIsFull: Error, Sendable {
  package init() {}
}
