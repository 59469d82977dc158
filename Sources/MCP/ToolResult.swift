private import Support
package import JSON

/// The result of a tool call: a text for the model and, after success, the same as structured data.
package struct ToolResult: Sendable {
  package let text: String
  package let structured: JSONObject?
  package let isError: Bool
  package let meta: JSONObject
  /// What the user must do first; `nil` for a result that is complete.
  private var inputRequests: JSONObject?

  package static func success(_ text: String, structured: JSONObject) -> ToolResult {
    ToolResult(text: text, structured: structured, isError: false, meta: JSONObject())
  }

  package static func failure(_ text: String, meta: JSONObject = JSONObject()) -> ToolResult {
    ToolResult(text: text, structured: nil, isError: true, meta: meta)
  }

  /// The user is asked to open a URL; then the client sends the call again with the answer under
  /// `name` (MCP 2026-07-28 basic/patterns/mrtr, client/elicitation "URL Mode Elicitation Requests").
  /// Only for a call whose client can do that.
  package static func openURL(_ url: String, message: String, name: String) -> ToolResult {
    var result = ToolResult(text: message, structured: nil, isError: false, meta: JSONObject())
    result.inputRequests = JSONObject([
      (
        name,
        [
          "method": "elicitation/create",
          "params": ["mode": "url", "url": .string(url), "message": .string(message)],
        ]
      )
    ])
    return result
  }

  var type: JSONValue { inputRequests == nil ? "complete" : "input_required" }

  var json: JSONObject {
    if let inputRequests { return JSONObject([("inputRequests", .object(inputRequests))]) }
    var result = JSONObject([
      ("content", [["type": "text", "text": .string(text)]]), ("isError", .bool(isError)),
    ])
    result["structuredContent"] = structured.map(JSONValue.object)
    if !meta.members.isEmpty { result["_meta"] = .object(meta) }
    return result
  }
}
