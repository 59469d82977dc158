private import Support
import ArgumentParser
import Calculator
import MCPService
import StdioTransport

/// The calculator over stdio, protected by an API key.
@main
struct CalculatorStdio: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "CalculatorStdio",
    abstract: "A calculator for MCP clients over stdio, guarded by an API key.",
    discussion: StdioConfiguration.help,
    version: calculatorVersion)

  @Option(help: "A file of NAME=VALUE lines; the real environment wins over it.")
  var envFile: String?

  /// Clients start a server without arguments. The parser is then not needed, which saves a fifth
  /// of the memory and of the time to the first reply (see Benchmarks/).
  static func main() {
    ProcessSignals.block()  // first, so that no signal is lost (ATTACKS G1)
    StandardDescriptors.open()  // before anything else is opened (ATTACKS S21)
    if CommandLine.argc > 1 { main(nil) } else { exit(withError: serve(nil)) }
  }

  func run() throws { throw Self.serve(envFile) }

  private static func serve(_ envFile: String?) -> ExitCode {
    let server = StdioServer(
      APIKeyService.self, offering: CalculatorServer.stdio, environment: .ofProcess(),
      environmentFile: envFile)
    return ExitCode(ThreadExecutor.run { await server.run() })
  }
}
