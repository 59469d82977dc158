private import Support
package import JSON

/// A well-formed `tools/call`. The tool may be unknown (MCP server/tools, "Calling Tools").
package struct ToolCall: Sendable {
  package let id: RequestID
  package let version: ProtocolVersion
  package let tool: String
  package var arguments: JSONObject
  package var meta: JSONObject
}
