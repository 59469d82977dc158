private import Support
package import JSON

/// The result of a tool call: a text for the model and, after success, the same as structured data.
package struct ToolResult: Sendable {
  package let text: String
  package let structured: JSONObject?
  package let isError: Bool
  package let meta: JSONObject

  package static func success(_ text: String, structured: JSONObject) -> ToolResult {
    ToolResult(text: text, structured: structured, isError: false, meta: JSONObject())
  }

  package static func failure(_ text: String, meta: JSONObject = JSONObject()) -> ToolResult {
    ToolResult(text: text, structured: nil, isError: true, meta: meta)
  }

  var json: JSONObject {
    var result = JSONObject([
      ("content", [["type": "text", "text": .string(text)]]), ("isError", .bool(isError)),
    ])
    result["structuredContent"] = structured.map(JSONValue.object)
    if !meta.members.isEmpty { result["_meta"] = .object(meta) }
    return result
  }
}
