private import Support
package import JSON

/// What a client is told of a tool (MCP server/tools, "Tool").
package struct ToolDefinition: Sendable {
  package let name: String
  package let title: String
  package let description: String
  /// JSON Schema 2020-12 of the arguments and of the structured result.
  package let inputSchema: JSONObject
  package let outputSchema: JSONObject
  package let annotations: JSONObject

  package init(
    name: String, title: String, description: String, inputSchema: JSONObject,
    outputSchema: JSONObject, annotations: JSONObject
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.inputSchema = inputSchema
    self.outputSchema = outputSchema
    self.annotations = annotations
  }

  var json: JSONValue {
    [
      "name": .string(name), "title": .string(title), "description": .string(description),
      "inputSchema": .object(inputSchema), "outputSchema": .object(outputSchema),
      "annotations": .object(annotations),
    ]
  }
}
