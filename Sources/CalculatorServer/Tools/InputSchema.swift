internal import JSON

/// The schema of a tool's arguments (MCP server/tools, "Tool").
enum InputSchema {
  /// - Parameter gate: what looks for the credential among the arguments; `nil` where it comes
  ///   another way.
  static func make(_ arguments: [(String, JSONValue)], required: [String], behind gate: Gate?)
    -> JSONObject
  {
    var properties = JSONObject(arguments)
    var names = required
    if let gate {
      properties[gate.slot.argument] = [
        "type": "string", "description": .string(gate.slot.description),
      ]
      if gate.requiresCredential { names.append(gate.slot.argument) }
    }
    return JSONObject([
      ("type", "object"), ("properties", .object(properties)),
      ("required", .array(names.map(JSONValue.string))), ("additionalProperties", false),
    ])
  }
}
