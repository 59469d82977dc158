private import Support
package import Auth
private import JSON
package import MCP

/// Every reason why a tool call fails, with its reply.
package enum CallFailure: Error, Sendable {
  case unauthenticated(AuthenticationError)
  case forbidden(Identity, Permission)
  /// The authority does not allow the call. The reason is one word, for the audit log.
  case denied(Identity, reason: String)
  /// The tool refuses the arguments. The identity is that of the caller.
  case refused(Identity, ToolFailure)

  /// The reply over stdio, where a failure is a result that the model sees (MCP server/tools,
  /// "Error Handling").
  /// - Parameter failureText: the message for every failed authentication, whatever the reason.
  func result(failureText: String) -> ToolResult {
    switch self {
    case .unauthenticated: .failure(failureText, meta: Self.kind("authentication_failed"))
    case .forbidden(_, let permission): Self.permissionDenied(permission)
    case .denied: Self.deniedByAuthority
    case .refused(_, let failure): .failure(failure.sentence)
    }
  }

  package static let deniedByAuthority = ToolResult.failure(
    "The authority of this server does not allow this call.", meta: kind("permission_denied"))

  package static func permissionDenied(_ permission: Permission) -> ToolResult {
    .failure(
      "Permission denied: this needs \(permission.rawValue)", meta: kind("permission_denied"))
  }

  /// - Parameter seconds: the time until the next attempt may succeed.
  package static func rateLimited(retryAfter seconds: Int) -> ToolResult {
    .failure("Too many requests: try again in \(seconds) s", meta: kind("rate_limited"))
  }

  /// The outcome for the audit log.
  package var outcome: AuditEvent.Outcome {
    switch self {
    case .unauthenticated(let reason): .unauthenticated(reason)
    case .forbidden(let identity, let permission): .forbidden(identity, permission)
    case .denied(let identity, let reason): .denied(identity, reason: reason)
    // Authentication and authorization succeeded; only the arguments are invalid.
    case .refused(let identity, _): .accepted(identity)
    }
  }

  private static func kind(_ name: String) -> JSONObject {
    JSONObject([("\(ServiceName.metaPrefix)error", .string(name))])
  }
}
