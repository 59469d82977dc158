private import Support
package import Auth
private import JSON
package import MCP

/// The place of the credential in a tool call over stdio: an argument, or the call's `_meta`.
package struct CredentialSlot: Sendable {
  /// The model sees this argument and may omit it.
  package let argument: String
  /// The client sets this key. The model does not see it.
  package let metaKey: String
  package let description: String
  private let credential: @Sendable (Secret) -> Credential

  package static let apiKey = CredentialSlot(
    argument: "auth_token", metaKey: "\(ServiceName.metaPrefix)auth_token",
    description: "The API key of this server, if the client does not send it by itself.",
    credential: Credential.apiKey)

  package static let token = CredentialSlot(
    argument: "jwt_token", metaKey: "\(ServiceName.metaPrefix)jwt_token",
    description: "The access token, if the client does not send it by itself.",
    credential: Credential.bearer)

  package static let refreshToken = CredentialSlot(
    argument: "refresh_token", metaKey: "\(ServiceName.metaPrefix)refresh_token",
    description: "The refresh token; it works once.", credential: Credential.bearer)

  /// Removes the credential from the call, so that no tool and no log line contains it.
  package func take(from call: inout ToolCall) -> Credential {
    defer {
      call.arguments[argument] = nil
      call.meta[metaKey] = nil
    }
    switch (Self.present(call.arguments[argument]), Self.present(call.meta[metaKey])) {
    case (nil, nil): return Credential.none
    case (_?, _?): return .ambiguous  // S6; OAuth 2.1 §5.1: one method a request
    case (.string(let text)?, nil), (nil, .string(let text)?): return credential(Secret(text))
    default: return .malformed(nil)
    }
  }

  /// `null` and `""` count as absent. Some hosts and models fill every argument of a schema with
  /// them, while the client puts the credential into `_meta`.
  private static func present(_ value: JSONValue?) -> JSONValue? {
    value == .null || value == "" ? nil : value
  }
}
