package import Auth
package import JSON
package import MCP
private import Support

/// A tool and the one permission that it needs.
package struct Tool: Sendable {
  package let definition: ToolDefinition
  /// `nil` if every authenticated caller may call the tool.
  package let permission: Permission?
  private let body: @Sendable (JSONObject, Identity) async throws(CallFailure) -> ToolResult

  /// - Parameter run: runs the tool. Its arguments have only names of the schema, and no credential.
  package init(
    _ definition: ToolDefinition, needs permission: Permission?,
    run: @escaping @Sendable (JSONObject, Identity) async throws(ToolFailure) -> ToolResult
  ) {
    self.init(definition: definition, permission: permission) {
      (arguments, identity) throws(CallFailure) in
      do throws(ToolFailure) {
        return try await run(arguments, identity)
      } catch {
        throw .refused(identity, error)
      }
    }
  }

  /// A tool that can also fail for other reasons than its arguments.
  init(
    definition: ToolDefinition, permission: Permission?,
    body: @escaping @Sendable (JSONObject, Identity) async throws(CallFailure) -> ToolResult
  ) {
    self.definition = definition
    self.permission = permission
    self.body = body
  }

  /// - Throws: `CallFailure.forbidden`
  package func authorize(_ identity: Identity) throws(CallFailure) {
    guard let permission, !identity.permissions.contains(permission) else { return }
    throw .forbidden(identity, permission)
  }

  /// Runs the tool for an authorized caller.
  /// - Parameter slot: the place of the credential, which was removed from the arguments.
  /// - Throws: `CallFailure`; `.refused` if an argument is not in the schema.
  package func run(
    _ arguments: JSONObject, for identity: Identity, credential slot: CredentialSlot? = nil
  ) async throws(CallFailure) -> ToolResult {
    let names = definition.argumentNames
    // ATTACKS H34: by bytes. Swift's `==` takes the Kelvin sign for K.
    let areKnown = arguments.members.allSatisfy { member in
      names.contains { $0.hasSameBytes(as: member.name) }
    }
    guard areKnown else {
      // Never echo the argument's name: it may contain a secret.
      throw .refused(
        identity,
        ToolFailure(
          sentence: "\(definition.name) takes \(Self.list(names))"
            + (slot.map { ", and \($0.argument) for the credential" } ?? "")
            + "; remove every other argument."))
    }
    return try await body(arguments, identity)
  }

  private static func list(_ names: [String]) -> String {
    guard let last = names.last else { return "no argument" }
    return names.count == 1
      ? last : names[..<(names.count - 1)].joined(separator: ", ") + " and " + last
  }
}
