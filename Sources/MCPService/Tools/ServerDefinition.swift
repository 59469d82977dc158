package import MCP
private import Support

/// What a server offers, whatever protects it: its name and its tools.
package struct ServerDefinition: Sendable {
  /// A call that shows a new user that the server works.
  package struct Example: Sendable {
    /// What to type in an MCP client.
    package let prompt: String
    package let tool: String
    /// As JSON.
    package let arguments: String

    package init(prompt: String, tool: String, arguments: String) {
      self.prompt = prompt
      self.tool = tool
      self.arguments = arguments
    }
  }

  /// The name of the executable: its messages on standard error begin with it.
  package let name: String
  package let info: ServerInfo
  package let tools: [Tool]
  package let example: Example

  package init(name: String, info: ServerInfo, tools: [Tool], example: Example) {
    self.name = name
    self.info = info
    self.tools = tools
    self.example = example
  }
}
