import Support
import TestSupport
import Auth
import MCPServiceHTTP
package import HTTPTransport
import NIOCore

/// `CalculatorHTTP` behind a real socket, in this process, with clocks that only the test moves.
///
/// The event loops keep their own time: a test that waits for a timeout sets a short limit, and
/// waits for what the timeout does.
package struct LiveServer: Sendable {
  package let harness: HTTPHarness
  package let port: Int

  /// Without limits on how often somebody may ask or fail, and on connections of one client.
  package static let unlimited: [String: String?] = [
    "CALCULATOR_RATE_LIMIT": "off", "CALCULATOR_FAILURE_LIMIT": "off",
    "CALCULATOR_CONNECTIONS_PER_CLIENT": "10000",
  ]

  /// Serves while `body` runs.
  package static func run(
    _ changes: [String: String?] = unlimited, limits: HTTPLimits = HTTPLimits(),
    _ body: (LiveServer) async throws -> Void
  ) async throws {
    let harness = try HTTPHarness(changes)
    let clock = harness.clock
    let server = harness.service.makeServer(
      threads: 1, limits: limits, now: { clock.now })
    let port = try await server.start(host: "127.0.0.1", port: 0)
    do {
      try await body(LiveServer(harness: harness, port: port))
    } catch {
      await server.shutDown(within: .seconds(0))
      throw error
    }
    await server.shutDown(within: .seconds(0))
  }

  /// - Parameter source: the client's address.
  package func connect(from source: String = "127.0.0.1") async throws -> LiveClient {
    try await LiveClient(port: port, from: source)
  }

  /// All that comes back for `bytes` until the server ends the connection.
  package func exchange(_ bytes: [UInt8]) async throws -> String {
    let client = try await connect()
    try? await client.send(bytes)  // it may end the connection before it has read all
    return try await client.untilClose()
  }

  package func exchange(_ text: String) async throws -> String {
    try await exchange(Array(text.utf8))
  }
}
