import Calculator
package import MCPService

/// `CalculatorStdio` without a process.
package final class StdioHarness: ServerHarness {
  package static let key = "correct-horse-battery-staple"
  package static let environment = ["CALCULATOR_API_KEY": key]

  /// The `serverInfo` of every modern result.
  package static let serverInfo =
    #""io.modelcontextprotocol/serverInfo":{"name":"calculator-stdio","title":"Calculator","version":"\#(calculatorVersion)"}"#

  package init(
    environment: [String: String] = StdioHarness.environment,
    offering definition: ServerDefinition = CalculatorServer.stdio
  ) throws {
    let configuration = try StdioConfiguration.read(environment: environment, file: nil)
    super.init {
      APIKeyService(configuration, offering: definition, audit: $0).pipeline
    }
  }
}
