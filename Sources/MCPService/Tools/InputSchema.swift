private import Support
internal import JSON

/// The schema of a tool's arguments (MCP server/tools, "Tool").
enum InputSchema {
  /// - Parameters:
  ///   - required: never the credential, though the server demands it: the client may send it in
  ///     `_meta`, and a model must not make one up to satisfy the schema.
  ///   - policy: what looks for the credential among the arguments; `nil` where it comes another way.
  static func make(
    _ arguments: [(String, JSONValue)], required: [String], behind policy: AccessPolicy?
  )
    -> JSONObject
  {
    var properties = JSONObject(arguments)
    if let policy {
      properties[policy.slot.argument] = [
        "type": "string", "description": .string(policy.slot.description),
      ]
    }
    return JSONObject([
      ("type", "object"), ("properties", .object(properties)),
      ("required", .array(required.map(JSONValue.string))), ("additionalProperties", false),
    ])
  }
}
