import Crypto
import Foundation
import TestSupport
import JSON
import TestHarness
import Testing

/// `CalculatorOAuth` with its own authorization server, in processes that share a state.
final class AuthorizationServerProcess {
  static let user = "anshika"
  static let password = "correct horse battery staple"
  static let redirectURI = "http://127.0.0.1:5555/callback"
  static let verifier = String(repeating: "v", count: 43)

  /// The folder of the state and of the credentials file, and the settings.
  struct Settings {
    let folder: TemporaryFolder
    let port: Int
    let base: String
    var environment: [String: String]

    init() throws {
      folder = try TemporaryFolder()
      port = try HTTPSocket.freePort()
      base = "http://127.0.0.1:\(port)"
      let line = try HTTPProcess.command(
        ["hash-password", "--user", user, "--role", "advanced"], input: "\(password)\n")
      let credentials = try folder.write("credentials.json", #"{"users":[\#(line.output)]}"#)
      environment = [
        "CALCULATOR_OAUTH_PROVIDER": "password", "CALCULATOR_CREDENTIALS": credentials,
        "CALCULATOR_BASE_URL": base, "CALCULATOR_STATE": folder.path("state.db"),
        "CALCULATOR_RATE_LIMIT": "off", "CALCULATOR_FAILURE_LIMIT": "off",
        "CALCULATOR_THREADS": "2",
      ]
    }

    /// Runs a subcommand, such as `clients list`.
    func command(_ arguments: String...) throws -> Command.Result {
      try Command.run(
        try ServerProcess.path(of: "CalculatorOAuth"), arguments, environment: environment)
    }

    /// Adds a public client, and returns its identifier.
    func addClient() throws -> String {
      let added = try command(
        "clients", "add", "--name", "Reports", "--redirect-uri", redirectURI)
      return String(
        try #require(added.output.wholeMatch(of: /client_id  (\S+)\n/), "\(added.errors)").1)
    }
  }

  let server: ServerProcess
  let port: Int
  private let base: String

  /// - Parameters:
  ///   - port: of this process; `nil` for the one of the base URL.
  ///   - arguments: before the port.
  init(_ settings: Settings, port: Int? = nil, arguments: [String] = []) throws {
    base = settings.base
    self.port = port ?? settings.port
    server = try ServerProcess(
      "CalculatorOAuth", arguments: arguments + ["--port", "\(self.port)"],
      environment: settings.environment)
    guard try server.readLine()?.hasPrefix("Listening at ") == true else {
      throw HTTPProcess.Failed(reason: try server.restOfErrors())
    }
  }

  func send(
    _ method: String, _ path: String, fields: [String] = [], body: String = ""
  ) throws -> HTTPSocket.Response {
    let socket = try HTTPSocket(port: port)
    let head = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + fields
    socket.send(
      (head + ["Content-Length: \(body.utf8.count)", "", body]).joined(separator: "\r\n"))
    return try #require(try socket.response())
  }

  /// The status of a call of `add`.
  func call(_ token: String) throws -> Int {
    let fields = HTTPProcess.fields("add") + ["Authorization: Bearer \(token)"]
    return try send("POST", "/mcp", fields: fields, body: Wire.call("add", #""a":0.1,"b":0.2"#))
      .status
  }

  /// The identifiers of the published keys, the newest first.
  func keys() throws -> [String] {
    let body = try send("GET", "/jwks").body
    return body.matches(of: /"kid":"([^"]*)"/).map { String($0.1) }
  }

  // MARK: Tokens

  struct Tokens {
    let access: String
    let refresh: String

    init(_ response: HTTPSocket.Response) throws {
      let object = try JSONParser.parse(Array(response.body.utf8)).object
      access = try #require(object?["access_token"]?.string, "\(response)")
      refresh = try #require(object?["refresh_token"]?.string)
    }

    /// The key that signed the access token.
    var key: String {
      let header = access.split(separator: ".").first.flatMap { Data(base64URL: $0) }
      return (try? JSONParser.parse(Array(header ?? Data())))?.object?["kid"]?.string ?? ""
    }
  }

  /// Signs in and allows the client everything, as a browser and the client do it.
  func signIn(_ client: String) throws -> Tokens {
    let challenge = Data(SHA256Digest(of: Self.verifier.utf8).bytes).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    let query = Self.form([
      ("response_type", "code"), ("client_id", client), ("redirect_uri", Self.redirectURI),
      ("scope", "calculate:basic"), ("code_challenge", challenge),
      ("code_challenge_method", "S256"), ("resource", "\(base)/mcp"), ("state", "state"),
    ])
    let form = try send("GET", "/authorize?\(query)")
    let consent = try submit(
      "/authorize", form, [("username", Self.user), ("password", Self.password)])
    let allowed = try submit("/consent", consent, [("decision", "allow")])
    let code = try #require(
      Self.field("Location", of: allowed)?.firstMatch(of: /[?&]code=([^&]*)/), "\(allowed)"
    ).1
    return try token([
      ("grant_type", "authorization_code"), ("code", String(code)), ("client_id", client),
      ("redirect_uri", Self.redirectURI), ("code_verifier", Self.verifier),
      ("resource", "\(base)/mcp"),
    ])
  }

  func refresh(_ tokens: Tokens, of client: String) throws -> Tokens {
    try token([
      ("grant_type", "refresh_token"), ("refresh_token", tokens.refresh), ("client_id", client),
    ])
  }

  private func token(_ values: [(String, String)]) throws -> Tokens {
    let type = "Content-Type: application/x-www-form-urlencoded"
    return try Tokens(try send("POST", "/token", fields: [type], body: Self.form(values)))
  }

  /// Sends the form of a page, with its hidden fields and its cookie.
  private func submit(
    _ path: String, _ page: HTTPSocket.Response, _ values: [(String, String)]
  ) throws -> HTTPSocket.Response {
    let hidden = page.body.matches(of: /name="(request|csrf)" value="([^"]*)"/)
      .map { (String($0.1), String($0.2).replacing("&amp;", with: "&")) }
    try #require(hidden.count == 2, "\(page)")
    let cookie = try #require(Self.field("Set-Cookie", of: page)).prefix { $0 != ";" }
    return try send(
      "POST", path,
      fields: [
        "Content-Type: application/x-www-form-urlencoded", "Origin: \(base)", "Cookie: \(cookie)",
      ], body: Self.form(hidden + values))
  }

  private static func field(_ name: String, of response: HTTPSocket.Response) -> String? {
    response.fields.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
  }

  private static func form(_ values: [(String, String)]) -> String {
    let plain = CharacterSet(charactersIn: "-._~").union(.alphanumerics)
    return values.map { name, value in
      "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")"
    }.joined(separator: "&")
  }
}
