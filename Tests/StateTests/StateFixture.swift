import Crypto
import Foundation
import Support
import TestSupport

@testable import State

/// The mode of a file, without its kind.
func mode(of path: String) -> mode_t? {
  var status = stat()
  return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
}

func digest(_ text: String) -> SHA256Digest { SHA256Digest(of: text.utf8) }

let day = Duration.seconds(24 * 3600)

extension RegisteredClient {
  static func sample(
    _ id: String, isDynamic: Bool = true, at time: WallTime = 0, uris: [String] = ["https://a/b"]
  ) -> RegisteredClient {
    RegisteredClient(
      id: id, name: "Client \(id)", redirectURIs: uris,
      grantTypes: ["authorization_code", "refresh_token"], scopes: ["calculate:basic"],
      secretDigest: nil, isDynamic: isDynamic, registeredAt: time)
  }
}

extension AuthorizationCode {
  static func sample(user: String = "github:1", client: String = "c", at time: WallTime = 0)
    -> AuthorizationCode
  {
    AuthorizationCode(
      userID: user, userName: "Ada", clientID: client, redirectURI: "https://a/b",
      resource: "https://r/mcp", challenge: "challenge", scope: "calculate:basic",
      expiresAt: time + .seconds(60))
  }
}

extension UpstreamFlow {
  static func sample(
    _ name: String, user: String = "github:1", service: String = "jira",
    until end: WallTime = 100, payload: [UInt8] = [1]
  ) -> UpstreamFlow {
    UpstreamFlow(
      hash: digest(name), user: user, service: service, payload: payload, expiresAt: end)
  }
}

extension NewUpstreamConnection {
  static func sample(_ user: String, service: String = "jira") -> NewUpstreamConnection {
    NewUpstreamConnection(
      user: user, service: service, origin: "https://auth.example", siteID: "site 1",
      siteName: "Site", scope: "read write")
  }
}

extension AuthorizationState {
  /// Stores a connection whose sealed token is the text `token` and the generation.
  @discardableResult
  func connect(
    _ user: String = "github:1", service: String = "jira", token: String = "token",
    now: WallTime = 0
  ) throws(StateError) -> Int {
    try store(.sample(user, service: service), now: now) { Array("\(token) \($0)".utf8) }
  }

  /// Takes the lease of a name; it lasts 30 seconds.
  func lease(
    _ owner: String, user: String = "github:1", now: WallTime = 0
  ) throws(StateError) -> Leasing {
    try lease(
      user: user, service: "jira",
      UpstreamLease(owner: Array(owner.utf8), until: now + .seconds(30)), now: now)
  }

  func replace(
    _ old: UpstreamConnection, _ owner: String, token: String = "token", scope: String? = nil,
    now: WallTime = 0
  ) throws(StateError) -> Replacement {
    try replace(old, under: Array(owner.utf8), scope: scope, now: now) {
      Array("\(token) \($0)".utf8)
    }
  }

  static func inMemory(_ change: (inout Limits) -> Void = { _ in }) throws -> AuthorizationState {
    var limits = Limits()
    change(&limits)
    return try AuthorizationState(path: ":memory:", limits: limits)
  }

  /// Redeems the code of this name with right values, except for those that are passed. The grant
  /// and its first token get the name as well.
  func redeem(
    _ name: String, grant: String? = nil, client: String = "c", redirectURI: String = "https://a/b",
    resource: String = "https://r/mcp", verifier: String = "challenge", token: String? = nil,
    lifetime: Duration = .seconds(1000), now: WallTime = 0
  ) throws(StateError) -> Redemption {
    try redeem(
      digest(name), CodeRequest(clientID: client, redirectURI: redirectURI, resource: resource),
      for: NewGrant(
        id: grant ?? name, endsAt: now + lifetime,
        refreshToken: NewRefreshToken(hash: digest(token ?? name), idleEnd: now + .seconds(100))),
      now: now, verifies: { $0 == verifier })
  }

  /// Makes a grant with a refresh token, both of this name.
  func makeGrant(
    _ name: String, user: String = "github:1", client: String = "c",
    lifetime: Duration = .seconds(1000), now: WallTime = 0
  ) throws {
    try issueCode(digest(name), .sample(user: user, client: client, at: now), now: now)
    guard case .granted = try redeem(name, client: client, lifetime: lifetime, now: now) else {
      throw CocoaError(.featureUnsupported)
    }
  }

  func rotate(
    _ old: String, to new: String, client: String = "c", resource: String = "https://r/mcp",
    now: WallTime = 0
  ) throws(StateError) -> Rotation {
    try rotate(
      digest(old), to: NewRefreshToken(hash: digest(new), idleEnd: now + .seconds(100)),
      client: client, resource: resource, now: now)
  }

  /// Everything that is stored, for comparing.
  func content() throws -> [String] {
    let tables = [
      "SELECT quote(hash) || ifnull(used_at, '-') || ifnull(grant_id, '-') FROM codes",
      "SELECT id || ends_at || ifnull(revoked_at, '-') FROM grants",
      "SELECT quote(hash) || grant_id || ifnull(used_at, '-') FROM refresh_tokens",
      "SELECT quote(hash) FROM transactions",
      "SELECT id || ifnull(last_grant_at, '-') FROM clients",
      """
      SELECT user_key || service || quote(sealed_token) || generation || ifnull(lease_until, '-')
      || quote(lease_owner) || scope FROM upstream_connections
      """,
      """
      SELECT quote(hash) || user_key || stage || quote(cookie_hash) || quote(state_hash) ||
      wrong_codes FROM upstream_flows
      """,
    ]
    return try database.read { (connection) throws(StateError) in
      try connection.rows(tables.joined(separator: " UNION ALL ")) {
        (row) throws(StateError) in try row.text(0)
      }
    }
  }
}
