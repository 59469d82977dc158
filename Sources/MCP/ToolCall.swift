private import Support
package import JSON

/// A well-formed `tools/call`. The tool may be unknown (MCP server/tools, "Calling Tools").
package struct ToolCall: Sendable {
  package let id: RequestID
  package let version: ProtocolVersion
  package let tool: String
  package var arguments: JSONObject
  package var meta: JSONObject
  /// The user's answers to the input requests of an earlier result. Each key is the name of an input
  /// request (MCP 2026-07-28 basic/patterns/mrtr).
  package let inputResponses: JSONObject

  /// MCP server/tools, "Calling Tools". The members may be absent, except the name.
  init(_ id: RequestID, _ params: JSONObject, _ version: ProtocolVersion) throws(RPCError) {
    guard let name = params["name"]?.string else {
      throw .invalidParams("name must be a string")
    }
    guard let arguments = (params.optional("arguments") ?? [:]).object else {
      throw .invalidParams("arguments must be an object")
    }
    guard let responses = (params.optional("inputResponses") ?? [:]).object else {
      throw .invalidParams("inputResponses must be an object")
    }
    self.id = id
    self.version = version
    self.tool = name
    self.arguments = arguments
    self.meta = params.optional("_meta")?.object ?? JSONObject()
    self.inputResponses = responses
  }

  /// Whether the client can ask the user to open a URL (MCP 2026-07-28 client/elicitation).
  package var canOpenURLs: Bool {
    version == .v2026_07_28
      && meta[MetaKey.clientCapabilities]?.object?["elicitation"]?.object?["url"]?.object != nil
  }
}
