private import Support
import ArgumentParser
import Bridge
import MCPService
import StdioTransport

/// A stdio server that forwards to a remote MCP server, and presents the credential of the user there.
@main
struct CalculatorBridge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "CalculatorBridge",
    abstract: "A stdio MCP server for a remote server, with the credential of the user.",
    usage: """
      CalculatorBridge <url> [--header <name=variable> ...] [--no-browser]
             [--callback-port <port>] [--client-id-url <url>] [--verbose]
             [--env-file <env-file>]
             CalculatorBridge <subcommand>
      """,
    discussion: BridgeConfiguration.help,
    version: ServiceName.version,
    subcommands: [Forward.self, Login.self, Logout.self, Status.self],
    defaultSubcommand: Forward.self)

  static func main() {
    ProcessSignals.block()  // first, so that no signal is lost (ATTACKS G1)
    StandardDescriptors.open()  // before anything else is opened (ATTACKS S21)
    do {
      var command = try parseAsRoot()
      if !(command is Forward) { ProcessSignals.unblock() }
      try command.run()
    } catch {
      exit(withError: error)
    }
  }
}

struct CommonOptions: ParsableArguments {
  @Option(help: "A file of NAME=VALUE lines; the real environment wins over it.")
  var envFile: String?

  @Flag(help: "Do not open a browser. login then reads the address from the terminal.")
  var noBrowser = false

  @Option(help: "The port of 127.0.0.1 to which the browser returns; 0: any free one.")
  var callbackPort: UInt16 = 0

  @Option(
    name: .customLong("client-id-url"), help: "The URL of the metadata document of your client.")
  var clientIDURL: String?

  @Flag(help: "Write each exchange to standard error, without secrets.")
  var verbose = false

  func process(headers: [String] = []) -> BridgeProcess {
    var options = BridgeProcess.Options()
    options.headers = headers
    options.environmentFile = envFile
    options.callbackPort = Int(callbackPort)
    options.opensBrowser = !noBrowser
    options.clientIDURL = clientIDURL
    options.isVerbose = verbose
    return BridgeProcess(environment: .ofProcess(), options: options)
  }
}

struct Forward: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Forwards to the remote server; CalculatorBridge <url> does the same.")

  @Argument(help: "The URL of the remote MCP server.")
  var url: String

  @Option(help: "A header field whose value is that of a variable; may be repeated.")
  var header: [String] = []

  @OptionGroup var options: CommonOptions

  func run() throws {
    let process = options.process(headers: header)
    throw ExitCode(ThreadExecutor.run { await process.forward(to: url) })
  }
}

struct Login: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Signs in at the remote server.")

  @Argument(help: "The URL of the remote MCP server.")
  var url: String

  @OptionGroup var options: CommonOptions

  func run() throws {
    throw ExitCode(ThreadExecutor.run { await options.process().login(url) })
  }
}

struct Logout: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Revokes the tokens for the remote server, and removes them.")

  @Argument(help: "The URL of the remote MCP server.")
  var url: String

  @OptionGroup var options: CommonOptions

  func run() throws {
    throw ExitCode(ThreadExecutor.run { await options.process().logout(url) })
  }
}

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells which sign-ins are stored, without a token.")

  @OptionGroup var options: CommonOptions

  func run() throws {
    throw ExitCode(ThreadExecutor.run { await options.process().status() })
  }
}
