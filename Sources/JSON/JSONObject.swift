/// A JSON object whose names are unique (RFC 7493 §2.3), in the order of the text.
///
/// Names are compared byte by byte (RFC 8259 §8.3). Swift's `==` on strings is canonical
/// equivalence: "é" composed and decomposed would be one name, and the Kelvin sign would be "K".
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
    get { members.first { Self.sameBytes($0.name, name) }?.value }
    set {
      let index = members.firstIndex { Self.sameBytes($0.name, name) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// Few names are compared in pairs, which is fastest; many go through a set, so that a megabyte
  /// of short names takes linear time (Swift seeds its hashes at random for each process).
  private static func repeatsName(_ members: [Member]) -> Bool {
    if members.count <= 8 {
      for (index, member) in members.enumerated() {
        for earlier in members[..<index] where sameBytes(earlier.name, member.name) { return true }
      }
      return false
    }
    var seen = Set<[UInt8]>(minimumCapacity: members.count)
    return members.contains { !seen.insert(Array($0.name.utf8)).inserted }
  }

  private static func sameBytes(_ a: String, _ b: String) -> Bool {
    // `==` is fast and never says "different" of equal bytes; what it takes for equal is looked at.
    a.utf8.count == b.utf8.count && a == b && a.utf8.elementsEqual(b.utf8)
  }
}
