package import Auth
internal import JOSE
internal import JSON
private import Support

/// Which permissions the scopes, roles, groups and subjects of a provider grant.
///
/// Scopes limit the client, because a user grants them to it. Roles, groups and subjects limit the
/// caller. A token has the permissions that both sides grant:
/// - Without a table of scopes, a scope grants the permission of the same name.
/// - Without tables of roles, groups and subjects, the scopes decide alone.
/// - A client that acts for itself and whose token has no scopes has the permissions of its roles
///   and groups: Entra's app roles. No user grants anything to it.
/// - `subjects` is about users. A client that acts for itself gets nothing from it, because a client
///   could have the name of a user. Neither does a token that names no client: it may be such a
///   client's.
///
/// A name that is in no table grants nothing.
package struct PermissionMap: Sendable, Equatable {
  let scopes: Table?
  let roles: Table?
  let groups: Table?
  let subjects: Table?
  let rolesClaim: ClaimPath
  let groupsClaim: ClaimPath

  init(
    scopes: Table? = nil, roles: Table? = nil, groups: Table? = nil, subjects: Table? = nil,
    rolesClaim: ClaimPath = ClaimPath(names: ["roles"]),
    groupsClaim: ClaimPath = ClaimPath(names: ["groups"])
  ) {
    self.scopes = scopes
    self.roles = roles
    self.groups = groups
    self.subjects = subjects
    self.rolesClaim = rolesClaim
    self.groupsClaim = groupsClaim
  }

  /// The map without a file: a scope is the permission of the same name.
  package static let scopesAreNames = PermissionMap()

  /// The scope that a client must ask for to get `permission`: the first one of the file that grants
  /// it. Empty if no scope grants it.
  package func scopes(for permission: Permission) -> [String] {
    guard let scopes else { return [permission.rawValue] }
    return scopes.names.first { scopes[$0].contains(permission) }.map { [$0] } ?? []
  }

  /// - Throws: `JWTError.malformedClaim` for roles or groups that are no names, or more than 256.
  /// - Returns: what the token grants, and what the caller may have with any scopes; `nil`:
  ///   everything.
  func permissions(of claims: ProviderTokenClaims) throws(JWTError)
    -> (granted: PermissionSet, limit: PermissionSet?)
  {
    let caller = try callersPermissions(claims)
    guard let names = claims.scopes else {
      return (claims.isClient ? caller ?? [] : [], caller)
    }
    let granted =
      scopes.map { $0.permissions(of: names) }
      ?? PermissionSet(names.compactMap(Permission.init(known:)))
    return (caller.map(granted.intersection) ?? granted, caller)
  }

  /// `nil` if the map does not limit callers.
  private func callersPermissions(
    _ claims: ProviderTokenClaims
  ) throws(JWTError) -> PermissionSet? {
    var all: PermissionSet?
    if let roles {
      all = roles.permissions(of: try rolesClaim.names(in: claims.payload, "roles"))
    }
    if let groups {
      // With too many groups Entra sends a link to them instead (ATTACKS O9). It is not followed.
      let granted = groups.permissions(of: try groupsClaim.names(in: claims.payload, "groups"))
      all = (all ?? []).union(granted)
    }
    if let subjects {
      all = (all ?? []).union(claims.isOfAUser ? subjects[claims.subject.text] : [])
    }
    return all
  }

  /// Names and their permissions. Names are compared as bytes.
  struct Table: Sendable, Equatable {
    /// In the order of the file.
    let names: [String]
    private let permissions: [[UInt8]: PermissionSet]

    /// - Precondition: no name occurs twice.
    init(_ entries: [(name: String, permissions: PermissionSet)]) {
      names = entries.map(\.name)
      permissions = Dictionary(
        uniqueKeysWithValues: entries.map { (Array($0.name.utf8), $0.permissions) })
    }

    /// Empty for a name that is not here.
    subscript(name: String) -> PermissionSet { permissions[Array(name.utf8)] ?? [] }

    func permissions(of names: [String]) -> PermissionSet {
      names.reduce(into: []) { $0.formUnion(self[$1]) }
    }
  }
}

/// Where a claim is in a payload: a name, or the names that lead to it through objects.
struct ClaimPath: Sendable, Equatable {
  let names: [String]

  /// The names in the claim: one string or an array of strings. Empty if there is no claim.
  /// - Parameter label: for the error.
  /// - Throws: `JWTError.malformedClaim`
  func names(in payload: JSONObject, _ label: String) throws(JWTError) -> [String] {
    guard let value = value(in: payload) else { return [] }
    // A string is one name and is not split (ASVS 15.3.5).
    guard let names = value.string.map({ [$0] }) ?? value.strings else {
      throw .malformedClaim(label)
    }
    return try ProviderTokenClaims.bounded(names, label)
  }

  private func value(in payload: JSONObject) -> JSONValue? {
    // A text with dots may be one name, such as Auth0's https://example.com/roles.
    if names.count == 1, let whole = payload[names[0]] { return whole }
    let steps = names.count == 1 ? Self.steps(of: names[0]) : names
    return steps.reduce(JSONValue.object(payload)) { value, name in value?.object?[name] }
  }

  private static func steps(of text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
  }
}
