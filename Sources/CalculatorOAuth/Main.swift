private import Support
import ArgumentParser
import Calculator
import MCPService
import MCPServiceOAuth
import StdioTransport

/// The calculator over HTTP, protected by the access tokens of an identity provider or of its own
/// authorization server.
@main
struct CalculatorOAuth: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "CalculatorOAuth",
    abstract: "A calculator for MCP clients over HTTP, guarded by OAuth.",
    usage: """
      CalculatorOAuth [--host <host>] [--port <port>] [--env-file <env-file>]
             CalculatorOAuth <subcommand>
      """,
    discussion: OAuthConfiguration.help,
    version: calculatorVersion,
    subcommands: [Serve.self, Clients.self, Grants.self, Keys.self],
    defaultSubcommand: Serve.self)

  static func main() {
    ProcessSignals.block()  // first, so that no signal is lost (ATTACKS G1)
    StandardDescriptors.open()  // before anything else is opened (ATTACKS S21)
    do {
      var command = try parseAsRoot()
      if !(command is Serve) { ProcessSignals.unblock() }
      try command.run()
    } catch {
      exit(withError: error)
    }
  }
}

/// The options of the commands that change the state.
struct CommonOptions: ParsableArguments {
  @Option(help: "A file of NAME=VALUE lines; the real environment wins over it.")
  var envFile: String?

  var command: StateCommand {
    StateCommand(
      name: CalculatorServer.oauth.name, environment: .ofProcess(), environmentFile: envFile)
  }
}
