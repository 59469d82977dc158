private import Support

/// A name for a set of permissions.
package enum Role: String, Sendable, CaseIterable {
  case guest, basic, advanced, admin

  /// The role of every caller whom no setting or file gives another one.
  package static let standard = Role.advanced

  package var permissions: PermissionSet {
    switch self {
    case .guest: []
    case .basic: Self.basicPermissions
    case .advanced: Self.advancedPermissions
    case .admin: Self.adminPermissions
    }
  }

  // Constants, so that a request does not build a set.
  private static let basicPermissions: PermissionSet = [.calculateBasic]
  private static let advancedPermissions: PermissionSet = [.calculateBasic, .calculateAdvanced]
  private static let adminPermissions = PermissionSet(Permission.known)
}
