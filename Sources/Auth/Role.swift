private import Support

/// A name for a set of permissions.
package enum Role: String, Sendable, CaseIterable {
  case guest, basic, advanced, admin

  /// The role of a caller to whom no setting or file assigns another one.
  package static let standard = Role.advanced

  package var permissions: PermissionSet {
    switch self {
    case .guest: []
    case .basic: Self.basicPermissions
    case .advanced: Self.advancedPermissions
    case .admin: Self.adminPermissions
    }
  }

  /// With those of tools that call other services.
  package var allPermissions: PermissionSet {
    switch self {
    case .guest, .basic: permissions
    case .advanced: permissions.union([.upstreamRead])
    case .admin: permissions.union(Permission.upstream)
    }
  }

  // Constants, so that no set is built for each request.
  private static let basicPermissions: PermissionSet = [.calculateBasic]
  private static let advancedPermissions: PermissionSet = [.calculateBasic, .calculateAdvanced]
  private static let adminPermissions = PermissionSet(Permission.known)
}
