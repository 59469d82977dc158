package import Support

/// The users to whom tokens are issued, with their roles.
package enum UserDirectory: Sendable {
  /// Every name is a user with this role.
  case everyone(Role)
  /// These names and no others.
  case listed([Subject: Role])

  package func role(of user: Subject) -> Role? {
    switch self {
    case .everyone(let role): role
    case .listed(let roles): roles[user]
    }
  }
}
