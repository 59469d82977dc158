import Foundation
import TestHarness
import TestSupport
import Testing

/// The sign-in of CalculatorBridge with authorization servers of this project and of others, and what it
/// keeps on the disk.
@Suite(.serialized, .enabled(if: Python.areThere, "\(Python.hint)"))
struct BridgeSignInTests {
  /// A folder for the tokens, and a program in place of the browser.
  private struct Home {
    let folder: TemporaryFolder
    let environment: [String: String]

    /// - Parameter browser: a shell script; `$1` is the address that it has to open.
    init(browser: String) throws {
      folder = try TemporaryFolder()
      let path = try folder.write("browser", "#!/bin/sh\n\(browser)\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
      environment = ["XDG_STATE_HOME": folder.url.path, "BROWSER": path]
    }

    static let person = Repository.root.appending(path: "guide/person.sh").path

    /// A person who signs in at `SignInServer`.
    static func ofPerson() throws -> Home {
      try Home(
        browser: #"exec curl -sSL -o /dev/null "$('\#(person)' "$1" '\#(SignInServer.password)')""#)
    }

    /// The files of tokens.
    func files() throws -> [URL] {
      let state = folder.url.appending(path: "calculator-bridge")
      return try FileManager.default.contentsOfDirectory(
        at: state, includingPropertiesForKeys: nil
      ).filter { $0.pathExtension == "json" }
    }

    func run(_ arguments: [String]) throws -> Command.Result {
      try Command.run(
        try ServerProcess.path(of: "CalculatorBridge"), arguments, environment: environment)
    }

    /// One call through a bridge of its own. Returns its answer, and what the bridge told.
    func call(_ url: String, _ message: String) throws -> (answer: String, told: String) {
      let bridge = try ServerProcess(
        "CalculatorBridge", arguments: [url], environment: environment)
      bridge.send(message)
      bridge.closeInput()
      let answer = try bridge.readLine() ?? ""
      let told = try bridge.restOfErrors()
      #expect(bridge.waitForExit() == 0)
      return (answer, told)
    }

    static let add = Wire.call("add", #""a":0.1,"b":0.2"#)
  }

  /// The client of each era waits for the person, and gets the answer to its first request.
  @Test(arguments: RealClientTests.clients)
  func aClientOfEachEraSignsIn(_ client: RealClientTests.Client) throws {
    let server = try SignInServer()
    let home = try Home.ofPerson()
    let outcome = try Scenario(
      command: try ServerProcess.path(of: "CalculatorBridge"), args: [server.resource],
      env: home.environment,
      steps: [
        .init(list: true), .init(call: "divide", arguments: ["a": 1.0, "b": 0.0]),
        .init(call: "add", arguments: ["a": 0.1, "b": 0.2]),
      ]
    ).play(with: client.script, in: client.environment)
    #expect(outcome.server?.name == "calculator-oauth")
    #expect(outcome.steps.first?.tools?.contains("divide") == true)
    // The error of the tool is for the model to read.
    #expect(outcome.steps.dropFirst().first?.isError == true)
    #expect(outcome.steps.last?.text == "0.3")
  }

  /// The authorization server of fastmcp, in memory: discovery, registration, sign-in, and the call. A
  /// second bridge has the tokens of the first, and needs no browser. `logout` revokes them.
  @Test func signsInAtAServerOfOthers() throws {
    let port = try HTTPSocket.freePort()
    let remote = BridgeRemoteTests.Remote(
      environment: "modern", arguments: ["fastmcp", "oauth"], hasStream: true)
    let server = try BridgeRemoteTests.Pair.start(remote, port)
    let url = "http://127.0.0.1:\(port)/mcp"
    let home = try Home(
      browser: #"echo opened >>"$XDG_STATE_HOME/opened"; exec curl -sSL -o /dev/null "$1""#)
    for _ in 0..<2 {
      let (answer, told) = try home.call(
        url,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"x","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#
      )
      #expect(answer.contains(#""result":3"#), "\(answer) \(told)")
    }
    let opened = try String(
      contentsOf: home.folder.url.appending(path: "opened"), encoding: .utf8)
    #expect(opened == "opened\n")
    let left = try home.run(["logout", url])
    #expect(left.status == 0)
    #expect(left.errors == "CalculatorBridge: Signed out: the tokens are revoked and removed.\n")
    withExtendedLifetime(server) {}
  }

  /// ATTACKS O172: what is stored is for the user alone, and no command shows it. After `logout` a bridge
  /// without a browser says how to sign in.
  @Test func theTokensAreForTheUserAlone() throws {
    let server = try SignInServer()
    let home = try Home.ofPerson()
    let login = try home.run(["login", server.resource, "--verbose"])
    #expect(login.status == 0, "\(login.errors)")
    #expect(login.errors.hasSuffix("CalculatorBridge: Signed in at \(server.issuer).\n"))
    let file = try #require(try home.files().first)
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    struct File: Decodable { let document: Data }
    let document = try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).document
    let tokens = String(decoding: document, as: UTF8.self)
      .matches(of: /_token":"([^"]+)"/).map { String($0.1) }
    #expect(tokens.count >= 2, "an access token and a refresh token")
    let status = try home.run(["status"])
    #expect(status.output.hasPrefix("\(server.resource): \(server.issuer), "))
    let shown = login.output + login.errors + status.output + status.errors
    for token in tokens { #expect(!shown.contains(token)) }

    // Others may read it: it is not used, and the sentence says which command repairs it.
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
    let (refused, told) = try home.call(server.resource, Home.add)
    #expect(refused.contains(#""error""#))
    #expect(
      told.contains("other users can read or write '\(file.path)'; fix: chmod go= "), "\(told)")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let (answer, _) = try home.call(server.resource, Home.add)
    #expect(answer.contains(#""result":0.3"#), "\(answer)")

    let logout = try home.run(["logout", server.resource])
    #expect(logout.errors == "CalculatorBridge: Signed out: the tokens are revoked and removed.\n")
    #expect(try home.files().isEmpty)
    #expect(try home.run(["status"]).errors == "CalculatorBridge: There is no sign-in.\n")
    let bridge = try ServerProcess(
      "CalculatorBridge", arguments: [server.resource, "--no-browser"],
      environment: home.environment)
    bridge.send(Home.add)
    bridge.closeInput()
    let sentence = try bridge.readLine() ?? ""
    #expect(
      sentence.contains("CalculatorBridge login --no-browser \(server.resource)"), "\(sentence)")
    #expect(bridge.waitForExit() == 0)
  }

  /// The address is there before the person has done anything. The pasted address ends the sign-in.
  @Test func signsInWithoutABrowserOnTheTerminal() throws {
    let server = try SignInServer()
    let home = try Home(browser: "exit 1")
    let login = try ServerProcess(
      "CalculatorBridge", arguments: ["login", server.resource, "--no-browser"],
      environment: home.environment)
    let line = try login.readErrorLine() ?? ""
    let address = try #require(line.firstMatch(of: /open this address in a browser: (\S+)$/)).1
    #expect(try login.readErrorLine()?.contains("Copy the address of that page") == true)
    let redirect = try Command.run(Home.person, [String(address), SignInServer.password]).output
    login.send(redirect.trimmingCharacters(in: .newlines))
    #expect(try login.readErrorLine() == "CalculatorBridge: Signed in at \(server.issuer).")
    #expect(login.waitForExit() == 0)
    let (answer, _) = try home.call(server.resource, Home.add)
    #expect(answer.contains(#""result":0.3"#), "\(answer)")
  }

  /// ATTACKS O165: a page of another site that reaches the listener, by a name that it has
  /// bound to this machine, gets nothing and does not end the sign-in.
  @Test func aRequestForAnotherHostDoesNotEndTheSignIn() throws {
    let server = try SignInServer()
    let home = try Home(
      browser: #"""
        redirect=$('\#(Home.person)' "$1" '\#(SignInServer.password)')
        curl -sS -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "$redirect" >"$XDG_STATE_HOME/other"
        exec curl -sSL -o /dev/null -w '%{http_code}' "$redirect" >"$XDG_STATE_HOME/ours"
        """#)
    let login = try home.run(["login", server.resource])
    #expect(login.status == 0, "\(login.errors)")
    func status(_ name: String) throws -> String {
      try String(contentsOf: home.folder.url.appending(path: name), encoding: .utf8)
    }
    let (other, ours) = (try status("other"), try status("ours"))
    #expect(other == "403")
    #expect(ours == "200")
  }
}
