private import Support

/// Header fields in the order of the wire; names are compared without regard to case
/// (RFC 9110 §5.1).
package struct HTTPFields: Sendable {
  private var fields: [(name: String, value: String)]

  package init(_ fields: [(String, String)] = []) { self.fields = fields }

  var count: Int { fields.count }

  /// Every value of the field, one for each line it was sent in, in the order of the wire.
  package subscript(name: String) -> [String] {
    var values: [String] = []
    for field in fields where Self.equal(field.name, name) { values.append(field.value) }
    return values
  }

  mutating func append(name: String, value: String) { fields.append((name, value)) }

  /// Whether two ASCII texts are the same but for the case of letters.
  static func equal(_ one: String, _ other: String) -> Bool {
    // Bytes, because `==` takes different texts for equal, as K and the sign for kelvin.
    one.utf8.count == other.utf8.count
      && zip(one.utf8, other.utf8).allSatisfy { ASCII.lowercase($0) == ASCII.lowercase($1) }
  }
}
