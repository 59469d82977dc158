private import Support
package import Auth
private import JSON
package import MCP

/// Every way in which a call of a tool fails, and what goes back for each.
package enum CallFailure: Error, Sendable {
  case unauthenticated(AuthenticationError)
  case forbidden(Identity, Permission)
  /// Arguments that the tool refuses, with the identity that sent them.
  case refused(Identity, ToolFailure)

  /// The reply over stdio, where failures are results that the model sees (MCP server/tools,
  /// "Error Handling"). `refusal` is all that is said of a credential, whatever was wrong.
  func result(refusal: String) -> ToolResult {
    switch self {
    case .unauthenticated: .failure(refusal, meta: Self.kind("authentication_failed"))
    case .forbidden(_, let permission): Self.permissionDenied(permission)
    case .refused(_, let failure): .failure(failure.sentence)
    }
  }

  package static func permissionDenied(_ permission: Permission) -> ToolResult {
    .failure(
      "Permission denied: this needs \(permission.rawValue)", meta: kind("permission_denied"))
  }

  /// - Parameter seconds: how long to wait.
  package static func rateLimited(retryAfter seconds: Int) -> ToolResult {
    .failure("Too many requests: try again in \(seconds) s", meta: kind("rate_limited"))
  }

  /// How it stands in the audit log.
  package var outcome: AuditEvent.Outcome {
    switch self {
    case .unauthenticated(let reason): .unauthenticated(reason)
    case .forbidden(let identity, let permission): .forbidden(identity, permission)
    // They were let in; what they sent, the tool could not use.
    case .refused(let identity, _): .accepted(identity)
    }
  }

  private static func kind(_ name: String) -> JSONObject {
    JSONObject([("\(ServiceName.metaPrefix)error", .string(name))])
  }
}
