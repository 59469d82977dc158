/// A user as the credentials file has them.
package struct PasswordUser: Sendable, Equatable {
  package let name: String
  package let password: PasswordHash
  package let role: Role
  /// The first moment at which the password is no longer good; `nil` for never.
  package let expires: Timestamp?

  package init(name: String, password: PasswordHash, role: Role, expires: Timestamp?) {
    self.name = name
    self.password = password
    self.role = role
    self.expires = expires
  }
}
