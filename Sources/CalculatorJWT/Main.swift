private import Support
import ArgumentParser
import Calculator
import MCPService
import StdioTransport

/// The calculator over stdio, protected by access tokens that it issues itself.
@main
struct CalculatorJWT: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "CalculatorJWT",
    abstract: "A calculator for MCP clients over stdio, guarded by expiring tokens.",
    discussion: JWTConfiguration.help,
    version: calculatorVersion,
    subcommands: [Token.self])

  @OptionGroup var options: CommonOptions

  /// See CalculatorStdio: without arguments the parser is not needed.
  static func main() {
    ProcessSignals.block()  // first, so that no signal is lost (ATTACKS G1)
    StandardDescriptors.open()  // before anything else is opened (ATTACKS S21)
    guard CommandLine.argc > 1 else { exit(withError: serve(nil)) }
    do {
      var command = try parseAsRoot()
      if !(command is Self) { ProcessSignals.unblock() }
      try command.run()
    } catch {
      exit(withError: error)
    }
  }

  func run() throws { throw Self.serve(options.envFile) }

  private static func serve(_ envFile: String?) -> ExitCode {
    let server = StdioServer(
      JWTService.self, offering: CalculatorServer.jwt, environment: .ofProcess(),
      environmentFile: envFile)
    return ExitCode(ThreadExecutor.run { await server.run() })
  }
}

struct CommonOptions: ParsableArguments {
  @Option(help: "A file of NAME=VALUE lines; the real environment wins over it.")
  var envFile: String?

  var command: TokenCommand {
    TokenCommand(
      name: CalculatorServer.jwt.name, environment: .ofProcess(), environmentFile: envFile)
  }
}
