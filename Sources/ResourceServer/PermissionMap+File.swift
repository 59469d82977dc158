package import Auth
private import JOSE
private import JSON
private import Support

extension PermissionMap {
  /// In bytes.
  package static let maximumLength = 1 << 16
  /// Of all tables together.
  package static let maximumEntries = 1024

  /// Reads a file: `{"scopes": {}, "roles": {}, "groups": {}, "subjects": {}, "claims": {"roles":
  /// "realm_access.roles", "groups": "groups"}}`. Each member is optional.
  ///
  /// An entry of a table has an array of permissions, or the name of a role, which stands for its
  /// permissions: `{"scopes": {"calc.use": ["calculate:basic"], "calc.all": "advanced"}}`. A table
  /// without entries grants nothing.
  ///
  /// `claims` says where roles and groups are in the token: the name of a claim, a path with dots,
  /// or an array of the names of the path, which may then contain dots.
  /// - Throws: `SettingsFileError`, the first problem. A file with a problem is not used at all.
  package init(file text: [UInt8]) throws(SettingsFileError) {
    let root = try JSONValue(file: text, maximumLength: Self.maximumLength, "64 KiB")
    var reader = PermissionMapReader(text: text)
    self = try reader.map(root)
  }
}

/// Reads the members of the file.
private struct PermissionMapReader {
  let text: [UInt8]
  private var entries = 0

  init(text: [UInt8]) { self.text = text }

  mutating func map(_ root: JSONValue) throws(SettingsFileError) -> PermissionMap {
    guard let file = root.object else { throw error([], "the file must be an object") }
    try refuseOthers(in: file, [], than: ["scopes", "roles", "groups", "subjects", "claims"])
    let claims = try object("claims", in: file)
    if let claims {
      try refuseOthers(
        in: claims.value, [claims.place], than: ["roles", "groups"], "in \"claims\"")
    }
    return PermissionMap(
      scopes: try table("scopes", in: file), roles: try table("roles", in: file),
      groups: try table("groups", in: file), subjects: try table("subjects", in: file),
      rolesClaim: try path("roles", in: claims), groupsClaim: try path("groups", in: claims))
  }

  private mutating func table(
    _ name: String, in file: JSONObject
  ) throws(SettingsFileError) -> PermissionMap.Table? {
    guard let (table, place) = try object(name, in: file) else { return nil }
    entries += table.members.count
    guard entries <= PermissionMap.maximumEntries else {
      throw error([place], "the file has more than \(PermissionMap.maximumEntries) entries")
    }
    var all: [(name: String, permissions: PermissionSet)] = []
    for (index, member) in table.members.enumerated() {
      guard let permissions = Self.permissions(member.value) else {
        throw error(
          [place, index],
          """
          "\(Self.shown(member.name))" in "\(name)" must be an array of \
          \(Self.list(Permission.all.map(\.rawValue))), or one of the roles \
          \(Self.list(Role.allCases.map(\.rawValue)))
          """)
      }
      all.append((member.name, permissions))
    }
    return PermissionMap.Table(all)
  }

  /// The name of an entry: at most 100 visible ASCII characters of it.
  private static func shown(_ name: String) -> String {
    String(decoding: Array(name.utf8.lazy.filter(ASCII.isVisible).prefix(100)), as: UTF8.self)
  }

  /// `nil` for another value than known permissions or a role.
  private static func permissions(_ value: JSONValue) -> PermissionSet? {
    if let role = value.string { return Role(rawValue: role)?.allPermissions }
    guard let names = value.strings else { return nil }
    let permissions = names.compactMap(Permission.init(known:))
    return permissions.count == names.count ? PermissionSet(permissions) : nil
  }

  private func path(
    _ name: String, in claims: (value: JSONObject, place: Int)?
  ) throws(SettingsFileError) -> ClaimPath {
    guard let (claims, place) = claims, let value = claims[name] else {
      return ClaimPath(names: [name])
    }
    let names = value.string.map { [$0] } ?? value.strings ?? []
    guard 1...8 ~= names.count, names.allSatisfy({ !$0.utf8.isEmpty }) else {
      throw error(
        [place, index(of: name, in: claims)],
        "\"\(name)\" must be the name of a claim, or the path to it")
    }
    return ClaimPath(names: names)
  }

  // MARK: Objects

  private func object(
    _ name: String, in file: JSONObject
  ) throws(SettingsFileError) -> (value: JSONObject, place: Int)? {
    guard let value = file[name] else { return nil }
    let place = index(of: name, in: file)
    guard let object = value.object else { throw error([place], "\"\(name)\" must be an object") }
    return (object, place)
  }

  private func refuseOthers(
    in object: JSONObject, _ path: [Int], than known: [String], _ place: String = "here"
  ) throws(SettingsFileError) {
    let other = object.members.firstIndex { member in
      !known.contains { $0.hasSameBytes(as: member.name) }
    }
    // Never echo the name: it may be a secret in the wrong place.
    if let other { throw error(path + [other], "only \(Self.list(known)) may stand \(place)") }
  }

  private func index(of name: String, in object: JSONObject) -> Int {
    object.members.firstIndex { $0.name.hasSameBytes(as: name) } ?? 0
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  private func error(_ path: [Int], _ reason: String) -> SettingsFileError {
    SettingsFileError(at: path, in: text, reason)
  }
}
