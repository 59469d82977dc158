private import Support
import ArgumentParser
import Calculator
import MCPServiceHTTP
import MCPService
import StdioTransport

/// The calculator over HTTP, protected by API keys, access tokens and passwords.
@main
struct CalculatorHTTP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "CalculatorHTTP",
    abstract: "A calculator for MCP clients over HTTP, guarded by keys, tokens or passwords.",
    usage: """
      CalculatorHTTP [--host <host>] [--port <port>] [--env-file <env-file>]
             CalculatorHTTP <subcommand>
      """,
    discussion: HTTPConfiguration.help,
    version: calculatorVersion,
    subcommands: [HashPassword.self, NewKey.self])

  @Option(help: "The address to listen at.")
  var host = "127.0.0.1"

  @Option(help: "The port; with 0 the system picks one.")
  var port: UInt16 = 8080

  @Option(help: "A file of NAME=VALUE lines; the real environment wins over it.")
  var envFile: String?

  func validate() throws {
    if host.utf8.contains(UInt8(ascii: "/")) {
      throw ValidationError("--host takes an address or a name, no URL")
    }
  }

  static func main() {
    ProcessSignals.block()  // first, so that no signal is lost (ATTACKS G1)
    StandardDescriptors.open()  // before anything else is opened (ATTACKS S21)
    do {
      var command = try parseAsRoot()
      if !(command is Self) { ProcessSignals.unblock() }
      try command.run()
    } catch {
      exit(withError: error)
    }
  }

  func run() {
    HTTPServerProcess(
      offering: CalculatorServer.http, environment: .ofProcess(), environmentFile: envFile,
      host: host, port: Int(port)
    ).run()
  }
}
