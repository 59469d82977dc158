private import SystemC
private import Support
import ArgumentParser
import MCPService

/// The subcommand `token`.
struct Token: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Issues, shows and verifies tokens.",
    subcommands: [Issue.self, Inspect.self, Verify.self])

  struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a new access token.",
      usage: """
        CalculatorJWT token issue --user <user> [--permissions <permissions> ...]
               [--expires-in <seconds>] [--env-file <env-file>]
        """)

    @Option(help: "Who the token is for.")
    var user: String

    @Option(
      parsing: .upToNextOption,
      help: "Fewer than the user's role has; several with spaces between them.")
    var permissions: [String] = []

    @Option(
      help: "Seconds; \(Settings.lifetime.name) without it.",
      transform: { text in
        guard let seconds = Int(text) else {
          throw ValidationError("it takes seconds, such as 600")
        }
        return seconds
      })
    var expiresIn: Int?

    @OptionGroup var options: CommonOptions

    func run() throws {
      let command = options.command
      let (user, permissions, seconds) = (user, permissions, expiresIn)
      throw ExitCode(
        ThreadExecutor.run {
          await command.issue(to: user, permissions: permissions, seconds: seconds)
        }.show())
    }
  }

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what a token says, and whether it verifies, or why not.")

    @Argument(help: "The token; a line of standard input without it, where no ps sees it.")
    var token: String?

    @OptionGroup var options: CommonOptions

    func run() throws {
      let (command, token) = (options.command, token ?? readToken())
      throw ExitCode(ThreadExecutor.run { await command.inspect(token) }.show())
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the claims of a token that verifies; else says why not, with status 1.")

    @Argument(help: "The token; a line of standard input without it, where no ps sees it.")
    var token: String?

    @OptionGroup var options: CommonOptions

    func run() throws {
      let (command, token) = (options.command, token ?? readToken())
      throw ExitCode(ThreadExecutor.run { await command.verify(token) }.show())
    }
  }
}

/// Reads one line of standard input. If that is a terminal, it asks for the token on standard
/// error.
private func readToken() -> String {
  if isatty(STDIN_FILENO) == 1 {
    printError("CalculatorJWT: waiting for the token: paste it, then press Enter")
  }
  return readLine() ?? ""
}
