package import Auth
package import JSON
package import MCP
private import Support

/// A tool and the one permission that it needs.
package struct Tool: Sendable {
  /// How a tool whose calls act on objects of another service is authorized.
  package struct Object: Sendable {
    /// The argument that names the object.
    package let argument: String
    /// Whether no call is allowed without an authority that allows it.
    package let needsAuthority: Bool

    package init(argument: String, needsAuthority: Bool) {
      self.argument = argument
      self.needsAuthority = needsAuthority
    }
  }

  /// Fields with a credential for this server. No tool may read them: the caller's token is never
  /// passed on (MCP 2026-07-28 basic/authorization, "Access Token Privilege Restriction").
  private static let ownFields = ["Authorization", "Proxy-Authorization", "Cookie", "X-API-Key"]

  package let definition: ToolDefinition
  /// `nil` if every authenticated caller may call the tool.
  package let permission: Permission?
  /// The header fields of a request that the tool reads.
  package let fields: [String]
  /// `nil` if the authority is asked about the tool alone.
  package let object: Object?
  private let body: @Sendable (JSONObject, CallContext) async throws(CallFailure) -> ToolResult

  /// - Parameters:
  ///   - fields: the header fields that the tool reads, such as `X-Jira-Token`.
  ///   - run: runs the tool. Its arguments have only names of the schema, and no credential.
  /// - Precondition: none of `fields` has a credential for this server.
  package init(
    _ definition: ToolDefinition, needs permission: Permission?, reading fields: [String] = [],
    object: Object? = nil,
    run: @escaping @Sendable (JSONObject, CallContext) async throws(ToolFailure) -> ToolResult
  ) {
    precondition(Self.mayRead(fields), "a tool reads no credential for this server")
    self.definition = definition
    self.permission = permission
    self.fields = fields
    self.object = object
    body = { (arguments, context) throws(CallFailure) in
      do throws(ToolFailure) {
        return try await run(arguments, context)
      } catch {
        throw .refused(context.identity, error)
      }
    }
  }

  /// Every authenticated caller may call this tool. It can also fail for other reasons than its
  /// arguments.
  init(
    _ definition: ToolDefinition,
    body: @escaping @Sendable (JSONObject, CallContext) async throws(CallFailure) -> ToolResult
  ) {
    self.definition = definition
    permission = nil
    fields = []
    object = nil
    self.body = body
  }

  static func mayRead(_ fields: [String]) -> Bool {
    fields.allSatisfy { field in
      !ownFields.contains { ASCII.areEqual($0.utf8, field.utf8) }
    }
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
    _ arguments: JSONObject, in context: CallContext, credential slot: CredentialSlot? = nil
  ) async throws(CallFailure) -> ToolResult {
    let names = definition.argumentNames
    // ATTACKS H34: by bytes. Swift's `==` takes the Kelvin sign for K.
    let areKnown = arguments.members.allSatisfy { member in
      names.contains { $0.hasSameBytes(as: member.name) }
    }
    guard areKnown else {
      // Never echo the argument's name: it may contain a secret.
      throw .refused(
        context.identity,
        ToolFailure(
          sentence: "\(definition.name) takes \(Self.list(names))"
            + (slot.map { ", and \($0.argument) for the credential" } ?? "")
            + "; remove every other argument."))
    }
    return try await body(arguments, context)
  }

  private static func list(_ names: [String]) -> String {
    guard let last = names.last else { return "no argument" }
    return names.count == 1
      ? last : names[..<(names.count - 1)].joined(separator: ", ") + " and " + last
  }
}
