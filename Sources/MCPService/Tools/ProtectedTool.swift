private import Support

/// A tool over stdio, where the credential is an argument of the call: the tool and who guards it.
package struct ProtectedTool: Sendable {
  let tool: Tool
  let policy: AccessPolicy
}
