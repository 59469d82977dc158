private import Support
package import JSON

/// One JSON-RPC response (JSON-RPC 2.0 §5). The server sends no other kind of message.
package enum Reply: Sendable {
  case result(RequestID, JSONObject)
  /// `nil` if the identifier could not be read. The reply then has no `id`: MCP does not allow
  /// `null`.
  ///
  /// An error of the application is the exception. It may be sent before the request is read, and
  /// then has the identifier `null` (JSON-RPC 2.0 §5). Without an `id`, Python's `mcp` 2.3 does not
  /// accept it as a response and hides its message from the user.
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

  /// The message as one line, without a line end.
  package func serialized() -> [UInt8] { json.serialized() }

  /// The array of a batch (JSON-RPC 2.0 §6); `nil` if there are no replies.
  package static func serialized(_ batch: [Reply]) -> [UInt8]? {
    batch.isEmpty ? nil : JSONValue.array(batch.map(\.json)).serialized()
  }
}
