private import Support
internal import JSON

/// The name and version that a server reports (MCP schema, "Implementation").
package struct ServerInfo: Sendable {
  package let name: String
  package let title: String
  package let version: String
  /// The instructions for the model.
  package let instructions: String

  package init(name: String, title: String, version: String, instructions: String) {
    self.name = name
    self.title = title
    self.version = version
    self.instructions = instructions
  }

  var implementation: JSONValue {
    ["name": .string(name), "title": .string(title), "version": .string(version)]
  }
}
