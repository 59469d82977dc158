package import Auth
package import JSON
package import MCP

/// A tool with the one permission that it needs.
package struct CalculatorTool: Sendable {
  package let definition: ToolDefinition
  package let permission: Permission
  /// Runs the tool on its own arguments: the credential has been taken out before.
  package let run: @Sendable (JSONObject) throws(ToolFailure) -> ToolResult
}
