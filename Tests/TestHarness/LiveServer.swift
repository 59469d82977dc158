import Support
import TestSupport
import Auth
import MCPServiceHTTP
package import HTTPTransport
import NIOCore

/// `CalculatorHTTP` with a real socket in this process, and with clocks that only the test moves.
///
/// The event loops use real time. A test of a timeout sets a short limit and waits for its effect.
package struct LiveServer: Sendable {
  package let harness: HTTPHarness
  package let port: Int

  /// Without a rate limit, a failure limit and a limit of connections for each client.
  package static let unlimited: [String: String?] = [
    "CALCULATOR_RATE_LIMIT": "off", "CALCULATOR_FAILURE_LIMIT": "off",
    "CALCULATOR_CONNECTIONS_PER_CLIENT": "10000",
  ]

  /// Runs the server while `body` runs.
  package static func run(
    _ changes: [String: String?] = unlimited, limits: HTTPLimits = .patient,
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

  /// Sends `bytes`, and returns all received bytes until the server closes.
  package func exchange(_ bytes: [UInt8]) async throws -> String {
    let client = try await connect()
    try? await client.send(bytes)  // the server may close before it has read all bytes
    return try await client.untilClose()
  }

  package func exchange(_ text: String) async throws -> String {
    try await exchange(Array(text.utf8))
  }
}

extension HTTPLimits {
  /// The usual limits with timeouts that no test reaches, however slow the machine is.
  package static var patient: HTTPLimits {
    var limits = HTTPLimits()
    limits.headTimeout = .hours(1)
    limits.bodyTimeout = .hours(1)
    limits.idleTimeout = .hours(1)
    limits.idleTimeoutBeforeAcceptance = .hours(1)
    limits.writeTimeout = .hours(1)
    return limits
  }
}
