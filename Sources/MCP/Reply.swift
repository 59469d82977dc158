private import Support
package import JSON

/// One JSON-RPC response (JSON-RPC 2.0 §5): the only kind of message this server sends, alone or in
/// a batch.
package enum Reply: Sendable {
  case result(RequestID, JSONObject)
  /// Without an identifier where the request's could not be read: MCP has no `null` one.
  ///
  /// An error of the application is the exception: sent before the request is read, it has the
  /// identifier `null` (JSON-RPC 2.0 §5). Without one, Python's `mcp` 2.3 takes it for no
  /// response and hides its message from the user.
  case error(RequestID?, RPCError)

  package var id: RequestID? {
    switch self {
    case .result(let id, _): id
    case .error(let id, _): id
    }
  }

  package var json: JSONValue {
    switch self {
    case .result(let id, let result):
      ["jsonrpc": "2.0", "id": id.json, "result": .object(result)]
    case .error(let id?, let error):
      ["jsonrpc": "2.0", "id": id.json, "error": error.json]
    case .error(nil, .application(let code, let reason)):
      ["jsonrpc": "2.0", "id": .null, "error": RPCError.application(code: code, reason).json]
    case .error(nil, let error):
      ["jsonrpc": "2.0", "error": error.json]
    }
  }

  /// The bytes of the message: one line without its end.
  package func serialized() -> [UInt8] { json.serialized() }

  /// The bytes of a batch (JSON-RPC 2.0 §6); `nil` where no reply is due.
  package static func serialized(_ batch: [Reply]) -> [UInt8]? {
    batch.isEmpty ? nil : JSONValue.array(batch.map(\.json)).serialized()
  }
}
