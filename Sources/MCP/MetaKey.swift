private import Support

/// The keys of `_meta` that MCP 2026-07-28 reserves (basic/index, "Per-request protocol fields").
package enum MetaKey {
  package static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
  package static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
  package static let clientInfo = "io.modelcontextprotocol/clientInfo"
  package static let logLevel = "io.modelcontextprotocol/logLevel"
  package static let serverInfo = "io.modelcontextprotocol/serverInfo"

  /// One of these in a request's `_meta` makes it a modern request.
  static let modern = [protocolVersion, clientCapabilities, clientInfo, logLevel]
}
