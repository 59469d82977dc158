import Auth
import JSON
import MCP
import MCPService
import MCPServiceHTTP
import StdioTransport
import Support
import SystemC

/// One tool, protected by an API key: over stdio, or over HTTP with `--http PORT`.
///
///     export CALCULATOR_API_KEY=$(openssl rand -hex 32)
///     swift run MinimalServer --http 8080
@main
struct MinimalServer {
  private static let greet = Tool(
    ToolDefinition(
      name: "greet", title: "Greet", description: "Greets a person.",
      arguments: [("name", ["type": "string"])], required: ["name"],
      result: [("greeting", ["type": "string"])], isReadOnly: true, isIdempotent: true),
    needs: .calculateBasic
  ) { (arguments, context) throws(ToolFailure) in
    guard let name = arguments["name"]?.string else {
      throw ToolFailure(sentence: "name must be a string, such as \"Anshika\".")
    }
    let greeting = "Hello \(name), from \(context.identity.subject)"
    return .success(greeting, structured: JSONObject([("greeting", .string(greeting))]))
  }

  private static let server = ServerDefinition(
    name: "MinimalServer",
    info: ServerInfo(
      name: "minimal-server", title: "Minimal server", version: "1.0.0",
      instructions: "Greets people."),
    tools: [greet],
    example: ServerDefinition.Example(
      prompt: "Greet Anshika.", tool: "greet", arguments: #"{"name":"Anshika"}"#))

  static func main() {
    ProcessSignals.block()
    StandardDescriptors.open()
    let environment = Environment.ofProcess()
    let arguments = CommandLine.arguments
    if arguments.count > 1 {
      guard arguments.count == 3, arguments[1] == "--http", let port = UInt16(arguments[2]) else {
        print("usage: MinimalServer [--http PORT]")
        exit(64)
      }
      HTTPServerProcess(
        offering: server, environment: environment, environmentFile: nil, host: "127.0.0.1",
        port: Int(port)
      ).run()
    }
    let stdio = StdioServer(
      APIKeyService.self, offering: server, environment: environment, environmentFile: nil)
    exit(ThreadExecutor.run { await stdio.run() })
  }
}
