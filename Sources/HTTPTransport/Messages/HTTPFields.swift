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

  /// Whether two texts are equal, ignoring the case of ASCII letters. `ASCII.areEqual` is the same
  /// for any bytes; here it would double the time of a request.
  static func equal(_ one: String, _ other: String) -> Bool {
    // Compare bytes: `==` treats some different texts as equal, such as K and the Kelvin sign.
    one.utf8.count == other.utf8.count
      && zip(one.utf8, other.utf8).allSatisfy { ASCII.lowercase($0) == ASCII.lowercase($1) }
  }
}
