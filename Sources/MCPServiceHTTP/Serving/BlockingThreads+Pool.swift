package import Auth
package import HTTPTransport
private import Support

extension BlockingThreads: BlockingPool {
  package func run<Value: Sendable>(for client: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    guard let value = await run(for: client.network, work) else { throw BlockingPoolIsFull() }
    return value
  }
}
