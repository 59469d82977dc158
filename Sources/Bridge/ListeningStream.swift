private import HTTPClient
private import MCP
private import Support
private import Synchronization

/// The stream on which a server of the handshake era sends messages of its own (MCP 2025-11-25
/// basic/transports, "Listening for Messages from the Server").
final class ListeningStream: Sendable {
  /// The longest wait before the next connection, unless the server demands a longer one.
  private static let longestWait = Duration.seconds(60)

  private let server: RemoteServer
  private let write: @Sendable ([UInt8]) async -> Bool
  private let running = Mutex<(exchange: Exchange, generation: Int)?>(nil)

  /// - Parameter write: takes a line; `false` if the output is closed.
  init(_ server: RemoteServer, write: @escaping @Sendable ([UInt8]) async -> Bool) {
    (self.server, self.write) = (server, write)
  }

  /// Opens the stream of the current session, unless it is open.
  func start() {
    guard let started = server.session.current, started.initialized != nil else { return }
    let exchange = Exchange()
    let old = running.withLock { running -> Exchange?? in
      if running?.generation == started.generation { return nil }
      defer { running = (exchange, started.generation) }
      return .some(running?.exchange)
    }
    guard let old else { return }
    old?.cancel()
    exchange.run { await self.listen(started, exchange) }
  }

  func stop() { running.withLock { $0 }?.exchange.cancel() }

  /// Reads the stream, and connects again whenever it ends.
  private func listen(_ started: RemoteSession.Started, _ exchange: Exchange) async {
    var (reader, failures, wasOpen): (EventReader?, Int, Bool) = (nil, 0, false)
    while !exchange.isCancelled {
      do throws(BridgeError) {
        if let response = try await server.listen(started, after: reader?.lastEvent, exchange) {
          wasOpen = true
          if reader == nil {
            reader = EventReader(response.body, server.budget)
          } else {
            reader?.resume(response.body)
          }
          while let event = try await reader?.next() {
            failures = 0
            guard event.isMessage else { continue }
            guard await deliver(event.data, exchange) else { return exchange.cancel() }
          }
        }
      } catch {
        await end(error, started, wasOpen: wasOpen, exchange)
        return
      }
      if exchange.isCancelled { return }
      let backoff = min(.milliseconds(500 << min(failures + 1, 10)), Self.longestWait)
      let wait = failures == 0 ? reader?.retry ?? RemoteServer.resumption : backoff
      failures += 1
      await server.sleep(max(wait, reader?.retry ?? .zero, RemoteServer.shortestWait))
    }
  }

  /// - Returns: `false` if the output is closed.
  private func deliver(_ data: [UInt8], _ exchange: Exchange) async -> Bool {
    guard let messages = server.read(data) else {
      server.notice("dropped a message of the remote server that is not valid JSON-RPC")
      return true
    }
    for message in messages {
      // "Listening": no response, unless the stream is resumed.
      if case .response = message.kind {
        server.notice("dropped a response of the remote server to another request")
        continue
      }
      guard !exchange.isCancelled else { return true }
      guard await write(message.line) else { return false }
    }
    return true
  }

  private func end(
    _ error: BridgeError, _ started: RemoteSession.Started, wasOpen: Bool, _ exchange: Exchange
  ) async {
    if exchange.isCancelled { return }
    switch error {
    case .status(405): break  // the server has no such stream
    // ATTACKS O181: a server that knows the stream of no session would start one after the other,
    // without a wait. The next message of the client notices a lost session too.
    case .status(404) where started.id != nil && wasOpen:
      // "Session Management": the session has ended.
      if (try? await server.startAgain(after: started.generation)) != nil { start() }
    default:
      server.notice("listens no more to the remote server: \(error.error.message)")
    }
  }
}
