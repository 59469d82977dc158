private import Support
internal import HTTPClient
internal import JSON
internal import MCP

/// Carries one message to the remote server, and its answers to the client.
struct Forwarder: Sendable {
  let server: RemoteServer
  let listening: ListeningStream
  /// Takes a line; `false` if the output is closed.
  let write: @Sendable ([UInt8]) async -> Bool

  /// Returns once the message is answered.
  /// - Returns: a body whose rest is to be discarded.
  func forward(_ message: ClientMessage, _ exchange: Exchange) async -> (any StreamedBody)? {
    do throws(BridgeError) {
      let response = try await server.send(message, exchange)
      let rest = try await server.receive(response, for: message, exchange) {
        (answer) throws(BridgeError) in
        try await deliver(answer, of: response, to: message, exchange)
      }
      if message.kind == .notification, message.method == "notifications/initialized",
        message.version == nil
      {
        server.session.initialized(message)
      }
      listening.start()
      return rest
    } catch {
      await report(error, message, exchange)
      exchange.cancel()
      return nil
    }
  }

  /// Writes a message of the server, after what it says of the session and the tools is known.
  private func deliver(
    _ answer: ServerMessage, of response: StreamedResponse, to request: ClientMessage,
    _ exchange: Exchange
  ) async throws(BridgeError) {
    var line = answer.line
    if case .response = answer.kind, let result = answer.object["result"]?.object {
      if request.isInitialize {
        try start(answer, response, request)
      } else if request.method == "tools/list", request.version != nil,
        let (kept, rejected) = server.toolHeaders.learn(result)
      {
        var object = answer.object
        object["result"] = .object(kept)
        line = JSONValue.object(object).serialized()
        for name in rejected {
          server.notice("took out a tool whose x-mcp-header is not valid: \(Self.shown(name))")
        }
      }
    }
    guard !exchange.isCancelled, await write(line) else { throw .lost }
  }

  private func start(
    _ answer: ServerMessage, _ response: StreamedResponse, _ request: ClientMessage
  ) throws(BridgeError) {
    // The rules of another revision are not known.
    guard let version = RemoteServer.negotiatedVersion(answer),
      ProtocolVersion.legacy.contains(where: { $0.rawValue.hasSameBytes(as: version) })
    else { throw .invalidAnswer(.version) }
    server.session.start(request, version: version, id: try RemoteServer.sessionID(response))
  }

  private func report(_ error: BridgeError, _ message: ClientMessage, _ exchange: Exchange) async {
    // MCP basic/patterns/cancellation: nothing is sent for a cancelled request.
    if exchange.isCancelled { return }
    guard let id = message.id else {
      return server.notice("a message was not delivered: \(error.error.message)")
    }
    if case .answered(let line) = error {
      _ = await write(line)
    } else {
      _ = await write(Reply.error(id, error.error).serialized())
    }
  }

  /// A name as a log may have it.
  private static func shown(_ name: String) -> String {
    let start = String(decoding: name.utf8.prefix(128), as: UTF8.self)
    return String(decoding: JSONValue.string(start).serialized(escaping: .nonASCII), as: UTF8.self)
  }
}
