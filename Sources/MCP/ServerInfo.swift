private import Support
internal import JSON

/// How a server introduces itself (MCP schema, "Implementation").
package struct ServerInfo: Sendable {
  package let name: String
  package let title: String
  package let version: String
  /// What a model is told about the use of this server.
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
