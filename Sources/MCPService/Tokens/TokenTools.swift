private import Support
package import Auth
private import JSON
private import MCP

/// The tools for tokens, in the order of `tools/list`.
package enum TokenTools {
  /// - Parameters:
  ///   - issuers: the access policy of `generate_token`.
  ///   - holders: the access policy of tools that need an access token.
  ///   - refreshers: the access policy of `refresh_token`.
  package static func all(
    _ issuer: TokenIssuer, issuers: AccessPolicy, holders: AccessPolicy, refreshers: AccessPolicy
  ) -> [ProtectedTool] {
    [
      ProtectedTool(generate(issuer), behind: issuers),
      ProtectedTool(refresh(issuer), behind: refreshers),
      ProtectedTool(revoke(issuer), behind: holders), ProtectedTool(whoAmI, behind: holders),
    ]
  }

  private static func generate(_ issuer: TokenIssuer) -> Tool {
    let definition = ToolDefinition(
      name: "generate_token", title: "Generate token",
      description: "Issues an access token for a user, and a refresh token for the next one.",
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
      ], required: ["user_id"], result: pairSchema, isReadOnly: false, isIdempotent: false)
    return Tool(definition, needs: nil) { (arguments, _) throws(ToolFailure) in
      guard let user = arguments["user_id"]?.string else {
        throw ToolFailure(sentence: "user_id must be a string.")
      }
      let permissions = try permissions(in: arguments)
      let lifetime = try lifetime(in: arguments)
      do throws(IssueFailure) {
        return result(
          of: try await issuer.issue(to: user, permissions: permissions, lifetime: lifetime))
      } catch {
        throw ToolFailure(sentence: error.sentence)
      }
    }
  }

  private static func refresh(_ issuer: TokenIssuer) -> Tool {
    let definition = ToolDefinition(
      name: "refresh_token", title: "Refresh token",
      description:
        "Gives a new access token and a new refresh token for a refresh token, which is used up.",
      arguments: [
        ("permissions", permissionsSchema("Fewer than the token has; all of them without it."))
      ], required: [], result: pairSchema, isReadOnly: false, isIdempotent: false)
    return Tool(definition) { (arguments, context) throws(CallFailure) in
      let identity = context.identity
      guard let claims = identity.claims else { throw .unauthenticated(.missingCredential) }
      let wanted: PermissionSet?
      do throws(ToolFailure) {
        wanted = try permissions(in: arguments)
      } catch {
        throw .refused(identity, error)
      }
      do throws(RefreshFailure) {
        return result(of: try await issuer.refresh(claims, permissions: wanted))
      } catch {
        switch error {
        case .unauthenticated(let failure): throw .unauthenticated(failure)
        case .refused(let failure):
          throw .refused(identity, ToolFailure(sentence: failure.sentence))
        }
      }
    }
  }

  private static func revoke(_ issuer: TokenIssuer) -> Tool {
    let definition = ToolDefinition(
      name: "revoke_token", title: "Revoke token",
      description:
        "Ends a token: one of your own, or anybody's with tokens:manage. A refresh token takes all "
        + "its tokens with it. The answer is the same whatever the token was.",
      arguments: [("token", ["type": "string", "description": "The token to end."])],
      required: ["token"],
      result: [("acknowledged", ["type": "boolean", "description": "Always true."])],
      isReadOnly: false, isIdempotent: true)
    return Tool(definition, needs: nil) { (arguments, context) throws(ToolFailure) in
      guard let token = arguments["token"]?.string else {
        throw ToolFailure(sentence: "token must be a string.")
      }
      await issuer.revoke(Secret(token), for: context.identity)
      return .success(
        "If it was a token that you may end, it is ended.",
        structured: JSONObject([("acknowledged", true)]))
    }
  }

  private static var whoAmI: Tool {
    let definition = ToolDefinition(
      name: "whoami", title: "Who am I",
      description: "Says whose token this is, what it permits and when it ends.",
      arguments: [], required: [],
      result: [
        ("subject", ["type": "string"]),
        ("permissions", ["type": "array", "items": ["type": "string"]]),
        ("expires_at", ["type": "integer", "description": "Seconds since 1970."]),
      ], isReadOnly: true, isIdempotent: true)
    return Tool(definition, needs: nil) { (_, context) throws(ToolFailure) in
      let identity = context.identity
      let permissions = identity.permissions.knownInOrder.map(\.rawValue)
      guard let expiresAt = identity.claims?.expiresAt else {
        throw ToolFailure(sentence: "Only a token says when it ends.")
      }
      return .success(
        "\(identity.subject), until \(expiresAt.wholeSeconds.rfc3339), may: "
          + (permissions.isEmpty ? "nothing" : permissions.joined(separator: ", ")),
        structured: JSONObject([
          ("subject", .string(identity.subject.text)),
          ("permissions", .array(permissions.map(JSONValue.string))),
          ("expires_at", .number(JSONNumber(expiresAt.milliseconds / 1000))),
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

  /// In seconds. The issuer checks the range (ATTACKS T32).
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
        (
          "expires_in",
          .number(JSONNumber(Int((pair.expiresAt - pair.issuedAt).components.seconds)))
        ),
        ("expires_at", .number(JSONNumber(pair.expiresAt.milliseconds / 1000))),
        ("permissions", .array(pair.permissions.map { .string($0.rawValue) })),
        ("refresh_token", .string(pair.refreshToken.exposed)),
      ]))
  }

  // MARK: Schemas

  private static func permissionsSchema(_ description: String) -> JSONValue {
    [
      "type": "array", "description": .string(description),
      "items": [
        "type": "string", "enum": .array(Permission.known.map { .string($0.rawValue) }),
      ],
    ]
  }

  /// RFC 6749 §5.1, with the expiry time and the permissions.
  private static let pairSchema: [(String, JSONValue)] = [
    ("access_token", ["type": "string"]), ("token_type", ["type": "string", "enum": ["Bearer"]]),
    ("expires_in", ["type": "integer", "description": "Seconds."]),
    ("expires_at", ["type": "integer", "description": "Seconds since 1970."]),
    ("permissions", ["type": "array", "items": ["type": "string"]]),
    ("refresh_token", ["type": "string"]),
  ]
}
