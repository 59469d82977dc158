import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// `CalculatorOAuth` as an authorization server, with one user and one client. Its state outlives its
/// process.
final class SignInServer {
  static let user = "anshika"
  static let password = "correct horse battery staple"
  static let client = "terminal"

  /// Without a path.
  let issuer: String
  var resource: String { issuer + "/mcp" }
  private let folder: TemporaryFolder
  private let provider: NanoIDP?
  private let environment: [String: String]
  /// Where the server listens. With a proxy, `issuer` has another port.
  let port: Int
  private var server: ServerProcess

  /// - Parameters:
  ///   - hasProvider: whether people sign in with another provider, nanoidp, instead of a
  ///   password of this server. They enter the same name and password there.
  ///   - proxyPort: the port of a proxy with TLS before the server.
  ///   - role: of the user, with a password of this server.
  init(
    _ changes: [String: String] = [:], hasProvider: Bool = false, proxyPort: Int? = nil,
    role: String = "advanced"
  ) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    port = try HTTPSocket.freePort()
    issuer = proxyPort.map { "https://localhost:\($0)" } ?? "http://127.0.0.1:\(port)"
    provider =
      hasProvider
      ? try NanoIDP(
        user: Self.user, password: Self.password, redirect: issuer + "/oidc/callback") : nil
    let common = [
      "CALCULATOR_BASE_URL": issuer,
      "CALCULATOR_OAUTH_CLIENTS": try folder.write(
        "clients.json",
        #"""
        {"clients":[{"client_id":"\#(Self.client)","name":"Terminal",\#
        "redirect_uris":["http://127.0.0.1/callback"]}]}
        """#),
      "CALCULATOR_OAUTH_REGISTRATION": "on", "CALCULATOR_STATE": folder.path("state.db"),
      "CALCULATOR_THREADS": "2", "CALCULATOR_TRUSTED_PROXIES": "127.0.0.1",
    ]
    let signIn = try provider.map { try Self.settings($0, folder) } ?? Self.settings(folder, role)
    environment = common.merging(signIn) { $1 }.merging(changes) { $1 }
    server = try Self.start(environment, port)
  }

  private static func settings(
    _ folder: TemporaryFolder, _ role: String
  ) throws -> [String: String] {
    let made = try HTTPProcess.command(
      ["hash-password", "--user", user, "--role", role], input: password)
    try #require(made.status == 0, "\(made.errors)")
    let line = try #require(made.output.firstMatch(of: /\{.*\}/)).0
    return [
      "CALCULATOR_OAUTH_PROVIDER": "password",
      "CALCULATOR_CREDENTIALS": try folder.write(
        "credentials.json", #"{"keys":[],"users":[\#(line)]}"#),
    ]
  }

  private static func settings(
    _ provider: NanoIDP, _ folder: TemporaryFolder
  ) throws -> [String: String] {
    [
      "CALCULATOR_OAUTH_PROVIDER": "oidc", "OIDC_ISSUER": provider.issuer,
      "OIDC_CLIENT_ID": NanoIDP.client, "OIDC_CLIENT_SECRET": NanoIDP.secret,
      "CALCULATOR_OAUTH_USERS": try folder.write(
        "users.json", #"{"users":{"oidc:\#(user)":"advanced"}}"#),
      "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
    ]
  }

  private static func start(
    _ environment: [String: String], _ port: Int
  ) throws -> ServerProcess {
    let server = try ServerProcess(
      "CalculatorOAuth", arguments: ["--port", "\(port)"], environment: environment)
    guard try server.readLine()?.contains("/mcp") == true else {
      throw HTTPProcess.Failed(reason: try server.restOfErrors())
    }
    return server
  }

  /// Kills the process, as a crash would, and starts another one with the same state.
  func restart() throws {
    server.deliver(SIGKILL)
    _ = server.waitForExit()
    server = try Self.start(environment, port)
  }

  /// The first page of a sign-in, for a client that listens at `redirect`.
  func authorization(redirect: String) throws -> String {
    var url = try #require(URLComponents(string: issuer + "/authorize"))
    url.queryItems = [
      ("response_type", "code"), ("client_id", Self.client), ("redirect_uri", redirect),
      ("state", "xyz"), ("resource", resource), ("code_challenge_method", "S256"),
      // RFC 7636 appendix B
      ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ].map { URLQueryItem(name: $0.0, value: $0.1) }
    return try #require(url.string)
  }

  /// Ends the server. Returns the lines of its log.
  func end() throws -> [String] {
    server.deliver(SIGTERM)
    var lines: [String] = []
    while let line = try server.readErrorLine() { lines.append(line) }
    #expect(server.waitForExit() == 0)
    return lines
  }
}
