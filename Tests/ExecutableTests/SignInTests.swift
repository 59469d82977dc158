import Foundation
import TestSupport
import Testing

/// Clients that others wrote sign in at `CalculatorOAuth` itself, with its own authorization server.
@Suite(.serialized, .enabled(if: Python.areThere, "\(Python.hint)"))
struct SignInTests {
  /// How the server knows the client, and the requests by which it gets to know it.
  static let clients = ["mcp", "fastmcp"].flatMap { client in
    ["registered", "dynamic", "document"].map { (client, $0) }
  }

  /// The client knows the URL of the server, nothing else. RFC 9728 §5.1 leads it to the authorization
  /// server, and RFC 6750 §3.1 to the scope that `power` needs. Neither a crash of the server nor the
  /// end of the access token needs another sign-in (RFC 6749 §6).
  @Test(arguments: clients)
  func aClientSignsInOnceAndKeepsItsAccess(_ name: String, _ kind: String) throws {
    let certificate = try Certificate.shared.get()
    let server = try SignInServer([
      // The metadata document of the client is on this machine.
      "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
      "CALCULATOR_OAUTH_CA_FILE": certificate.path("ca.pem"),
    ])
    try Self.check(name, kind, server, certificate)
    #expect(try server.end().contains { $0.contains(#""subject":"password:anshika""#) })
  }

  /// The same, where people sign in with an OpenID provider.
  @Test(
    .enabled(if: Python.isProviderThere, "\(Python.hint)"), arguments: ["mcp", "fastmcp"])
  func aPersonSignsInWithAnotherProvider(_ name: String) throws {
    let server = try SignInServer(hasProvider: true)
    try Self.check(name, "registered", server, try Certificate.shared.get())
    #expect(try server.end().contains { $0.contains(#""subject":"oidc:anshika""#) })
  }

  private static func check(
    _ name: String, _ kind: String, _ server: SignInServer, _ certificate: TemporaryFolder
  ) throws {
    let client = try Client(name, kind, server, certificate)
    let registration = kind == "dynamic" ? ["POST /register 201"] : []
    // fastmcp looks at the page before it opens the browser.
    let look = name == "fastmcp" ? ["GET /authorize 200"] : []
    #expect(
      try client.call("add")
        == Outcome(
          result: 12,
          requests: [
            "POST /mcp 401", "GET /.well-known/oauth-protected-resource/mcp 200",
            "GET /.well-known/oauth-authorization-server 200",
          ] + registration + look + [
            "POST /token 200",
            // server/discover, add and the list of tools
            "POST /mcp 200", "POST /mcp 200", "POST /mcp 200",
          ],
          signIns: [.init(scope: "calculate:basic", resource: server.resource)]))
    #expect(
      try client.call("power")
        == Outcome(
          result: 1024,
          requests: ["POST /mcp 403"] + look + ["POST /token 200", "POST /mcp 200"],
          signIns: [
            .init(scope: "calculate:basic calculate:advanced", resource: server.resource)
          ]))

    try server.restart()
    #expect(
      try client.call("power") == Outcome(result: 1024, requests: ["POST /mcp 200"], signIns: []))
    client.process.send("expired")
    #expect(
      try client.call("add")
        == Outcome(result: 12, requests: ["POST /token 200", "POST /mcp 200"], signIns: []))
    try client.end()
  }

  struct Outcome: Decodable, Equatable {
    struct SignIn: Decodable, Equatable {
      let scope: String
      let resource: String
    }
    let result: Double
    let requests: [String]
    let signIns: [SignIn]
  }

  private struct Client {
    let process: ServerProcess

    init(
      _ name: String, _ kind: String, _ server: SignInServer, _ certificate: TemporaryFolder
    ) throws {
      let script = "Tests/ExecutableTests/clients/sign_in_client.py"
      process = try ServerProcess(
        "python", in: Python.interpreter("modern").deletingLastPathComponent(),
        arguments: [Repository.root.appending(path: script).path, name, kind], environment: [:])
      let scenario = [
        "url": server.resource, "user": SignInServer.user, "password": SignInServer.password,
        "client": SignInServer.client, "certificate": certificate.url.path,
      ]
      process.send(Array(try JSONEncoder().encode(scenario)) + [UInt8(ascii: "\n")])
    }

    func call(_ tool: String) throws -> Outcome {
      process.send(tool)
      guard let line = try process.readLine() else {
        throw HTTPProcess.Failed(reason: try process.restOfErrors())
      }
      return try JSONDecoder().decode(Outcome.self, from: Data(line.utf8))
    }

    func end() throws {
      process.closeInput()
      #expect(process.waitForExit() == 0)
      #expect(try process.restOfErrors().isEmpty)
    }
  }
}
