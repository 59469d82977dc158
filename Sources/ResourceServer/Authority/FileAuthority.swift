package import Auth
private import JSON
internal import Support

/// A file as the authority: `{"allow": [{"subject": "anshika", "tool": "add"}]}`. What no row allows
/// is denied.
///
/// - `subject` is the `sub` of a user. A client that acts for itself matches no row, because it could
///   have the name of a user. There is no wildcard: a row names who may do something.
/// - `tool` is the name of a tool, or `*` for every tool.
/// - `object` limits the row to this object of the tool. Without it, or with `*`, the row allows
///   every object.
///
/// Names are compared as bytes.
package struct FileAuthority: Authority {
  /// In bytes.
  package static let maximumLength = 1 << 20
  package static let maximumRows = 10_000

  private struct Row: Hashable {
    let subject: [UInt8]
    /// `nil` for every tool.
    let tool: [UInt8]?
    /// `nil` for every object.
    let object: [UInt8]?
  }

  private let rows: Set<Row>

  /// - Throws: `SettingsFileError`, the first problem. A file with a problem is not used at all.
  package init(file text: [UInt8]) throws(SettingsFileError) {
    let root = try JSONValue(file: text, maximumLength: Self.maximumLength, "1 MiB")
    func problem(_ path: [Int], _ reason: String) -> SettingsFileError {
      SettingsFileError(at: path, in: text, reason)
    }
    guard let file = root.object, file.members.count == 1, case .array(let values)? = file["allow"]
    else { throw problem([], "the file must be an object with the array \"allow\" alone") }
    guard values.count <= Self.maximumRows else {
      throw problem([0], "the file has more than \(Self.maximumRows) rows")
    }
    var rows: Set<Row> = []
    for (index, value) in values.enumerated() {
      guard let row = Self.row(value) else {
        throw problem(
          [0, index],
          "a row must have the texts \"subject\" and \"tool\", may have \"object\", and nothing else"
        )
      }
      guard rows.insert(row).inserted else {
        throw problem([0, index], "the row stands here twice")
      }
    }
    self.rows = rows
  }

  package func decide(_ question: AuthorityQuestion) async -> AuthorityDecision {
    guard question.identity.isUser else { return .deny }
    let subject = Array(question.identity.subject.text.utf8)
    let tool = Array(question.tool.utf8)
    let object = question.object.map { Array($0.utf8) }
    let isAllowed = [tool, nil].contains { tool in
      [object, nil].contains { object in
        rows.contains(Row(subject: subject, tool: tool, object: object))
      }
    }
    return isAllowed ? .allow : .deny
  }

  /// `nil` for another form. Never echo a value: it may be a secret in the wrong place.
  private static func row(_ value: JSONValue) -> Row? {
    guard let members = value.object else { return nil }
    let names = ["subject", "tool", "object"]
    let areKnown = members.members.allSatisfy { member in
      names.contains { $0.hasSameBytes(as: member.name) }
    }
    guard areKnown, let subject = members["subject"]?.string, Subject.isValid(subject),
      !subject.hasSameBytes(as: "*"), let tool = members["tool"]?.string, !tool.utf8.isEmpty
    else { return nil }
    var object: String?
    if let value = members["object"] {
      guard let text = value.string, !text.utf8.isEmpty else { return nil }
      object = text.hasSameBytes(as: "*") ? nil : text
    }
    return Row(
      subject: Array(subject.utf8), tool: tool.hasSameBytes(as: "*") ? nil : Array(tool.utf8),
      object: object.map { Array($0.utf8) })
  }
}
