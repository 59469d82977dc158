package import MCPService
private import MCP
private import Support

/// The version of all calculators (Semantic Versioning 2.0.0).
package let calculatorVersion = ServiceName.version

/// The server definitions of the calculators. Each executable protects its tools in another form.
package enum CalculatorServer {
  package static let stdio = offer(
    "CalculatorStdio", "stdio",
    instructions: "Exact decimal arithmetic. Numbers go in and come out as JSON numbers.")

  package static let jwt = offer(
    "CalculatorJWT", "jwt",
    instructions: "Exact decimal arithmetic. Get a token from generate_token first; send it as "
      + "jwt_token with every other call.")

  package static let http = offer(
    "CalculatorHTTP", "http",
    instructions: "Exact decimal arithmetic. Numbers go in and come out as JSON numbers.")

  package static let oauth = offer(
    "CalculatorOAuth", "oauth",
    instructions: "Exact decimal arithmetic. Numbers go in and come out as JSON numbers.")

  private static func offer(_ name: String, _ suffix: String, instructions: String)
    -> ServerDefinition
  {
    ServerDefinition(
      name: name,
      info: ServerInfo(
        name: "\(ServiceName.text)-\(suffix)", title: "Calculator", version: calculatorVersion,
        instructions: instructions),
      tools: CalculatorTools.all,
      example: ServerDefinition.Example(
        prompt: "Add 0.1 and 0.2 with the calculator.", tool: "add",
        arguments: #"{"a":0.1,"b":0.2}"#))
  }
}
