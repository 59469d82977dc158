private import Support

/// A JSON object whose names are unique (RFC 7493 §2.3), in the order of the text.
///
/// Names are compared byte by byte (RFC 8259 §8.3).
package struct JSONObject: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package let name: String
    package var value: JSONValue
  }

  package private(set) var members: [Member]

  /// An object that the program itself writes; a repeated name is a mistake in the program.
  package init(_ members: [(String, JSONValue)] = []) {
    self.members = members.map { Member(name: $0.0, value: $0.1) }
    precondition(!Self.repeatsName(self.members), "a JSON object names a member twice")
  }

  /// `nil` where two members have the same name (RFC 7493 §2.3).
  init?(unique members: [Member]) {
    guard !Self.repeatsName(members) else { return nil }
    self.members = members
  }

  /// Reading a name that is not there gives `nil`; setting `nil` removes the member.
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

  /// The value of a member that may be left out: `null` is as if it were not there, because many
  /// clients write what they leave out as `null`.
  package func optional(_ name: String) -> JSONValue? {
    let value = self[name]
    return value == .null ? nil : value
  }

  /// Few names are compared in pairs, which is fastest; many go through a set, so that a megabyte
  /// of short names takes linear time (Swift seeds its hashes at random for each process).
  private static func repeatsName(_ members: [Member]) -> Bool {
    if members.count <= 16 {
      // By index, so that no member is copied.
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
