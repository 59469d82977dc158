package import Auth
private import JSON
package import MCP

/// Every way in which a well-formed tool call fails, and what goes back for each.
package enum CallFailure: Error, Sendable {
  case unauthenticated(AuthenticationFailure)
  case forbidden(Identity, Permission)
  case refused(ToolFailure)

  /// The reply over stdio, where failures are results that the model sees (MCP server/tools,
  /// "Error Handling"). Whatever was wrong with a credential, the words are the same.
  package var result: ToolResult {
    switch self {
    case .unauthenticated:
      .failure("Authentication failed", meta: Self.kind("authentication_failed"))
    case .forbidden(_, let permission):
      .failure(
        "Permission denied: this needs \(permission.rawValue)", meta: Self.kind("permission_denied")
      )
    case .refused(let failure):
      .failure(failure.sentence)
    }
  }

  private static func kind(_ name: String) -> JSONObject {
    JSONObject([("calculator/error", .string(name))])
  }
}
