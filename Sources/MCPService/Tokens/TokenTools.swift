private import Support
package import Auth
private import JSON
private import MCP

/// The tools around tokens, in the order of `tools/list`.
package enum TokenTools {
  /// - Parameters:
  ///   - issuers: who may have tokens issued.
  ///   - holders: who shows an access token.
  ///   - refreshers: who shows a refresh token.
  package static func all(
    _ issuer: TokenIssuer, issuers: AccessPolicy, holders: AccessPolicy, refreshers: AccessPolicy
  ) -> [ProtectedTool] {
    [
      generate(issuer, issuers), refresh(issuer, refreshers), revoke(issuer, holders),
      whoAmI(holders),
    ]
  }

  private static func generate(_ issuer: TokenIssuer, _ policy: AccessPolicy) -> ProtectedTool {
    tool(
      "generate_token", "Generate token",
      "Issues an access token for a user, and a refresh token for the next one.", policy,
      arguments: [
        ("user_id", ["type": "string", "description": "Who the token is for."]),
        (
          "permissions",
          permissionsSchema("Fewer than the user's role has; all of them without it.")
        ),
        (
          "expires_in",
          [
            "type": "integer", "minimum": 1,
            "description": "Seconds; the server's usual time without it.",
          ]
        ),
      ],
      required: ["user_id"], result: pairSchema
    ) { (arguments, _) throws(ToolFailure) in
      guard let user = arguments["user_id"]?.string else {
        throw ToolFailure(sentence: "user_id must be a string.")
      }
      let permissions = try permissions(in: arguments)
      let lifetime = try lifetime(in: arguments)
      do throws(IssueFailure) {
        return result(
          of: try issuer.issue(to: user, permissions: permissions, lifetime: lifetime))
      } catch {
        throw ToolFailure(sentence: error.sentence)
      }
    }
  }

  private static func refresh(_ issuer: TokenIssuer, _ policy: AccessPolicy) -> ProtectedTool {
    let tool = Tool(
      definition: definition(
        "refresh_token", "Refresh token",
        "Gives a new access token and a new refresh token for a refresh token, which is used up.",
        policy,
        arguments: [
          ("permissions", permissionsSchema("Fewer than the token has; all of them without it."))
        ],
        required: [], result: pairSchema),
      permission: nil
    ) { (arguments, identity) throws(CallFailure) in
      guard let claims = identity.claims else { throw .unauthenticated(.missingCredential) }
      let wanted: PermissionSet?
      do throws(ToolFailure) {
        try refuseOthers(in: arguments, than: ["permissions"], policy)
        wanted = try permissions(in: arguments)
      } catch {
        throw .refused(identity, error)
      }
      do throws(RefreshFailure) {
        return result(of: try issuer.refresh(claims, permissions: wanted))
      } catch {
        switch error {
        case .unauthenticated(let failure): throw .unauthenticated(failure)
        case .refused(let failure):
          throw .refused(identity, ToolFailure(sentence: failure.sentence))
        }
      }
    }
    return ProtectedTool(tool: tool, policy: policy)
  }

  private static func revoke(_ issuer: TokenIssuer, _ policy: AccessPolicy) -> ProtectedTool {
    tool(
      "revoke_token", "Revoke token",
      "Ends a token: one of your own, or anybody's with tokens:manage. A refresh token takes all "
        + "its tokens with it. The answer is the same whatever the token was.", policy,
      arguments: [("token", ["type": "string", "description": "The token to end."])],
      required: ["token"],
      result: [("acknowledged", ["type": "boolean", "description": "Always true."])]
    ) { (arguments, identity) throws(ToolFailure) in
      guard let token = arguments["token"]?.string else {
        throw ToolFailure(sentence: "token must be a string.")
      }
      issuer.revoke(Secret(token), for: identity)
      return .success(
        "If it was a token that you may end, it is ended.",
        structured: JSONObject([("acknowledged", true)]))
    }
  }

  private static func whoAmI(_ policy: AccessPolicy) -> ProtectedTool {
    tool(
      "whoami", "Who am I", "Says whose token this is, what it permits and when it ends.", policy,
      arguments: [], required: [],
      result: [
        ("subject", ["type": "string"]),
        ("permissions", ["type": "array", "items": ["type": "string"]]),
        ("expires_at", ["type": "integer", "description": "Seconds since 1970."]),
      ]
    ) { (_, identity) throws(ToolFailure) in
      let permissions = identity.permissions.knownInOrder.map(\.rawValue)
      let expiresAt = (identity.claims?.expiresAt ?? 0) / 1000
      return .success(
        "\(identity.subject), until \(WallTime(milliseconds: expiresAt * 1000).rfc3339), may: "
          + (permissions.isEmpty ? "nothing" : permissions.joined(separator: ", ")),
        structured: JSONObject([
          ("subject", .string(identity.subject)),
          ("permissions", .array(permissions.map(JSONValue.string))),
          ("expires_at", .number(JSONNumber(expiresAt))),
        ]))
    }
  }

  // MARK: Arguments and results

  private static func permissions(in arguments: JSONObject) throws(ToolFailure) -> PermissionSet? {
    guard let value = arguments.optional("permissions") else { return nil }
    guard case .array(let names) = value else {
      throw ToolFailure(sentence: "permissions must be an array of strings.")
    }
    let permissions = names.prefix(64).compactMap { $0.string.flatMap(Permission.init(known:)) }
    guard permissions.count == names.count else {
      throw ToolFailure(
        sentence: "permissions may name only: "
          + Permission.known.map(\.rawValue).joined(separator: ", ") + ".")
    }
    return PermissionSet(permissions)
  }

  /// In seconds: any number, whose range is for the issuer to check (ATTACKS T32).
  private static func lifetime(in arguments: JSONObject) throws(ToolFailure) -> Int? {
    guard let value = arguments.optional("expires_in") else { return nil }
    guard case .number(let number) = value, let seconds = number.integer else {
      throw ToolFailure(sentence: "expires_in must be a whole number of seconds.")
    }
    return seconds
  }

  private static func result(of pair: TokenPair) -> ToolResult {
    .success(
      pair.accessToken.exposed,
      structured: JSONObject([
        ("access_token", .string(pair.accessToken.exposed)), ("token_type", "Bearer"),
        ("expires_in", .number(JSONNumber((pair.expiresAt - pair.issuedAt) / 1000))),
        ("expires_at", .number(JSONNumber(pair.expiresAt / 1000))),
        ("permissions", .array(pair.permissions.map { .string($0.rawValue) })),
        ("refresh_token", .string(pair.refreshToken.exposed)),
      ]))
  }

  /// Arguments that no schema names are refused, and not repeated: one may be a secret.
  private static func refuseOthers(
    in arguments: JSONObject, than names: [String], _ policy: AccessPolicy
  )
    throws(ToolFailure)
  {
    guard arguments.members.allSatisfy({ names.contains($0.name) }) else {
      let known = (names + [policy.slot.argument]).joined(separator: ", ")
      throw ToolFailure(sentence: "This tool takes \(known); remove every other argument.")
    }
  }

  // MARK: Describing

  /// A tool that fails only by its arguments.
  private static func tool(
    _ name: String, _ title: String, _ description: String, _ policy: AccessPolicy,
    arguments: [(String, JSONValue)], required: [String], result: [(String, JSONValue)],
    run: @escaping @Sendable (JSONObject, Identity) throws(ToolFailure) -> ToolResult
  ) -> ProtectedTool {
    let names = arguments.map(\.0)
    let tool = Tool(
      definition: definition(
        name, title, description, policy, arguments: arguments, required: required, result: result),
      permission: nil
    ) { (arguments, identity) throws(CallFailure) in
      do throws(ToolFailure) {
        try refuseOthers(in: arguments, than: names, policy)
        return try run(arguments, identity)
      } catch {
        throw .refused(identity, error)
      }
    }
    return ProtectedTool(tool: tool, policy: policy)
  }

  private static func definition(
    _ name: String, _ title: String, _ description: String, _ policy: AccessPolicy,
    arguments: [(String, JSONValue)], required: [String], result: [(String, JSONValue)]
  ) -> ToolDefinition {
    return ToolDefinition(
      name: name, title: title, description: description,
      inputSchema: InputSchema.make(arguments, required: required, behind: policy),
      outputSchema: JSONObject([
        ("type", "object"), ("properties", .object(JSONObject(result))),
        ("required", .array(result.map { .string($0.0) })), ("additionalProperties", false),
      ]),
      annotations: JSONObject([
        ("readOnlyHint", .bool(name == "whoami")),
        ("idempotentHint", .bool(name == "whoami" || name == "revoke_token")),
        ("openWorldHint", false),
      ]))
  }

  private static func permissionsSchema(_ description: String) -> JSONValue {
    [
      "type": "array", "description": .string(description),
      "items": [
        "type": "string", "enum": .array(Permission.known.map { .string($0.rawValue) }),
      ],
    ]
  }

  /// RFC 6749 §5.1, with the time when it ends and what it permits.
  private static let pairSchema: [(String, JSONValue)] = [
    ("access_token", ["type": "string"]), ("token_type", ["type": "string", "enum": ["Bearer"]]),
    ("expires_in", ["type": "integer", "description": "Seconds."]),
    ("expires_at", ["type": "integer", "description": "Seconds since 1970."]),
    ("permissions", ["type": "array", "items": ["type": "string"]]),
    ("refresh_token", ["type": "string"]),
  ]
}
