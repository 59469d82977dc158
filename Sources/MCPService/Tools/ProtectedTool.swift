internal import MCP
private import JSON
private import Support

/// A tool with its access policy, for stdio: there the credential is an argument of the call.
package struct ProtectedTool: Sendable {
  let tool: Tool
  let policy: AccessPolicy
  /// The tool's definition, with the credential among its arguments.
  let definition: ToolDefinition

  package init(_ tool: Tool, behind policy: AccessPolicy) {
    self.tool = tool
    self.policy = policy
    definition = tool.definition.adding(
      argument: policy.slot.argument,
      schema: ["type": "string", "description": .string(policy.slot.description)])
  }
}
