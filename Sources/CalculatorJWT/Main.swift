import ArgumentParser
import CalculatorServer

/// The calculator over stdio, behind tokens that it issues itself.
@main
struct CalculatorJWT: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "CalculatorJWT",
    abstract: "A calculator for MCP clients over stdio, guarded by expiring tokens.",
    discussion: JWTConfiguration.help,
    version: calculatorVersion,
    subcommands: [Token.self])

  @OptionGroup var settings: Settings

  /// See CalculatorStdio: without arguments there is nothing to parse.
  static func main() {
    if CommandLine.argc > 1 { main(nil) } else { exit(withError: serve(nil)) }
  }

  func run() throws { throw Self.serve(settings.envFile) }

  private static func serve(_ envFile: String?) -> ExitCode {
    ExitCode(
      StdioServer(
        JWTService.self, environment: processEnvironment(), environmentFile: envFile
      ).run())
  }
}

struct Settings: ParsableArguments {
  @Option(help: "A file of NAME=VALUE lines; the real environment wins over it.")
  var envFile: String?

  var command: TokenCommand {
    TokenCommand(environment: processEnvironment(), environmentFile: envFile)
  }
}
