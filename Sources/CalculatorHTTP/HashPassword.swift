private import Support
import ArgumentParser
import MCPServiceHTTP

struct HashPassword: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a user's line for the credentials file.",
    discussion: "The password is asked for at the terminal, or is a line of standard input.")

  @Option(help: "The user's name, without a colon.")
  var user: String

  @Option(help: "guest, basic, advanced or admin.")
  var role = "basic"

  func run() throws {
    let password = PasswordPrompt.read() ?? ""
    print(try CredentialCommand().user(name: user, role: role, password: password))
  }
}
