package import Auth
private import Crypto
private import JSON
private import OAuth
private import Support

/// The clients that the operator has registered in a file: `{"clients": [{"client_id": "reports",
/// "name": "Reports", "client_secret": "…", "redirect_uris": ["https://reports.example/callback"],
/// "grant_types": ["authorization_code"], "scopes": ["calculate:basic"]}]}`.
///
/// - `client_secret_sha256` may stand in place of `client_secret`: 64 hexadecimal digits. Without
///   either, the client is public.
/// - Without `grant_types`, a client may use both. Without `scopes`, it may ask for all.
package struct ClientsFile: Sendable {
  /// In bytes.
  package static let maximumLength = 1 << 20
  package static let maximumClients = 1000

  package let clients: [OAuthClient]

  /// - Parameter scopes: the scopes that exist.
  /// - Throws: `SettingsFileError`, the first problem. A file with a problem is not used at all.
  package init(file text: [UInt8], scopes: [String]) throws(SettingsFileError) {
    let root = try JSONValue(file: text, maximumLength: Self.maximumLength, "1 MiB")
    func problem(_ path: [Int], _ reason: String) -> SettingsFileError {
      SettingsFileError(at: path, in: text, reason)
    }
    guard let file = root.object, file.members.count == 1,
      case .array(let values)? = file["clients"]
    else { throw problem([], "the file must be an object with the array \"clients\" alone") }
    guard values.count <= Self.maximumClients else {
      throw problem([0], "the file has more than \(Self.maximumClients) clients")
    }
    var clients: [OAuthClient] = []
    var ids: Set<[UInt8]> = []
    for (index, value) in values.enumerated() {
      guard let object = value.object else {
        throw problem([0, index], "client \(index + 1) must be an object")
      }
      let client: OAuthClient
      do throws(ClientEntry.Problem) {
        client = try ClientEntry(object: object, scopes: scopes).client()
        guard ids.insert(Array(client.id.utf8)).inserted else {
          throw .init("client_id", "is the one of another client")
        }
      } catch {
        // The position of the member, or of the client if the member is missing.
        let place = object.members.firstIndex { $0.name.hasSameBytes(as: error.member) }
        let subject =
          error.isUnknownMember
          ? "client \(index + 1)" : "\"\(error.member)\" of client \(index + 1)"
        throw problem([0, index] + (place.map { [$0] } ?? []), "\(subject) \(error.reason)")
      }
      clients.append(client)
    }
    self.clients = clients
  }
}

/// One client of the file.
private struct ClientEntry {
  struct Problem: Error {
    /// The name of a member. An unknown one is not shown: it may be a secret in the wrong place.
    let member: String
    let isUnknownMember: Bool
    /// Without the value, which may be a secret in the wrong place.
    let reason: String

    init(_ member: String, _ reason: String) {
      (self.member, self.reason, isUnknownMember) = (member, reason, false)
    }

    init(unknown member: String, _ reason: String) {
      (self.member, self.reason, isUnknownMember) = (member, reason, true)
    }
  }

  static let members = [
    "client_id", "name", "client_secret", "client_secret_sha256", "redirect_uris", "grant_types",
    "scopes",
  ]
  static let longestID = 256
  static let shortestSecret = 16

  let object: JSONObject
  let scopes: [String]

  func client() throws(Problem) -> OAuthClient {
    for member in object.members {
      guard Self.members.contains(where: { $0.hasSameBytes(as: member.name) }) else {
        throw Problem(
          unknown: member.name, "may have only \(Self.members.joined(separator: ", "))")
      }
    }
    return OAuthClient(
      id: try id(), name: try name(), redirectURIs: try redirectURIs(),
      grantTypes: try grantTypes(), scopes: try ownScopes(), secret: try secret())
  }

  private func id() throws(Problem) -> String {
    guard let id = try text("client_id"), 1...Self.longestID ~= id.utf8.count,
      id.utf8.allSatisfy(ASCII.isVisible)
    else {
      throw Problem("client_id", "must be 1 to \(Self.longestID) visible ASCII characters")
    }
    // Such names belong to clients that make themselves known: by a document, or by registration.
    guard !id.contains("://") else {
      throw Problem("client_id", "must not be a URL")
    }
    guard !id.hasBytes(atStart: RegistrationEndpoint.prefix) else {
      throw Problem(
        "client_id", "must not begin with \(RegistrationEndpoint.prefix), as registered clients do")
    }
    return id
  }

  private func name() throws(Problem) -> String {
    guard let text = try text("name"), let name = ClientName(text),
      name.text.hasSameBytes(as: text)
    else {
      throw Problem(
        "name",
        "must be 1 to \(ClientName.maximumLength) bytes of visible characters, without spaces around them"
      )
    }
    return text
  }

  private func redirectURIs() throws(Problem) -> [RedirectURI] {
    let member = "redirect_uris"
    guard let texts = try texts(member),
      1...ClientMetadata.maximumRedirectURIs ~= texts.count
    else {
      throw Problem(member, "must have 1 to \(ClientMetadata.maximumRedirectURIs) URIs")
    }
    var uris: [RedirectURI] = []
    for (index, text) in texts.enumerated() {
      guard let uri = RedirectURI(registering: text) else {
        throw Problem(
          member,
          """
          has at position \(index + 1) no absolute URI of https, or of http with a loopback host, \
          without user, fragment and dot segments
          """)
      }
      uris.append(uri)
    }
    return uris
  }

  private func grantTypes() throws(Problem) -> Set<GrantType> {
    let member = "grant_types"
    guard let texts = try texts(member) else { return Set(GrantType.allCases) }
    let types = texts.compactMap(GrantType.init(rawValue:))
    guard types.count == texts.count, types.contains(.authorizationCode) else {
      throw Problem(member, "must be authorization_code, and may also have refresh_token")
    }
    return Set(types)
  }

  private func ownScopes() throws(Problem) -> [String]? {
    guard let own = try texts("scopes") else { return nil }
    guard !own.isEmpty, own.allSatisfy({ one in scopes.contains { $0.hasSameBytes(as: one) } })
    else { throw Problem("scopes", "must have one or more of \(scopes.joined(separator: ", "))") }
    return own
  }

  // MARK: The secret

  private func secret() throws(Problem) -> SHA256Digest? {
    let secret = try text("client_secret")
    guard let digest = try text("client_secret_sha256") else { return try secret.map(Self.digest) }
    guard secret == nil else {
      throw Problem("client_secret_sha256", "must not stand beside client_secret")
    }
    guard let digest = SHA256Digest(hexadecimal: digest) else {
      throw Problem("client_secret_sha256", "must be 64 hexadecimal digits")
    }
    return digest
  }

  /// ATTACKS O95
  private static func digest(of secret: String) throws(Problem) -> SHA256Digest {
    let member = "client_secret"
    do throws(SecretForm.Fault) {
      _ = try SecretForm.text(of: Array(secret.utf8))
    } catch {
      throw Problem(member, error.problem)
    }
    guard secret.utf8.count >= shortestSecret else {
      throw Problem(member, "has less than \(shortestSecret) bytes")
    }
    guard !Placeholder.matches(secret.utf8) else { throw Problem(member, "is a placeholder") }
    return SHA256Digest(of: secret.utf8)
  }

  // MARK: Types

  /// `nil` if the member is missing. `null` is no text.
  private func text(_ name: String) throws(Problem) -> String? {
    guard let value = object[name] else { return nil }
    guard let text = value.string else { throw Problem(name, "must be a text") }
    return text
  }

  private func texts(_ name: String) throws(Problem) -> [String]? {
    guard let value = object[name] else { return nil }
    guard let texts = value.strings else { throw Problem(name, "must be an array of texts") }
    return texts
  }
}
