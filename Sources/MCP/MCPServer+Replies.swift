private import Support
internal import JSON

extension MCPServer {
  /// MCP server/tools, "Error Handling". Never echo the name: it may contain a secret.
  package static let unknownTool = RPCError.invalidParams("unknown tool; tools/list names them all")

  /// The reply that carries the result of a tool call, in the era of the call.
  package func reply(to call: ToolCall, with result: ToolResult) -> Reply {
    self.result(call.id, result.json, in: call.version, type: result.type)
  }

  /// A result in the form of its era: a modern one has `resultType` and `serverInfo`.
  func result(
    _ id: RequestID, _ result: JSONObject, in version: ProtocolVersion,
    type: JSONValue = "complete"
  ) -> Reply {
    guard version == .v2026_07_28 else { return .result(id, result) }
    var result = result
    var meta = result["_meta"]?.object ?? JSONObject()
    meta[MetaKey.serverInfo] = info.implementation
    result["resultType"] = type
    result["_meta"] = .object(meta)
    return .result(id, result)
  }
}
