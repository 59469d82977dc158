private import Support

/// A name for a set of permissions.
package enum Role: String, Sendable, CaseIterable {
  case guest, basic, advanced, admin

  package var permissions: PermissionSet {
    switch self {
    case .guest: []
    case .basic: [.calculateBasic]
    case .advanced: [.calculateBasic, .calculateAdvanced]
    case .admin: PermissionSet(Permission.allCases)
    }
  }
}
