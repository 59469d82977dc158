private import Support
internal import JSON
private import Crypto

/// Reads a credentials file and collects its problems with their lines.
///
/// The file is longer than 150 lines because it contains all rules of the format.
struct CredentialsFileReader {
  /// The largest number of reported problems: finding the line of one needs a scan of the file.
  private static let maximumProblems = 20

  private let text: [UInt8]
  private(set) var problems: [SettingsFileError] = []

  init(text: [UInt8]) { self.text = text }

  mutating func file(_ root: JSONValue) -> CredentialsFile? {
    guard let root = Object(root, path: []) else {
      note([], "the file must be an object with \"keys\" and \"users\"")
      return nil
    }
    refuseOthers(in: root, than: ["keys", "users"])
    var keyNames = Set<Subject>()
    var digests = Set<UInt128>()
    let keys = list("keys", in: root) { reader, entry in
      reader.key(entry, &keyNames, &digests)
    }
    var userNames = Set<Subject>()
    let users = list("users", in: root) { reader, entry in reader.user(entry, &userNames) }
    return CredentialsFile(keys: keys, users: users)
  }

  // MARK: Entries

  private mutating func key(
    _ entry: Object, _ names: inout Set<Subject>, _ digests: inout Set<UInt128>
  ) -> APIKey? {
    refuseOthers(in: entry, than: ["name", "sha256", "role", "expires"])
    let name = name(in: entry, &names)
    if let name, isReserved(name) {
      note(entry.path(to: "name"), "\"name\" is one that keys of the environment have")
    }
    var digest: SHA256Digest?
    if let text = string("sha256", in: entry) {
      digest = SHA256Digest(hexadecimal: text)
      if Placeholder.matches(text.utf8) {
        note(entry.path(to: "sha256"), "\"sha256\" is a placeholder that nobody filled in")
        digest = nil
      } else if digest == nil {
        note(entry.path(to: "sha256"), "\"sha256\" must have 64 hexadecimal digits")
      } else if let half = digest?.firstHalf, Placeholder.digests.contains(half) {
        note(entry.path(to: "sha256"), "\"sha256\" is of a key that stands in the examples")
      } else if let half = digest?.firstHalf, !digests.insert(half).inserted {
        note(entry.path(to: "sha256"), "\"sha256\" is another key's too")
      }
    }
    let role = role(in: entry)
    let expires = expiry(in: entry)
    guard let name, let digest, let role else { return nil }
    return APIKey(name: name, digest: digest, role: role, expires: expires)
  }

  private mutating func user(_ entry: Object, _ names: inout Set<Subject>) -> PasswordUser? {
    refuseOthers(in: entry, than: ["name", "password", "role", "expires"])
    let name = name(in: entry, &names)
    let userName = name.flatMap(UserName.init)
    if name != nil, userName == nil {  // RFC 7617 §2: it cannot be sent
      note(entry.path(to: "name"), "a user's \"name\" must not have a colon")
    }
    var password: PasswordHash?
    if let text = string("password", in: entry) {
      password = PasswordHash(phc: text)
      if Placeholder.matches(text.utf8) {
        note(entry.path(to: "password"), "\"password\" is a placeholder that nobody filled in")
      } else if password == nil {
        note(
          entry.path(to: "password"),
          "\"password\" must be a hash such as $scrypt$ln=14,r=8,p=5$<salt>$<hash>")
      }
    }
    let role = role(in: entry)
    let expires = expiry(in: entry)
    guard let userName, let password, let role else { return nil }
    return PasswordUser(name: userName, password: password, role: role, expires: expires)
  }

  // MARK: Members

  private mutating func name(in entry: Object, _ names: inout Set<Subject>) -> Subject? {
    guard let text = string("name", in: entry) else { return nil }
    guard let name = Subject(text) else {
      note(
        entry.path(to: "name"), "\"name\" must have 1 to 256 bytes and no control characters")
      return nil
    }
    if !names.insert(name).inserted {
      note(entry.path(to: "name"), "\"name\" is another entry's too")
    }
    return name
  }

  private mutating func role(in entry: Object) -> Role? {
    guard let text = string("role", in: entry) else { return nil }
    let role = Role(rawValue: text)
    if role == nil {
      let names = Role.allCases.map(\.rawValue).joined(separator: ", ")
      note(entry.path(to: "role"), "\"role\" must be one of \(names)")
    }
    return role
  }

  private mutating func expiry(in entry: Object) -> WallTime? {
    guard entry.value["expires"] != nil, let text = string("expires", in: entry) else { return nil }
    let time = WallTime(rfc3339: text)
    if time == nil {
      note(entry.path(to: "expires"), "\"expires\" must be a UTC time such as 2027-01-01T00:00:00Z")
    }
    return time
  }

  private mutating func string(_ name: String, in entry: Object) -> String? {
    guard let value = entry.value[name] else {
      note(entry.path, "\"\(name)\" is missing")
      return nil
    }
    if value.string == nil { note(entry.path(to: name), "\"\(name)\" must be a string") }
    return value.string
  }

  private mutating func list<Entry>(
    _ name: String, in root: Object,
    read: (inout CredentialsFileReader, Object) -> Entry?
  ) -> [Entry] {
    guard let value = root.value[name] else { return [] }
    let path = root.path(to: name)
    guard case .array(let elements) = value else {
      note(path, "\"\(name)\" must be an array")
      return []
    }
    var entries: [Entry] = []
    for (place, element) in elements.enumerated() {
      guard let object = Object(element, path: path + [place]) else {
        note(path + [place], "an entry of \"\(name)\" must be an object")
        continue
      }
      if let entry = read(&self, object) { entries.append(entry) }
    }
    return entries
  }

  private mutating func refuseOthers(in object: Object, than known: [String]) {
    for (place, member) in object.value.members.enumerated()
    where !known.contains(where: { $0.hasSameBytes(as: member.name) }) {
      // Never echo the name: it may be a secret in the wrong place.
      note(object.path + [place], "only \(known.joined(separator: ", ")) may stand here")
    }
  }

  private mutating func note(_ path: [Int], _ reason: String) {
    guard problems.count < Self.maximumProblems else { return }
    problems.append(SettingsFileError(at: path, in: text, reason))
  }

  /// Keys of the environment are called `key-1`, `key-2` and so on. A name in the log must identify
  /// one key.
  private func isReserved(_ name: Subject) -> Bool {
    let name = name.text.utf8
    return name.starts(with: "key-".utf8) && name.dropFirst(4).allSatisfy { 0x30...0x39 ~= $0 }
  }
}

extension CredentialsFileReader {
  /// An object and its path: the positions that lead to it.
  fileprivate struct Object {
    let value: JSONObject
    let path: [Int]

    init?(_ value: JSONValue, path: [Int]) {
      guard let object = value.object else { return nil }
      self.value = object
      self.path = path
    }

    func path(to name: String) -> [Int] {
      path + [value.members.firstIndex { $0.name.hasSameBytes(as: name) } ?? 0]
    }
  }
}
