package import Auth
package import JSON
package import MCP

/// A tool, with who may come to it and the one permission that it needs.
package struct CalculatorTool: Sendable {
  package let definition: ToolDefinition
  package let gate: Gate
  /// `nil` where everyone whom the gate knows may.
  package let permission: Permission?
  /// Runs the tool on its own arguments: the credential has been taken out before.
  package let run: @Sendable (JSONObject, Identity) throws(CallFailure) -> ToolResult
}
