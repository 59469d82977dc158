private import JSON
package import OAuth
private import Support

/// Which scopes a client asks for (MCP 2026-07-28, Scope Selection Strategy and Step-Up
/// Authorization Flow).
package enum OAuthScopes {
  /// OpenID Connect Core 1.0 §11
  static let offlineAccess = "offline_access"

  /// - Parameters:
  ///   - challenged: the scopes of the challenge, which come before those of the metadata.
  ///   - asked: what was asked for before at the same authorization server. It stays, so that no
  ///     permission is lost.
  /// - Returns: `nil` to leave `scope` out.
  /// - Throws: `OAuthClientError.tooManyScopes`
  package static func choose(
    challenged: ScopeList?, asked: ScopeList?, _ discovery: OAuthDiscovery, grant: OAuthGrant
  ) throws(OAuthClientError) -> ScopeList? {
    var scopes = (asked?.scopes ?? [])
    scopes += (challenged ?? discovery.resource.scopes)?.scopes ?? []
    // Without a person there is no refresh token (RFC 6749 §4.4.3).
    if grant == .authorizationCode,
      discovery.server.scopes.contains(where: { $0.hasSameBytes(as: offlineAccess) })
    {
      scopes.append(offlineAccess)
    }
    guard !scopes.isEmpty else { return nil }
    guard let all = ScopeList(scopes.joined(separator: " ")) else { throw .tooManyScopes }
    return all
  }
}

/// How often a client asks again for more scopes, in one process.
struct StepUpLimit: Sendable {
  /// For the same scopes. With the first sign-in these are three.
  static let perScopes = 2
  /// For all scopes: a server can name others each time.
  static let total = 16

  private var counts: [[UInt8]: Int] = [:]

  /// Counts one more, if it is allowed.
  mutating func take(_ scopes: ScopeList?) -> Bool {
    let key = (scopes?.scopes.sorted() ?? []).joined(separator: " ").utf8
    let count = counts[Array(key), default: 0]
    guard count < Self.perScopes, counts.values.reduce(0, +) < Self.total else { return false }
    counts[Array(key)] = count + 1
    return true
  }
}
