internal import Auth
internal import AuthorizationServer
internal import JSON
internal import ResourceServer
private import Support

/// Who may sign in with a provider, and with which role: the file of `CALCULATOR_OAUTH_USERS`.
///
/// Names are compared as bytes. A person who is named has that role; otherwise the first of the
/// person's groups in the file decides, and then the default role.
struct UserRoles: Sendable {
  /// In bytes.
  static let maximumLength = 1 << 20

  private var users: [[UInt8]: Role] = [:]
  /// In the order of the file.
  private var groups: [(name: [UInt8], role: Role)] = []
  /// `nil`: a person who is not listed is refused.
  private let standard: Role?

  /// No person is listed.
  init(standard: Role?) { self.standard = standard }

  /// Reads `{"users": {"github:583231": "advanced"}, "groups": {"oidc:calculators": "basic"}}`. Both
  /// members are optional.
  /// - Throws: `SettingsFileError`, the first problem. A file with a problem is not used at all.
  init(file text: [UInt8], standard: Role?) throws(SettingsFileError) {
    self.standard = standard
    let root = try JSONValue(file: text, maximumLength: Self.maximumLength, "1 MiB")
    func error(_ path: [Int], _ reason: String) -> SettingsFileError {
      SettingsFileError(at: path, in: text, reason)
    }
    guard let file = root.object else { throw error([], "the file must be an object") }
    for (place, member) in file.members.enumerated() {
      let isUsers = member.name.utf8.elementsEqual("users".utf8)
      guard isUsers || member.name.utf8.elementsEqual("groups".utf8) else {
        throw error([place], "the file may have \"users\" and \"groups\" alone")
      }
      guard let table = member.value.object else {
        throw error([place], "\"\(isUsers ? "users" : "groups")\" must be an object")
      }
      for (index, entry) in table.members.enumerated() {
        let name = Array(entry.name.utf8)
        // `583231` alone, or a login, would name no person, or another one later.
        guard let colon = name.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < name.count
        else {
          throw error(
            [place, index], "a name must begin with its provider, such as \"github:583231\"")
        }
        guard let role = entry.value.string.flatMap(Role.init(rawValue:)) else {
          throw error(
            [place, index],
            "the role must be one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        if isUsers { users[name] = role } else { groups.append((name, role)) }
      }
    }
  }

  /// The role of a person; `nil`: may not sign in.
  /// - Parameter id: with the provider: `github:583231`.
  func role(of id: String, groups names: [String]) -> Role? {
    if let role = users[Array(id.utf8)] { return role }
    if !groups.isEmpty {
      let provider = id.utf8.prefix { $0 != UInt8(ascii: ":") } + [UInt8(ascii: ":")]
      let own = Set(names.map { Array(provider) + Array($0.utf8) })
      if let role = groups.first(where: { own.contains($0.name) })?.role { return role }
    }
    return standard
  }
}
