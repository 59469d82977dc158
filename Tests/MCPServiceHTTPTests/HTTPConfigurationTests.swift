import Calculator
import Crypto
import TestSupport
import Support
import Auth
import MCPService
import Foundation
import HTTPTransport
import Synchronization
import Testing
import TestHarness

@testable import MCPServiceHTTP

/// The settings of `CalculatorHTTP`, its messages at the start, and SIGHUP.
struct HTTPConfigurationTests {
  static let key = "0123456789-key-of-this-test"
  private static let secret = "0123456789-signing-secret-of-this-test"

  private func read(_ environment: [String: String], host: String = "127.0.0.1") throws
    -> HTTPConfiguration
  {
    try HTTPConfiguration.read(environment: environment, file: nil, host: host)
  }

  // MARK: Settings

  /// The default of the setting is that of the transport.
  @Test func theLimitOfConnectionsIsThatOfTheTransport() throws {
    let limits = HTTPLimits()
    #expect(
      try read(["CALCULATOR_API_KEY": Self.key]).connectionsPerClient == limits.connectionsPerClient
    )
    let range = 1...limits.connections
    guard case .number(range) = Settings.connectionsPerClient.declaration.kind else {
      Issue.record("not 1 to \(limits.connections)")
      return
    }
  }

  /// A value of a wrong form: the whole message, which does not contain the value.
  @Test(arguments: [
    (
      "CALCULATOR_BASE_URL", "calculator.invalid",
      "a scheme and a name, without a path and without / at its end, such as https://calculator.example"
    ),
    (
      "CALCULATOR_BASIC_USER", "ansh:ika",
      "a name of 1 to 256 bytes without colons and control characters, such as anshika"
    ),
    (
      "CALCULATOR_TRUSTED_PROXIES", "127.0.0.1,any",
      "addresses or networks, with commas between them, such as 127.0.0.1,10.0.0.0/8"
    ),
    (
      "CALCULATOR_ALLOWED_HOSTS", "calculator.invalid,*",
      "host names or addresses, with commas between them, such as calculator.example,10.0.0.5"
    ),
  ])
  func aValueOfAnotherFormIsRefused(_ variable: String, _ value: String, _ form: String) {
    var environment = ["CALCULATOR_API_KEY": Self.key, variable: value]
    if variable == "CALCULATOR_BASIC_USER" {
      environment["CALCULATOR_BASIC_PASSWORD"] = "correct horse"
    }
    let errors = #expect(throws: ConfigurationErrors.self) { try read(environment) }
    #expect(
      errors?.all.map(\.description) == [
        "\(variable): must be \(form); correct it, or unset \(variable)"
      ])
  }

  /// The burst, without and with its setting.
  @Test(arguments: [(nil, 5), ("2", 2), ("9", 9)] as [(String?, Int)])
  func theBurstIsTheLimitUnlessItIsSet(_ burst: String?, _ expected: Int) throws {
    var environment = ["CALCULATOR_API_KEY": Self.key, "CALCULATOR_RATE_LIMIT": "5/hour"]
    environment["CALCULATOR_RATE_BURST"] = burst
    #expect(try read(environment).requestLimit?.burst == expected)
  }

  // MARK: The start

  /// The printed address must work (ATTACKS H26: not `0.0.0.0`).
  @Test(arguments: [
    ("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"),
    ("::", "http://[::1]:80"), ("0:0:0:0:0:0:0:0", "http://[::1]:80"), ("::1", "http://[::1]:80"),
    ("192.0.2.1", "http://192.0.2.1:80"), ("localhost", "http://localhost:80"),
  ])
  func theAddressIsOneOfOurs(_ host: String, _ url: String) throws {
    let configuration = try read(
      ["CALCULATOR_API_KEY": Self.key, "CALCULATOR_ALLOW_PLAINTEXT": "true"], host: host)
    #expect(configuration.address(at: host, 80) == url)
    let authority = String(decoding: url.utf8.dropFirst("http://".utf8.count), as: UTF8.self)
    try configuration.hosts.check([authority], for: .mcp)
  }

  /// Without its real address and port nobody could test the server behind a proxy.
  @Test(arguments: [
    ("127.0.0.1", "https://calc.example", "; clients use https://calc.example/mcp"),
    ("0.0.0.0", "https://calc.example", "; clients use https://calc.example/mcp"),
    ("127.0.0.1", "http://127.0.0.1:80", ""),
  ])
  func saysWhereItListensAndWhatClientsUse(
    _ host: String, _ baseURL: String, _ note: String
  ) throws {
    let configuration = try read(
      [
        "CALCULATOR_API_KEY": Self.key, "CALCULATOR_ALLOW_PLAINTEXT": "true",
        "CALCULATOR_BASE_URL": baseURL,
      ], host: host)
    #expect(
      configuration.announcement(at: host, 80) == """
        Listening at http://127.0.0.1:80/mcp\(note)
        Credentials: API key; a page with examples: \(baseURL)/
        """)
  }

  @Test(arguments: [
    (["CALCULATOR_API_KEY": key], "API key"),
    (
      [
        "CALCULATOR_API_KEY": key, "JWT_SECRET": secret, "CALCULATOR_BASIC_USER": "anshika",
        "CALCULATOR_BASIC_PASSWORD": "correct horse", "CALCULATOR_GUEST_ROLE": "guest",
      ], "API key, access token, user and password, none, with the role guest"
    ),
    (["CALCULATOR_REQUIRE_AUTH": "false"], "none, with the role advanced"),
  ])
  func saysWhichCredentialsAreOn(_ environment: [String: String], _ kinds: String) throws {
    #expect(
      try read(environment).announcement(at: "127.0.0.1", 80) == """
        Listening at http://127.0.0.1:80/mcp
        Credentials: \(kinds); a page with examples: http://127.0.0.1:80/
        """)
  }

  @Test(arguments: [
    (
      ["CALCULATOR_API_KEY": "0123456789#abcdef"],
      [
        "CALCULATOR_API_KEY: key 1 has the character #, which a Bearer token cannot have there "
          + "(RFC 6750 §2.1): it can only be sent as X-API-Key"
      ]
    ),
    (["CALCULATOR_API_KEY": "0123456789.abcdef.x"], []),
    (
      ["CALCULATOR_API_KEY": "0123456789.abcdef.x", "JWT_SECRET": secret],
      [
        "CALCULATOR_API_KEY: key 1 has two dots, so as a Bearer token it would be read as an access "
          + "token: it can only be sent as X-API-Key"
      ]
    ),
  ])
  func saysThatAKeyIsNoBearerToken(_ environment: [String: String], _ notices: [String]) throws {
    let warnings = try read(environment).warnings
    #expect(warnings == notices)
    #expect(!warnings.joined().contains("0123456789"))
  }

  /// ATTACKS S19: the password follows the one rule of all secrets, and is none that is tried first.
  @Test(arguments: [
    ("correct horse\n", "CALCULATOR_BASIC_PASSWORD: has a control character"),
    (" correct horse", "CALCULATOR_BASIC_PASSWORD: begins or ends with white space"),
    ("\"correct horse\"", "CALCULATOR_BASIC_PASSWORD: has quotes"),
    ("$PASSWORD_OF_SB", "CALCULATOR_BASIC_PASSWORD: must not be a placeholder"),
    ("password2024!", "CALCULATOR_BASIC_PASSWORD: must not be one of the most common"),
    ("anshika1", "CALCULATOR_BASIC_PASSWORD: must not be one of the most common"),
  ])
  func refusesAPassword(_ password: String, _ start: String) throws {
    let error = try #require(throws: ConfigurationErrors.self) {
      try read(["CALCULATOR_BASIC_USER": "anshika", "CALCULATOR_BASIC_PASSWORD": password])
    }
    #expect(error.all.first?.description.hasBytes(atStart: start) == true, "\(error.all)")
    #expect(!error.all.map(\.description).joined().contains("correct horse"))
  }

  /// One secret for two purposes is refused.
  @Test(arguments: [
    (
      ["CALCULATOR_API_KEY": "another-0123456789abcdef,\(secret)", "JWT_SECRET": secret],
      ["JWT_SECRET: CALCULATOR_API_KEY"]
    ),
    (
      [
        "CALCULATOR_API_KEY": key, "CALCULATOR_BASIC_USER": "anshika",
        "CALCULATOR_BASIC_PASSWORD": key,
      ], ["CALCULATOR_BASIC_PASSWORD: CALCULATOR_API_KEY"]
    ),
    (
      [
        "JWT_SECRET": secret, "JWT_SECRET_PREVIOUS": secret, "CALCULATOR_BASIC_USER": "anshika",
        "CALCULATOR_BASIC_PASSWORD": secret,
      ],
      ["CALCULATOR_BASIC_PASSWORD: JWT_SECRET"]
    ),
  ])
  func refusesOneSecretForTwoPurposes(_ environment: [String: String], _ expected: [String]) throws
  {
    let error = try #require(throws: ConfigurationErrors.self) { try read(environment) }
    #expect(
      error.all.map(\.description)
        == expected.map {
          "\($0) holds the same secret; set one of them to the output of: openssl rand -hex 32"
        })
  }

  /// ATTACKS S24: the file has only digests of keys, and that is enough to see that a key is also a
  /// secret of the environment.
  @Test(
    arguments: [
      (["JWT_SECRET": secret], "JWT_SECRET"),
      (["JWT_SECRET": key + secret, "JWT_SECRET_PREVIOUS": secret], "JWT_SECRET_PREVIOUS"),
      (
        ["CALCULATOR_BASIC_USER": "anshika", "CALCULATOR_BASIC_PASSWORD": secret],
        "CALCULATOR_BASIC_PASSWORD"
      ),
      (["CALCULATOR_API_KEY": secret], nil),  // the same purpose: the entry of the file applies
    ] as [([String: String], String?)])
  func refusesASecretThatIsAlsoAKeyOfTheFile(_ environment: [String: String], _ variable: String?)
    throws
  {
    let digest = SHA256Digest(of: Self.secret.utf8).hexadecimal
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(#"{"keys":[{"name":"ci","sha256":"\#(digest)","role":"guest"}]}"#.utf8)
      .write(to: URL(filePath: path))
    let environment = environment.merging(["CALCULATOR_CREDENTIALS": path]) { $1 }
    guard let variable else {
      _ = try read(environment)
      return
    }
    let error = try #require(throws: ConfigurationErrors.self) { try read(environment) }
    #expect(
      error.all == [.sameSecret(variable: variable, other: "CALCULATOR_CREDENTIALS")])
  }

  // MARK: Plain HTTP behind a proxy

  private func request(from peer: String, _ path: String = "/mcp") throws -> HTTPRequest {
    HTTPRequest(
      method: path == "/mcp" ? "POST" : "GET", path: path, query: nil,
      fields: HTTPFields([("Host", "localhost"), ("X-API-Key", "wrong-0123456789abcdef")]),
      peer: try #require(IPAddress(peer)), isEncrypted: false, body: { _ in .success([]) })
  }

  private func status(_ environment: [String: String], host: String, _ request: HTTPRequest) throws
    -> Int
  {
    let log = Log(level: .off, now: { WallTime(milliseconds: 0) }, write: { _ in })
    let service = HTTPService(
      try read(environment, host: host), offering: CalculatorServer.http, audit: AuditLog(log))
    return ThreadExecutor.run { await service.respond(to: request) }.status
  }

  /// ATTACKS L3: 403 before the credential is checked; here it is wrong.
  @Test(arguments: [
    ("0.0.0.0", [:], "203.0.113.9", 403), ("0.0.0.0", [:], "10.0.0.7", 401),
    ("0.0.0.0", [:], "127.0.0.1", 401), ("::", [:], "2001:db8::1", 403), ("::", [:], "::1", 401),
    ("0.0.0.0", [:], "::ffff:203.0.113.9", 403),
    ("0.0.0.0", ["CALCULATOR_ALLOW_PLAINTEXT": "true"], "203.0.113.9", 401),
    ("127.0.0.1", [:], "203.0.113.9", 401),
  ])
  func credentialsInPlainHTTPComeFromTheProxyAlone(
    _ host: String, _ more: [String: String], _ peer: String, _ expected: Int
  ) throws {
    let environment = ["CALCULATOR_API_KEY": Self.key, "CALCULATOR_TRUSTED_PROXIES": "10.0.0.0/8"]
      .merging(more) { $1 }
    #expect(try status(environment, host: host, try request(from: peer)) == expected)
    // A probe has no credential.
    #expect(try status(environment, host: host, try request(from: peer, "/healthz")) == 200)
  }

  private final class Lines: Sendable { let all = Mutex<[String]>([]) }

  /// ATTACKS L3: the log names the peer and the setting.
  @Test func theLogSaysWhyAPeerIsRefused() throws {
    let lines = Lines()
    let log = Log(
      level: .info, now: { WallTime(milliseconds: 0) },
      write: { line in lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    let configuration = try read(
      ["CALCULATOR_API_KEY": Self.key, "CALCULATOR_TRUSTED_PROXIES": "10.0.0.0/8"], host: "0.0.0.0")
    let service = HTTPService(configuration, offering: CalculatorServer.http, audit: AuditLog(log))
    let request = try request(from: "203.0.113.9")
    _ = ThreadExecutor.run { await service.respond(to: request) }
    let line = try #require(lines.all.withLock { $0 }.first)
    #expect(
      line.hasBytes(
        atEnd:
          #""outcome":"rejected","reason":403,"peer":"203.0.113.9","setting":"CALCULATOR_TRUSTED_PROXIES"}"#
          + "\n"))
    #expect(!line.contains("credential"), "it was not looked at")
  }

  /// Only the address of the socket matters, not the header fields.
  @Test func aFieldDoesNotMakeAPeerTrusted() throws {
    let request = HTTPRequest(
      method: "POST", path: "/mcp", query: nil,
      fields: HTTPFields([
        ("Host", "localhost"), ("X-Forwarded-For", "10.0.0.7"), ("X-Forwarded-Proto", "https"),
      ]), peer: try #require(IPAddress("203.0.113.9")), isEncrypted: false,
      body: { _ in .success([]) })
    #expect(
      try status(
        ["CALCULATOR_API_KEY": Self.key, "CALCULATOR_TRUSTED_PROXIES": "10.0.0.0/8"],
        host: "0.0.0.0", request) == 403)
  }

  // MARK: SIGHUP

  /// ATTACKS G1: the status before and after SIGHUP, for each kind of credential.
  @Test(arguments: [
    (
      "a key is removed", ["CALCULATOR_API_KEY": key, "JWT_SECRET": HTTPHarness.secret],
      ["JWT_SECRET": HTTPHarness.secret], "key", 200, 401
    ),
    (
      "a key is added", ["JWT_SECRET": HTTPHarness.secret],
      ["JWT_SECRET": HTTPHarness.secret, "CALCULATOR_API_KEY": key], "key", 401, 200
    ),
    (
      "the secret is removed", ["CALCULATOR_API_KEY": key, "JWT_SECRET": HTTPHarness.secret],
      ["CALCULATOR_API_KEY": key], "token", 200, 401
    ),
    (
      "the secret is changed", ["JWT_SECRET": HTTPHarness.secret],
      ["JWT_SECRET": "another-secret-0123456789abcdef0"], "token", 200, 401
    ),
    (
      "tokens are turned on", ["CALCULATOR_API_KEY": key],
      ["CALCULATOR_API_KEY": key, "JWT_SECRET": HTTPHarness.secret], "token", 401, 200
    ),
    (
      "the issuer is another", ["JWT_SECRET": HTTPHarness.secret],
      ["JWT_SECRET": HTTPHarness.secret, "JWT_ISSUER": "somebody"], "token", 200, 401
    ),
    (
      "a credential is required", ["CALCULATOR_REQUIRE_AUTH": "false"],
      ["CALCULATOR_API_KEY": key], "none", 200, 401
    ),
    (
      "a credential is no longer required", ["CALCULATOR_API_KEY": key],
      ["CALCULATOR_API_KEY": key, "CALCULATOR_REQUIRE_AUTH": "false"], "none", 401, 401
    ),
    (
      "guests are let in", ["CALCULATOR_API_KEY": key],
      ["CALCULATOR_API_KEY": key, "CALCULATOR_GUEST_ROLE": "admin"], "none", 401, 401
    ),
    (
      "a role of guests is removed",
      ["CALCULATOR_REQUIRE_AUTH": "false", "CALCULATOR_GUEST_ROLE": "basic"],
      ["CALCULATOR_REQUIRE_AUTH": "false"], "power", 403, 403
    ),
  ])
  func reloads(
    _ name: String, _ before: [String: String], _ after: [String: String], _ caller: String,
    _ first: Int, _ second: Int
  ) throws {
    let harness = try HTTPHarness(Self.changes(to: before))
    func status() throws -> Int {
      let credential: [(String, String)] =
        switch caller {
        case "key": [("X-API-Key", Self.key)]
        case "token": [("Authorization", "Bearer \(try harness.token())")]
        default: []
        }
      let tool = caller == "power" ? "power" : "add"
      return harness.send(
        fields: [
          ("Host", "localhost"), ("Content-Type", "application/json"),
          ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool),
        ] + credential, body: Wire.call(tool, #""a":1,"b":2"#)
      ).status
    }
    #expect(try status() == first)
    let old = try HTTPHarness.configuration(Self.changes(to: before))
    let new = try HTTPConfiguration.read(
      environment: Environment(after), file: nil, host: "127.0.0.1", after: old.running)
    harness.service.reload(new)
    #expect(try status() == second)
    // Every changed setting either applied or was named.
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    let keeps = ["CALCULATOR_GUEST_ROLE"]
    #expect(
      new.kept.sorted()
        == changed.filter {
          keeps.contains($0) || $0 == "CALCULATOR_REQUIRE_AUTH" && after[$0] == "false"
        }.sorted())
  }

  /// The changes from the environment of the harness to this one.
  private static func changes(to environment: [String: String]) -> [String: String?] {
    var changes: [String: String?] = HTTPHarness.environment.mapValues { _ in nil }
    for (name, value) in environment { changes[name] = value }
    return changes
  }

  /// TLS cannot be enabled or disabled while connections are open.
  @Test func tlsKeepsUntilARestart() throws {
    let old = try read(["CALCULATOR_API_KEY": Self.key])
    let new = try HTTPConfiguration.read(
      environment: Environment([
        "CALCULATOR_API_KEY": Self.key, "CALCULATOR_TLS_CERT": "/nowhere",
        "CALCULATOR_TLS_KEY": "/nowhere",
      ]), file: nil, host: "127.0.0.1", after: old.running)
    #expect(new.kept == ["CALCULATOR_TLS_CERT", "CALCULATOR_TLS_KEY"])
    #expect(new.certificate == nil)
  }
}
