private import Support
import ArgumentParser
import MCPService
import MCPServiceOAuth

struct Clients: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adds, lists and removes clients of the authorization server.",
    subcommands: [Add.self, List.self, Remove.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds a client, and prints its client_id.",
      usage: """
        CalculatorOAuth clients add --name <name> --redirect-uri <uri> ...
               [--confidential] [--scope <scope> ...] [--grant-type <type> ...]
               [--env-file <env-file>]
        """,
      discussion: "A secret is shown this once: the state has only its digest.")

    @Option(help: "What people read when they allow the client something.")
    var name: String

    @Option(help: "Where the browser goes with the code; may be repeated.")
    var redirectURI: [String] = []

    @Flag(help: "The client has a secret, which it can keep.")
    var confidential = false

    @Option(help: "A scope that it may ask for; may be repeated; all, without it.")
    var scope: [String] = []

    @Option(help: "authorization_code or refresh_token; may be repeated; both, without it.")
    var grantType: [String] = []

    @OptionGroup var options: CommonOptions

    func run() throws {
      throw ExitCode(
        options.command.addClient(
          name: name, redirectURIs: redirectURI, isConfidential: confidential, scopes: scope,
          grantTypes: grantType
        ).show())
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the clients that were added or have registered themselves.")

    @OptionGroup var options: CommonOptions

    func run() throws { throw ExitCode(options.command.listClients().show()) }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes a client, and ends its grants.")

    @Argument(help: "The client_id.")
    var id: String

    @OptionGroup var options: CommonOptions

    func run() throws { throw ExitCode(options.command.removeClient(id).show()) }
  }
}

struct Grants: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists and revokes what people have allowed clients to do.",
    subcommands: [List.self, Revoke.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the grants, with those that have ended a short time ago.")

    @OptionGroup var options: CommonOptions

    func run() throws { throw ExitCode(options.command.listGrants().show()) }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends grants: a server refuses their tokens within a second.",
      usage: """
        CalculatorOAuth grants revoke (<id> | --user <user> | --client <client>)
               [--env-file <env-file>]
        """)

    @Argument(help: "The grant, as grants list shows it.")
    var id: String?

    @Option(help: "All grants of a user, such as github:583231.")
    var user: String?

    @Option(help: "All grants of a client, by its client_id.")
    var client: String?

    @OptionGroup var options: CommonOptions

    func validate() throws {
      if [id, user, client].compactMap(\.self).count != 1 {
        throw ValidationError("grants revoke takes the id of a grant, --user or --client")
      }
    }

    func run() throws {
      let grants: StateCommand.Grants? =
        id.map { .one($0) } ?? user.map { .user($0) } ?? client.map { .client($0) }
      if let grants { throw ExitCode(options.command.revoke(grants).show()) }
    }
  }
}

struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replaces the key that signs access tokens.", subcommands: [Rotate.self])

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new signing key and retires the old one, whose tokens still verify.")

    @Flag(help: "Also if the state key that sealed the old one is lost: its tokens end.")
    var force = false

    @OptionGroup var options: CommonOptions

    func run() throws { throw ExitCode(options.command.rotateKeys(isForced: force).show()) }
  }
}
