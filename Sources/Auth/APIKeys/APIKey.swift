package import Support
package import JSON
package import Crypto

/// A stored API key: its name and its digest, never the key itself.
package struct APIKey: Sendable {
  package let name: Subject
  package let digest: SHA256Digest
  package let role: Role
  /// The key is invalid from this time on; `nil` for no expiry.
  package let expires: WallTime?

  package init(name: Subject, digest: SHA256Digest, role: Role, expires: WallTime?) {
    self.name = name
    self.digest = digest
    self.role = role
    self.expires = expires
  }

  /// A new random key of 256 bits. Secret scanners find it by its prefix.
  package static func makeSecret(random: (_ count: Int) -> [UInt8]) -> Secret {
    Secret("calc_" + Base64.url.text(of: random(32)))
  }

  /// The key's entry in the credentials file.
  package var entry: JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(name.text)), ("sha256", .string(digest.hexadecimal)),
      ("role", .string(role.rawValue)),
    ]
    if let expires { members.append(("expires", .string(expires.rfc3339))) }
    return .object(JSONObject(members))
  }
}
