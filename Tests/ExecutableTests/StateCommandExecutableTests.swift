import Foundation
import TestSupport
import Testing

/// `CalculatorOAuth clients`, `grants` and `keys`, while servers run on the same state.
@Suite(.timeLimit(.minutes(10)))
struct StateCommandExecutableTests {
  let settings: AuthorizationServerProcess.Settings

  init() throws { settings = try AuthorizationServerProcess.Settings() }

  /// Asks again until the server has noticed a change. The minute is for one that never does.
  func isSoon(_ condition: () throws -> Bool) throws -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      if try condition() { return true }
      usleep(20_000)
    }
    return false
  }

  @Test func aClientIsAddedListedAndRemoved() throws {
    let added = try settings.command(
      "clients", "add", "--name", "Reports", "--redirect-uri", "https://app.example/a",
      "--redirect-uri", "https://app.example/b", "--confidential", "--scope", "calculate:basic",
      "--grant-type", "authorization_code")
    #expect(added.status == 0, "\(added.errors)")
    let match = try #require(
      added.output.wholeMatch(of: /client_id      (\S+)\nclient_secret  (\S+)\n/))
    let listed = try settings.command("clients", "list")
    #expect(listed.status == 0)
    #expect(listed.output.hasPrefix("\(match.1)  \"Reports\"  confidential  added "))
    #expect(
      listed.output.hasSuffix(
        "  no grant  calculate:basic  https://app.example/a  https://app.example/b\n"))
    #expect(!listed.output.contains(match.2))
    let removed = try settings.command("clients", "remove", String(match.1))
    #expect(removed.status == 0)
    #expect(removed.output == "removed the client; its grants have ended\n")
    let empty = try settings.command("clients", "list")
    #expect(empty.output == "")
    #expect(empty.errors == "there is no client in the state\n")
    #expect(try settings.command("clients", "remove", String(match.1)).status == 1)
  }

  /// 64 is for the command line, 78 for the settings.
  @Test func mistakesHaveTheirExitStatus() throws {
    for arguments in [
      ["clients", "add", "--name", "a"], ["clients", "list", "--port", "1"], ["grants", "revoke"],
      ["grants", "revoke", "grant-1", "--user", "password:a"],
      ["grants", "revoke", "--user", "anshika"], ["keys", "turn"], ["--host", "http://a"],
      ["serve", "--host", "http://a"],
    ] {
      let result = try Command.run(
        try ServerProcess.path(of: "CalculatorOAuth"), arguments, environment: [:])
      #expect(result.status == 64, "\(arguments): \(result.errors)")
    }
    for arguments in [
      ["clients", "list"], ["grants", "list"], ["grants", "revoke", "a"], ["keys", "rotate"],
    ] {
      let result = try Command.run(
        try ServerProcess.path(of: "CalculatorOAuth"), arguments, environment: [:])
      #expect(result.status == 78)
      #expect(
        result.errors.split(separator: "\n").map { $0.prefix(66) } == [
          "CalculatorOAuth: CALCULATOR_STATE: the state is in the memory of the"
            .prefix(66)
        ])
    }
  }

  /// Beside the real environment, a file.
  @Test func theSettingsMayBeInAFile() throws {
    let file = try settings.folder.write(
      "env", "CALCULATOR_STATE=\(settings.folder.path("other.db"))")
    let result = try Command.run(
      try ServerProcess.path(of: "CalculatorOAuth"),
      [
        "clients", "add", "--name", "a", "--redirect-uri", "https://a.example/", "--env-file", file,
      ], environment: [:])
    #expect(result.status == 0, "\(result.errors)")
    #expect(FileManager.default.fileExists(atPath: settings.folder.path("other.db")))
  }

  /// A running server refuses the tokens of a grant that a command has revoked.
  @Test(arguments: [[], ["serve"]])
  func aRevokedGrantEndsItsTokensInARunningServer(_ arguments: [String]) throws {
    let server = try AuthorizationServerProcess(settings, arguments: arguments)
    let client = try settings.addClient()  // while the server runs
    let tokens = try server.signIn(client)
    #expect(try server.call(tokens.access) == 200)
    let line = try settings.command("grants", "list").output
    let grant = try #require(line.prefixMatch(of: #/(grant-\S+)  password:anshika  /#)).1
    #expect(line.contains("  \(client)  calculate:basic  since "))
    let revoked = try settings.command("grants", "revoke", String(grant))
    #expect(revoked.output == "revoked 1 grant\n")
    #expect(try isSoon { try server.call(tokens.access) == 401 })
  }

  @Test func aRemovedClientHasNoTokensInARunningServer() throws {
    let server = try AuthorizationServerProcess(settings)
    let client = try settings.addClient()
    let tokens = try server.signIn(client)
    #expect(try server.call(tokens.access) == 200)
    #expect(try settings.command("clients", "remove", client).status == 0)
    #expect(try isSoon { try server.call(tokens.access) == 401 })
  }

  /// Nobody has to sign in again after a rotation.
  @Test func aRunningServerPublishesARotatedKey() throws {
    let server = try AuthorizationServerProcess(settings)
    let client = try settings.addClient()
    let tokens = try server.signIn(client)
    #expect(try server.keys() == [tokens.key])
    #expect(try settings.command("keys", "rotate").status == 0)
    #expect(try isSoon { try server.keys().count == 2 })
    #expect(try server.call(tokens.access) == 200)
    let new = try server.refresh(tokens, of: client)
    #expect(new.key != tokens.key)
    #expect(try server.keys() == [new.key, tokens.key])
    #expect(try server.call(new.access) == 200)
  }

  /// Behind a load balancer: a token of one server is valid at the other at once.
  @Test func twoServersAcceptEachOthersTokensAtOnce() throws {
    let one = try AuthorizationServerProcess(settings)
    let two = try AuthorizationServerProcess(settings, port: try HTTPSocket.freePort())
    let client = try settings.addClient()
    let tokens = try one.signIn(client)
    #expect(try two.call(tokens.access) == 200)
    #expect(try settings.command("keys", "rotate").status == 0)
    let new = try two.refresh(tokens, of: client)
    #expect(new.key != tokens.key)
    #expect(try one.call(new.access) == 200)
    #expect(try one.call(tokens.access) == 200)
    let newest = try one.refresh(new, of: client)
    #expect(newest.key == new.key)
    #expect(try two.call(newest.access) == 200)
  }

  /// The keys were stored before the state had a key. The server says what to do, and it helps.
  @Test func anUnsealedKeyIsReplacedAsTheServerSays() throws {
    var settings = settings
    let client = try settings.addClient()
    let tokens: AuthorizationServerProcess.Tokens
    do {
      let server = try AuthorizationServerProcess(settings)
      tokens = try server.signIn(client)
      server.server.deliver(SIGTERM)
      #expect(server.server.waitForExit() == 0)
    }
    settings.environment["CALCULATOR_STATE_KEY"] = "7f3a9c51e2d84b06a1c5f7e93b2d6084"
    let refused = try Command.run(
      try ServerProcess.path(of: "CalculatorOAuth"), ["--port", "0"],
      environment: settings.environment)
    #expect(refused.status == 78)
    #expect(refused.errors.contains("CalculatorOAuth keys rotate"))
    #expect(try settings.command("keys", "rotate").status == 0)
    let server = try AuthorizationServerProcess(settings)
    #expect(try server.call(tokens.access) == 401, "whoever read the file could have signed it")
    #expect(try server.call(server.refresh(tokens, of: client).access) == 200)
  }
}
