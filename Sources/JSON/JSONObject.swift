private import Support

/// A JSON object with unique names (RFC 7493 §2.3). The members keep the order of the text.
///
/// Names are compared byte by byte (RFC 8259 §8.3).
package struct JSONObject: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package let name: String
    package var value: JSONValue
  }

  package private(set) var members: [Member]

  /// An object that the program builds.
  /// - Precondition: no name occurs twice.
  package init(_ members: [(String, JSONValue)] = []) {
    self.members = members.map { Member(name: $0.0, value: $0.1) }
    precondition(!Self.repeatsName(self.members), "a JSON object names a member twice")
  }

  /// `nil` if two members have the same name (RFC 7493 §2.3).
  init?(unique members: [Member]) {
    guard !Self.repeatsName(members) else { return nil }
    self.members = members
  }

  /// The value of the member `name`; `nil` if there is no such member. Setting `nil` removes the
  /// member.
  package subscript(name: String) -> JSONValue? {
    get {
      for index in members.indices where members[index].name.hasSameBytes(as: name) {
        return members[index].value
      }
      return nil
    }
    set {
      let index = members.firstIndex { $0.name.hasSameBytes(as: name) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The value of an optional member. `null` counts as absent, because many clients write `null`
  /// for a member that they leave out.
  package func optional(_ name: String) -> JSONValue? {
    let value = self[name]
    return value == .null ? nil : value
  }

  /// Up to 16 names are compared in pairs, which is fastest. More names go into a set, so that a
  /// megabyte of short names takes linear time. Swift seeds its hashes at random for each process,
  /// so nobody can choose names that collide.
  private static func repeatsName(_ members: [Member]) -> Bool {
    if members.count <= 16 {
      // Compare by index, so that no member is copied.
      return members.indices.contains { index in
        members.indices[..<index].contains {
          members[$0].name.hasSameBytes(as: members[index].name)
        }
      }
    }
    var seen = Set<[UInt8]>(minimumCapacity: members.count)
    return members.contains { !seen.insert(Array($0.name.utf8)).inserted }
  }
}
