private import Support

/// Who may have a token, and in which role.
package enum UserDirectory: Sendable {
  /// Every name is a user of this role.
  case everyone(Role)
  /// These names and no others, as UTF-8: names are compared byte by byte.
  case listed([[UInt8]: Role])

  package func role(of user: String) -> Role? {
    switch self {
    case .everyone(let role): role
    case .listed(let roles): roles[Array(user.utf8)]
    }
  }
}
