package import Support

/// A user of the credentials file.
package struct PasswordUser: Sendable, Equatable {
  package let name: UserName
  package let password: PasswordHash
  package let role: Role
  /// The password is invalid from this time on; `nil` for no expiry.
  package let expires: WallTime?

  package init(name: UserName, password: PasswordHash, role: Role, expires: WallTime?) {
    self.name = name
    self.password = password
    self.role = role
    self.expires = expires
  }
}

extension PasswordUser {
  /// In characters, that is, code points (NIST SP 800-63B §3.1.1.2; ASVS 6.2.1 recommends 15).
  package static let minimumPasswordLength = 8

  /// Why a text cannot be the password of `user`; `nil` if it can. The reason never contains either
  /// of them.
  package static func problem(with password: Secret, of user: UserName?, allowingWeak: Bool)
    -> String?
  {
    let text = password.exposed
    do throws(SecretForm.Fault) {
      _ = try SecretForm.text(of: Array(text.utf8))
    } catch {
      return "\(error.problem): \(error.remedy)"
    }
    return if text.isEmpty {
      "must not be empty"
    } else if Placeholder.matches(text.utf8) {  // ATTACKS S19
      "must not be a placeholder that nobody filled in"
    } else if text.utf8.count > Credential.maximumPasswordLength {
      "must have at most \(Credential.maximumPasswordLength) bytes"
    } else if text.unicodeScalars.count < minimumPasswordLength, !allowingWeak {
      "must have at least \(minimumPasswordLength) characters"
    } else if GuessablePassword.matches(text, of: user), !allowingWeak {  // ASVS 6.2.4
      "must not be one of the most common passwords or the user's name"
    } else {
      nil
    }
  }
}
