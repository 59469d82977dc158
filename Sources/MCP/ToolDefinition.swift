private import Support
package import JSON

/// The description of a tool in `tools/list` (MCP server/tools, "Tool").
package struct ToolDefinition: Sendable {
  package let name: String
  package let title: String
  package let description: String
  /// The names of the arguments, in the order of the schema.
  package let argumentNames: [String]
  private var arguments: JSONObject
  private let required: [String]
  private let result: JSONObject
  private let hints: JSONObject

  /// - Parameters:
  ///   - arguments: name and JSON Schema 2020-12 of each argument. Every other argument is refused.
  ///   - required: the arguments that a call must have.
  ///   - result: name and schema of each member of the structured result.
  ///   - isReadOnly: whether the tool changes nothing.
  ///   - isIdempotent: whether a second call with the same arguments changes nothing more.
  ///   - isOpenWorld: whether the tool calls another service.
  package init(
    name: String, title: String, description: String, arguments: [(String, JSONValue)],
    required: [String], result: [(String, JSONValue)], isReadOnly: Bool, isIdempotent: Bool,
    isOpenWorld: Bool = false
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.argumentNames = arguments.map(\.0)
    self.arguments = JSONObject(arguments)
    self.required = required
    self.result = JSONObject(result)
    self.hints = JSONObject([
      ("readOnlyHint", .bool(isReadOnly)), ("idempotentHint", .bool(isIdempotent)),
      ("openWorldHint", .bool(isOpenWorld)),
    ])
  }

  /// A copy with one more argument, which is optional.
  ///
  /// The schema does not require a credential even if the server does: the client may send it in
  /// `_meta`, and a model must not invent one to satisfy the schema.
  package func adding(argument: String, schema: JSONValue) -> ToolDefinition {
    var more = self
    more.arguments[argument] = schema
    return more
  }

  var json: JSONValue {
    [
      "name": .string(name), "title": .string(title), "description": .string(description),
      "inputSchema": Self.schema(arguments, required: required),
      "outputSchema": Self.schema(result, required: result.members.map(\.name)),
      "annotations": .object(hints),
    ]
  }

  private static func schema(_ properties: JSONObject, required: [String]) -> JSONValue {
    [
      "type": "object", "properties": .object(properties),
      "required": .array(required.map(JSONValue.string)), "additionalProperties": false,
    ]
  }
}
