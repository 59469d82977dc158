private import Support

/// Header fields, in the order in which they were sent. Names are case-insensitive (RFC 9110 §5.1).
package struct HTTPFields: Sendable {
  private var fields: [(name: String, value: String)]

  package init(_ fields: [(String, String)] = []) { self.fields = fields }

  var count: Int { fields.count }

  /// The values of the field, one per field line, in the order in which they were sent.
  package subscript(name: String) -> [String] {
    var values: [String] = []
    for field in fields where Self.equal(field.name, name) { values.append(field.value) }
    return values
  }

  mutating func append(name: String, value: String) { fields.append((name, value)) }

  /// Whether two texts are equal, ignoring the case of ASCII letters.
  static func equal(_ one: String, _ other: String) -> Bool {
    ASCII.areEqual(one.utf8, other.utf8)
  }
}
