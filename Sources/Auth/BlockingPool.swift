private import Support

/// Runs work that takes long, such as scrypt, where no request waits behind it.
package protocol BlockingPool: Sendable {
  /// - Parameter client: whose work it is: each client has a share of the queue (ATTACKS R11).
  /// - Throws: `BlockingPoolIsFull`; the work was not and will not be run then.
  func run<Value: Sendable>(for client: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
}

/// Too much work waits already, of all clients or of this one; or the server ends.
package struct BlockingPoolIsFull: Error, Sendable {
  package init() {}
}
