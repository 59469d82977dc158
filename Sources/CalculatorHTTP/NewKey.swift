private import Support
import ArgumentParser
import MCPServiceHTTP

struct NewKey: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a key, and its line for the credentials file.",
    usage: "CalculatorHTTP new-key --name <name> [--role <role>] [--expires <time>]",
    discussion: "The key is shown this once: the line has only its digest.")

  @Option(help: "What the key is called in the log.")
  var name: String

  @Option(help: "guest, basic, advanced or admin.")
  var role = "basic"

  @Option(help: "When it ends, such as 2027-01-01T00:00:00Z; never, without it.")
  var expires: String?

  func run() throws {
    let made = try CredentialCommand().key(name: name, role: role, expires: expires)
    print("key   \(made.key)\nline  \(made.line)")
  }
}
