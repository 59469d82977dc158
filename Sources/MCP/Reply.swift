package import JSON

/// One JSON-RPC response (JSON-RPC 2.0 §5): the only kind of message this server sends.
package enum Reply: Sendable {
  case result(RequestID, JSONObject)
  /// Without an identifier where the request's could not be read; MCP has no `null` one.
  case error(RequestID?, RPCError)

  package var json: JSONValue {
    switch self {
    case .result(let id, let result):
      ["jsonrpc": "2.0", "id": id.json, "result": .object(result)]
    case .error(let id?, let error):
      ["jsonrpc": "2.0", "id": id.json, "error": error.json]
    case .error(nil, let error):
      ["jsonrpc": "2.0", "error": error.json]
    }
  }

  /// The bytes of the message: one line without its end.
  package func serialized() -> [UInt8] { json.serialized() }
}
