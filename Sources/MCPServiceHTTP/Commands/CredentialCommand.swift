private import Auth
private import JSON
private import Crypto
private import Support

/// Makes entries for the credentials file, for the subcommands `hash-password` and `new-key`.
package struct CredentialCommand {
  /// Why no entry is made.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let random: (Int) -> [UInt8]

  package init(random: @escaping (Int) -> [UInt8] = RandomBytes.make) { self.random = random }

  /// The entry of a user.
  package func user(name: String, role: String, password: String) throws(Failure) -> String {
    guard let user = UserName(name) else {
      throw Failure(description: "--user takes 1 to 256 bytes without colon or control characters")
    }
    let role = try Self.role(role)
    if let problem = PasswordUser.problem(
      with: Secret(password), of: user, allowingWeak: false)
    {
      throw Failure(description: "the password \(problem)")
    }
    let hash = PasswordHash(of: Secret(password), random: random)
    return Self.line([
      ("name", .string(name)), ("password", .string(hash.phc)), ("role", .string(role.rawValue)),
    ])
  }

  /// A new key and its entry. The entry contains only the digest of the key.
  package func key(name: String, role: String, expires: String?) throws(Failure) -> (
    key: String, line: String
  ) {
    guard let user = UserName(name) else {
      throw Failure(description: "--name takes 1 to 256 bytes without colon or control characters")
    }
    let end = expires.map(WallTime.init(rfc3339:))
    if let end, end == nil {
      throw Failure(description: "--expires takes a UTC time such as 2027-01-01T00:00:00Z")
    }
    let secret = APIKey.makeSecret(random: random)
    let key = APIKey(
      name: user.subject, digest: SHA256Digest(of: secret.exposed.utf8), role: try Self.role(role),
      expires: end ?? nil)
    return (secret.exposed, String(decoding: key.entry.serialized(), as: UTF8.self))
  }

  private static func role(_ text: String) throws(Failure) -> Role {
    guard let role = Role(rawValue: text) else {
      let names = Role.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(description: "--role takes one of \(names)")
    }
    return role
  }

  private static func line(_ members: [(String, JSONValue)]) -> String {
    String(decoding: JSONValue.object(JSONObject(members)).serialized(), as: UTF8.self)
  }
}
