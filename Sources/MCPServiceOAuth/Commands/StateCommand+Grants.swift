package import MCPService
internal import State
private import Support

extension StateCommand {
  /// Which grants `grants revoke` ends.
  package enum Grants: Sendable {
    /// One, by its identifier.
    case one(String)
    /// Those of a user, who is named with the provider: `github:583231`.
    case user(String)
    case client(String)
  }

  /// Lists the grants, the oldest first, with those that have ended not long ago.
  package func listGrants() -> CommandOutput {
    withState { (state, _) throws(StateError) in
      let grants = try state.grants()
      guard !grants.isEmpty else { return CommandOutput(errors: "there is no grant in the state") }
      let now = now()
      return CommandOutput(text: grants.map { Self.line(of: $0, now) }.joined(separator: "\n"))
    }
  }

  /// Ends grants. Their tokens are refused from then on.
  package func revoke(_ grants: Grants) -> CommandOutput {
    // The most likely mistake: it would be no error, and end nothing.
    if case .user(let user) = grants, !user.utf8.contains(UInt8(ascii: ":")) {
      return .usage("--user takes the provider too, such as password:anshika or github:583231")
    }
    return withState { (state, _) throws(StateError) in
      let now = now()
      let count =
        switch grants {
        case .one(let id): try state.revokeGrant(id, now: now) ? 1 : 0
        case .user(let user): try state.revokeGrants(user: user, now: now)
        case .client(let client): try state.revokeGrants(client: client, now: now)
        }
      if case .one = grants, count == 0 {
        return .failed("there is no such grant, or it is revoked already")
      }
      return CommandOutput(text: "revoked \(count) \(count == 1 ? "grant" : "grants")")
    }
  }

  private static func line(of grant: Grant, _ now: WallTime) -> String {
    let end =
      if let revoked = grant.revokedAt {
        "revoked \(ListedText.time(revoked))"
      } else if grant.isActive(at: now) {
        "until \(ListedText.time(grant.endsAt))"
      } else {
        "ended \(ListedText.time(grant.endsAt))"
      }
    return [
      ListedText.identifier(grant.id), ListedText.identifier(grant.userID),
      ListedText.name(grant.userName), ListedText.identifier(grant.clientID),
      grant.scope.utf8.split(separator: ASCII.space)
        .map { ListedText.identifier(String(Substring($0))) }
        .joined(separator: " "),
      "since \(ListedText.time(grant.createdAt))", end,
    ].joined(separator: "  ")
  }
}
