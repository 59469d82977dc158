private import Support

/// The users who may get tokens, each with a role.
package enum UserDirectory: Sendable {
  /// Every name is a user with this role.
  case everyone(Role)
  /// These names and no others, as UTF-8, because names are compared byte by byte.
  case listed([[UInt8]: Role])

  package func role(of user: String) -> Role? {
    switch self {
    case .everyone(let role): role
    case .listed(let roles): roles[Array(user.utf8)]
    }
  }
}
