internal import Auth
private import Crypto
internal import Support
private import Synchronization

/// The people who may sign in, and their roles now. SIGHUP replaces them.
final class People: Sendable {
  private struct Known {
    var roles: UserRoles
    /// Of the password provider, by the bytes of their names.
    var users: [[UInt8]: (user: PasswordUser, mark: String)]
  }

  private static let passwordPrefix = Array("password:".utf8)

  private let known: Mutex<Known>
  private let now: @Sendable () -> WallTime

  init(_ settings: AuthorizationSettings, now: @escaping @Sendable () -> WallTime) {
    known = Mutex(Self.known(settings))
    self.now = now
  }

  func replace(with settings: AuthorizationSettings) {
    let new = Self.known(settings)
    known.withLock { $0 = new }
  }

  private static func known(_ settings: AuthorizationSettings) -> Known {
    Known(
      roles: settings.roles,
      users: Dictionary(
        settings.users.map { (Array($0.name.subject.text.utf8), ($0, mark(of: $0))) }
      ) {
        _, last in last
      })
  }

  /// The identifier of a user with a password.
  static func id(of user: UserName) -> String { "password:\(user)" }

  /// What a sign-in with a password keeps in the grant: a digest of the stored hash. With another
  /// password the grants of the old one give nothing (ASVS 7.4.3).
  func groups(of name: UserName) -> [String] {
    let user = known.withLock { $0.users[Array(name.subject.text.utf8)] }
    return user.map { [$0.mark] } ?? []
  }

  private static func mark(of user: PasswordUser) -> String {
    "password:"
      + Base64.url.text(of: Array(SHA256Digest(of: user.password.phc.utf8).bytes.prefix(16)))
  }

  /// - Parameter id: with the provider: `github:583231`.
  /// - Returns: `nil`: the person may not sign in, and grants from before give nothing.
  func role(of id: String, groups: [String]) -> Role? {
    known.withLock { known in
      guard id.utf8.starts(with: Self.passwordPrefix) else {
        return known.roles.role(of: id, groups: groups)
      }
      let name = Array(id.utf8.dropFirst(Self.passwordPrefix.count))
      guard let (user, mark) = known.users[name], user.expires.map({ now() < $0 }) ?? true,
        groups.contains(where: { $0.utf8.elementsEqual(mark.utf8) })
      else { return nil }
      return user.role
    }
  }

  func scopes(of id: String, groups: [String]) -> [String]? {
    role(of: id, groups: groups)?.allPermissions.map(\.rawValue)
  }
}
