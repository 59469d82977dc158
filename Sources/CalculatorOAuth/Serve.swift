private import Support
import ArgumentParser
import Calculator
import MCPService
import MCPServiceHTTP
import MCPServiceOAuth

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the server; CalculatorOAuth alone does the same.",
    usage: """
      CalculatorOAuth serve [--host <host>] [--port <port>]
             [--env-file <env-file>]
      """,
    discussion: "CalculatorOAuth --help lists the settings.")

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

  func run() {
    let (host, envFile) = (host, envFile)
    let environment = Environment.ofProcess()
    let oauth = OAuthConfiguration(offering: CalculatorServer.oauth)
    HTTPServerProcess(offering: CalculatorServer.oauth, host: host, port: Int(port)) {
      running throws(ConfigurationErrors) in
      try oauth.read(environment: environment, file: envFile, host: host, after: running)
    }.run()
  }
}
