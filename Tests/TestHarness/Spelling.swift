import JSON
import MCP
package import MCPService

/// A server whose tool and argument are K, and the ways to write that K.
package enum Spelling {
  package static let server = ServerDefinition(
    name: "Spelling",
    info: ServerInfo(name: "spelling", title: "Spelling", version: "1", instructions: ""),
    tools: [
      Tool(
        ToolDefinition(
          name: "K", title: "K", description: "K", arguments: [("K", ["type": "number"])],
          required: [], result: [], isReadOnly: true, isIdempotent: true),
        needs: nil
      ) { (_, _) throws(ToolFailure) in .success("called", structured: JSONObject()) }
    ],
    example: ServerDefinition.Example(prompt: "K", tool: "K", arguments: "{}"))

  /// U+212A, which Swift's `==` takes for K.
  package static let kelvin = "\u{212A}"
}
