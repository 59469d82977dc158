package import MCP
private import Support

/// The name and the tools of a server. It does not depend on how the server is protected.
package struct ServerDefinition: Sendable {
  /// An example call, with which a new user can test the server.
  package struct Example: Sendable {
    /// The prompt to type into an MCP client.
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
