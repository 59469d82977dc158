private import Support
package import Auth
package import JSON
package import MCP

/// A tool and the one permission that it needs.
package struct Tool: Sendable {
  package let definition: ToolDefinition
  /// `nil` where everyone who is known may.
  package let permission: Permission?
  /// Runs the tool on its own arguments: the credential has been taken out before.
  package let run: @Sendable (JSONObject, Identity) throws(CallFailure) -> ToolResult

  /// May they?
  /// - Throws: `CallFailure.forbidden`
  package func authorize(_ identity: Identity) throws(CallFailure) {
    guard let permission, !identity.permissions.contains(permission) else { return }
    throw .forbidden(identity, permission)
  }
}
