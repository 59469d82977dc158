import Crypto
import Foundation
import HTTPClient
import JOSE
import MCPService
import OAuthClient
import Support
import Testing
import TestSupport

@testable import Bridge

struct BridgeConfigurationTests {
  static let url = "https://calculator.example/mcp"

  static func read(
    _ environment: [String: String], url: String = url, headers: [String] = [],
    file: String? = nil, after running: RunningSettings = .none
  ) throws(ConfigurationErrors) -> BridgeConfiguration {
    try BridgeConfiguration.read(
      url: url, headers: headers, environment: Environment(environment), file: file,
      after: running)
  }

  /// The errors of a configuration; empty if it has none.
  static func errors(
    _ environment: [String: String], url: String = url, headers: [String] = []
  ) -> [String] {
    do throws(ConfigurationErrors) {
      _ = try read(environment, url: url, headers: headers)
      return []
    } catch {
      return error.all.map(\.description)
    }
  }

  // MARK: The URL

  @Test(arguments: [
    (url, true), ("https://calculator.example", true), ("https://[2001:db8::1]:8443/mcp", true),
    ("http://127.0.0.1:8080/mcp", true), ("http://127.9.9.9/mcp", true),
    ("http://localhost/mcp", true), ("http://LOCALHOST/mcp", true), ("http://[::1]:80/mcp", true),
    ("http://calculator.example/mcp", false), ("http://10.0.0.1/mcp", false),
    ("http://localhost.example/mcp", false), ("http://127.0.0.1.example/mcp", false),
    ("http://127.1/mcp", false), ("http://2130706433/mcp", false),
    ("https://5ecret@calculator.example/mcp", false),
    ("https://user:5ecret@calculator.example/mcp", false),
    ("https://calculator.example/mcp?key=5ecret", false),
    ("https://calculator.example/mcp#5ecret", false), ("https://calculator.example/ 5ecret", false),
    ("ftp://calculator.example/5ecret", false), ("calculator.example/5ecret", false), ("", false),
    ("https://calculator.example/\n5ecret", false), ("--5ecret", false),
  ])
  func theURLIsOfTLSOrOfThisMachine(_ url: String, _ isValid: Bool) {
    let errors = Self.errors([:], url: url)
    #expect(errors.isEmpty == isValid)
    #expect(errors.allSatisfy { $0.hasBytes(atStart: "URL: must ") && !$0.contains("5ecret") })
  }

  @Test(arguments: [(url, false), ("http://127.0.0.1/mcp", true), ("https://[::1]/mcp", true)])
  func onlyAServerOfThisMachineIsOnLoopback(_ url: String, _ expected: Bool) throws {
    #expect(try Self.read([:], url: url).outbound.allowsLoopback == expected)
  }

  // MARK: Credentials

  @Test(arguments: [
    (["CALCULATOR_BRIDGE_API_KEY": "5ecret"], ["X-API-Key: 5ecret"]),
    (["CALCULATOR_BRIDGE_BEARER": "a.b.c"], ["Authorization: Bearer a.b.c"]),
    (
      [
        "CALCULATOR_BRIDGE_BASIC_USER": "Aladdin",
        "CALCULATOR_BRIDGE_BASIC_PASSWORD": "open sesame",
      ],
      ["Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]  // RFC 7617 §2
    ),
    (
      ["CALCULATOR_BRIDGE_BASIC_USER": "test", "CALCULATOR_BRIDGE_BASIC_PASSWORD": "123\u{A3}"],
      ["Authorization: Basic dGVzdDoxMjPCow=="]  // RFC 7617 §2.1
    ),
  ])
  func aFixedCredentialIsAField(_ environment: [String: String], _ expected: [String]) async throws
  {
    let configuration = try Self.read(environment)
    guard case .fixed = configuration.credential else {
      Issue.record("not fixed")
      return
    }
    let credential = StaticCredential(configuration.fields)
    #expect(try await credential.fields().map { "\($0.name): \($0.value)" } == expected)
    #expect(!String(describing: configuration.fields).contains("5ecret"))
  }

  struct Faulty: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let environment: [String: String]
    var headers: [String] = []
    let expected: [String]

    init(
      _ name: String, _ environment: [String: String], headers: [String] = [],
      _ expected: [String]
    ) {
      testDescription = name
      self.environment = environment.reduce(into: [:]) {
        $0[$1.key == "TENANT" ? $1.key : "CALCULATOR_BRIDGE_\($1.key)"] = $1.value
      }
      self.headers = headers
      self.expected = expected
    }
  }

  @Test(arguments: [
    Faulty(
      "a key and a token", ["API_KEY": "5ecret-1", "BEARER": "5ecret-2"],
      ["CALCULATOR_BRIDGE_API_KEY: CALCULATOR_BRIDGE_BEARER is also set; unset one of them"]),
    Faulty(
      "a token and a user",
      ["BEARER": "5ecret-2", "BASIC_USER": "a", "BASIC_PASSWORD": "5ecret-3"],
      ["CALCULATOR_BRIDGE_BEARER: CALCULATOR_BRIDGE_BASIC_USER is also set; unset one of them"]),
    Faulty(
      "a token and a field", ["BEARER": "5ecret-2", "TENANT": "5ecret-3"],
      headers: ["authorization=TENANT"],
      ["CALCULATOR_BRIDGE_BEARER: --header is also set; unset one of them"]),
    Faulty(
      "a key and a field", ["API_KEY": "5ecret-2", "TENANT": "5ecret-3"],
      headers: ["x-api-key=TENANT"],
      ["CALCULATOR_BRIDGE_API_KEY: --header is also set; unset one of them"]),
    Faulty(
      "a user without a password", ["BASIC_USER": "a"],
      [
        "CALCULATOR_BRIDGE_BASIC_PASSWORD: is not set, but CALCULATOR_BRIDGE_BASIC_USER is; "
          + "set both, or unset CALCULATOR_BRIDGE_BASIC_USER"
      ]),
    Faulty(
      "a password without a user", ["BASIC_PASSWORD": "5ecret-3"],
      [
        "CALCULATOR_BRIDGE_BASIC_USER: is not set, but CALCULATOR_BRIDGE_BASIC_PASSWORD is; "
          + "set both, or unset CALCULATOR_BRIDGE_BASIC_PASSWORD"
      ]),
    Faulty(
      "a user with a colon", ["BASIC_USER": "a:b", "BASIC_PASSWORD": "5ecret-3"],
      [
        "CALCULATOR_BRIDGE_BASIC_USER: must be 1 to 256 bytes without colons and control "
          + "characters, such as anshika; correct it, or unset CALCULATOR_BRIDGE_BASIC_USER"
      ]),
    Faulty(
      "a token with a space", ["BEARER": "5ecret 2"],
      [
        "CALCULATOR_BRIDGE_BEARER: is not visible ASCII of at most 8192 characters; set it to "
          + "what the server has issued"
      ]),
    Faulty(
      "a key that is not ASCII", ["API_KEY": "5ecretü"],
      [
        "CALCULATOR_BRIDGE_API_KEY: is not visible ASCII of at most 8192 characters; set it to "
          + "what the server has issued"
      ]),
    Faulty(
      "a key and an account of the bridge",
      ["API_KEY": "5ecret-1", "GRANT": "client_credentials"],
      ["CALCULATOR_BRIDGE_API_KEY: CALCULATOR_BRIDGE_GRANT is also set; unset one of them"]),
    Faulty(
      "a key and a client", ["API_KEY": "5ecret-1", "CLIENT_ID": "a"],
      ["CALCULATOR_BRIDGE_API_KEY: CALCULATOR_BRIDGE_CLIENT_ID is also set; unset one of them"]),
    Faulty(
      "an account without a client", ["GRANT": "client_credentials"],
      [
        "CALCULATOR_BRIDGE_CLIENT_ID: is not set, but CALCULATOR_BRIDGE_GRANT is; set both, or "
          + "unset CALCULATOR_BRIDGE_GRANT"
      ]),
    Faulty(
      "an account without a secret", ["GRANT": "client_credentials", "CLIENT_ID": "a"],
      [
        "CALCULATOR_BRIDGE_CLIENT_SECRET: is not set, but CALCULATOR_BRIDGE_GRANT is; set both, "
          + "or unset CALCULATOR_BRIDGE_GRANT"
      ]),
    Faulty(
      "a secret without a client", ["CLIENT_SECRET": "5ecret-4"],
      [
        "CALCULATOR_BRIDGE_CLIENT_ID: is not set, but CALCULATOR_BRIDGE_CLIENT_SECRET is; set "
          + "both, or unset CALCULATOR_BRIDGE_CLIENT_SECRET"
      ]),
    Faulty(
      "another grant", ["GRANT": "password"],
      [
        "CALCULATOR_BRIDGE_GRANT: must be exactly sign_in or client_credentials; for the default: "
          + "unset CALCULATOR_BRIDGE_GRANT"
      ]),
    Faulty(
      "a short key", ["KEY": "5ecret"],
      [
        "CALCULATOR_BRIDGE_KEY: has less than 32 bytes; set it to the output of: openssl rand -hex 32"
      ]),
    Faulty(
      "S19 a placeholder as the key", ["KEY": "replace-with-the-output-of-openssl-rand-hex-32"],
      [
        "CALCULATOR_BRIDGE_KEY: is a placeholder that nobody filled in; set it to the output of: "
          + "openssl rand -hex 32"
      ]),
    Faulty(
      "two keys of the store",
      ["KEY": "5ecret-0123456789-0123456789-0123456789", "STORE": "keychain"],
      [
        "CALCULATOR_BRIDGE_KEY: is set, but with CALCULATOR_BRIDGE_STORE=keychain the keychain "
          + "has the key; unset one of them"
      ]),
    Faulty(
      "a proxy of TLS", ["PROXY": "https://proxy.example:3128"],
      [
        "CALCULATOR_BRIDGE_PROXY: must be http://, a name and a port, such as "
          + "http://proxy.example:3128; correct it, or unset CALCULATOR_BRIDGE_PROXY"
      ]),
    Faulty(
      "a misspelled name", ["BEARRER": "5ecret-2"],
      [
        "CALCULATOR_BRIDGE_BEARRER: is not a setting; did you mean CALCULATOR_BRIDGE_BEARER? "
          + "Rename it, or unset it"
      ]),
    Faulty(
      "several at once", ["GRANT": "x", "STORE": "y"],
      [
        "CALCULATOR_BRIDGE_GRANT: must be exactly sign_in or client_credentials; for the default: "
          + "unset CALCULATOR_BRIDGE_GRANT",
        "CALCULATOR_BRIDGE_STORE: must be exactly file or keychain; for the default: unset "
          + "CALCULATOR_BRIDGE_STORE",
      ]),
  ])
  func aFaultNamesTheVariableAndTheFix(_ row: Faulty) {
    let errors = Self.errors(row.environment, headers: row.headers)
    #expect(errors == row.expected)
    #expect(!errors.joined().contains("5ecret"))
  }

  // MARK: Fields

  @Test func aFieldStandsBesideTheCredential() async throws {
    let configuration = try Self.read(
      ["CALCULATOR_BRIDGE_BEARER": "a.b.c", "TENANT": "t 1", "_k2": "v"],
      headers: ["X-Tenant=TENANT", "X-K=_k2"])
    #expect(
      configuration.fields == [
        HeaderField(name: "Authorization", value: "Bearer a.b.c"),
        HeaderField(name: "X-Tenant", value: "t 1"), HeaderField(name: "X-K", value: "v"),
      ])
    #expect("\(configuration.fields[1])" == "X-Tenant: [secret]")
    // With an Authorization of its own there is no sign-in.
    let own = try Self.read(["TENANT": "Custom 1"], headers: ["Authorization=TENANT"])
    guard case .fixed = own.credential else {
      Issue.record("not fixed")
      return
    }
    #expect(own.fields == [HeaderField(name: "Authorization", value: "Custom 1")])
    // Beside a sign-in.
    let signIn = try Self.read(["TENANT": "t"], headers: ["X-Tenant=TENANT"])
    guard case .signIn(nil) = signIn.credential else {
      Issue.record("no sign-in")
      return
    }
    let both = CredentialWithHeaders(
      StaticCredential([HeaderField(name: "Authorization", value: "Bearer a")]),
      headers: signIn.fields)
    let sent = try await both.fields()
    #expect(sent.map(\.name) == ["Authorization", "X-Tenant"])
    #expect(try await both.isRenewed(after: 401, challenges: [], sent: sent) == false)
  }

  /// What an option must not have, and the part of the error that says so.
  @Test(arguments: [
    ("X-Tenant=5ecret-value", "names no variable that is set"),
    ("X-Tenant=Bearer 5ecret", "names no variable that is set"),
    ("X-Tenant=", "names no variable that is set"), ("X-Tenant=UNSET", "names no variable"),
    ("X-Tenant=1TENANT", "names no variable that is set"),
    ("X-Tenant: 5ecret", "must be NAME=VARIABLE"), ("5ecret", "must be NAME=VARIABLE"),
    ("=TENANT", "has a name that no header field has"),
    ("X Tenant=TENANT", "has a name that no header field has"),
    ("X-Tenant:=TENANT", "has a name that no header field has"),
    ("X\r\nA=TENANT", "has a name that no header field has"),
    ("Ä=TENANT", "has a name that no header field has"),
    ("Host=TENANT", "cannot set Host"), ("hOST=TENANT", "cannot set hOST"),
    ("Content-Length=TENANT", "cannot set"), ("Content-Type=TENANT", "cannot set"),
    ("Transfer-Encoding=TENANT", "cannot set"), ("Connection=TENANT", "cannot set"),
    ("TE=TENANT", "cannot set"), ("Upgrade=TENANT", "cannot set"), ("Cookie=TENANT", "cannot set"),
    ("Mcp-Session-Id=TENANT", "cannot set"), ("MCP-Protocol-Version=TENANT", "cannot set"),
    ("Accept=TENANT", "cannot set"), ("Accept-Encoding=TENANT", "cannot set"),
    ("Proxy-Authorization=TENANT", "cannot set"), ("Origin=TENANT", "cannot set"),
    ("Sec-Fetch-Site=TENANT", "cannot set"), ("Last-Event-ID=TENANT", "cannot set"),
    ("X-Forwarded-For=TENANT", "cannot set"), ("Expect=TENANT", "cannot set"),
    ("X-Tenant=EMPTY", "has no value that"), ("X-Tenant=LINES", "has no value that"),
    ("X-Tenant=SPACE", "has no value that"), ("X-Tenant=LATIN", "has no value that"),
    ("X-Tenant=LONG", "has no value that"),
  ])
  func aFieldThatIsNotSafeIsRefused(_ option: String, _ problem: String) {
    let errors = Self.errors(
      [
        "TENANT": "t", "EMPTY": "", "LINES": "a\r\nHost: 5ecret", "SPACE": " 5ecret",
        "LATIN": "5ecrét", "LONG": String(repeating: "a", count: 8193),
      ], headers: [option])
    #expect(errors.count == 1)
    #expect(errors.allSatisfy { $0.hasBytes(atStart: "--header: ") && $0.contains(problem) })
    #expect(!errors.joined().contains("5ecret"))
  }

  @Test func fieldsAreBoundedAndDistinct() {
    #expect(
      Self.errors(["TENANT": "t"], headers: ["X-T=TENANT", "x-t=TENANT"]) == [
        "--header: sets x-t twice; remove one of them"
      ])
    let many = (0..<17).map { "X-T\($0)=TENANT" }
    #expect(Self.errors(["TENANT": "t"], headers: Array(many.dropLast())) == [])
    #expect(
      Self.errors(["TENANT": "t"], headers: many) == [
        "--header: is given more than 16 times; give it less often"
      ])
  }

  // MARK: Other programs

  @Test func theNamesOfOtherServersAreNoError() throws {
    let configuration = try Self.read([
      "CALCULATOR_API_KEY": "a", "JWT_SECRET": "b", "CALCULATOR_OAUTH_ISSUER": "c",
      "CALCULATOR_ELSE": "d",
    ])
    #expect(
      configuration.warnings == [
        "CALCULATOR_ELSE is not a setting of this server; it has no effect"
      ])
    let others = try StdioConfiguration.read(
      environment: Environment([
        "CALCULATOR_API_KEY": "correct-horse-battery-staple", "CALCULATOR_BRIDGE_BEARER": "a",
        "CALCULATOR_BRIDGE_GRANT": "none of theirs",
      ]), file: nil, after: .none)
    #expect(others.warnings == [])
  }

  // MARK: Clients and keys

  @Test(arguments: [ClientKeys.p256, ClientKeys.p256EC])
  func aKeyOfTheClientIsRead(_ pem: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("key.pem")
    try Data("comment\n\(pem)".utf8).write(to: URL(filePath: path))
    let configuration = try Self.read([
      "CALCULATOR_BRIDGE_GRANT": "client_credentials", "CALCULATOR_BRIDGE_CLIENT_ID": "bridge",
      "CALCULATOR_BRIDGE_CLIENT_KEY_FILE": path,
    ])
    guard case .clientCredentials(let client) = configuration.credential,
      case .key(let key) = client.credential
    else {
      Issue.record("no key")
      return
    }
    #expect(client.id == "bridge")
    #expect(key.id.utf8.count == 43)  // a thumbprint
    #expect(
      Self.errors([
        "CALCULATOR_BRIDGE_CLIENT_ID": "bridge", "CALCULATOR_BRIDGE_CLIENT_KEY_FILE": path,
        "CALCULATOR_BRIDGE_CLIENT_SECRET": "5ecret",
      ]) == [
        "CALCULATOR_BRIDGE_CLIENT_SECRET: CALCULATOR_BRIDGE_CLIENT_KEY_FILE is also set; unset one "
          + "of them"
      ])
  }

  @Test(arguments: [
    ClientKeys.p384, ClientKeys.encrypted, "5ecret", "",
    "-----BEGIN PRIVATE KEY-----\n5ecret\n-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n", "-----END PRIVATE KEY-----\n",
  ])
  func aFileWithoutSuchAKeyIsRefused(_ pem: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("key.pem")
    try Data(pem.utf8).write(to: URL(filePath: path))
    let errors = Self.errors([
      "CALCULATOR_BRIDGE_CLIENT_ID": "bridge", "CALCULATOR_BRIDGE_CLIENT_KEY_FILE": path,
    ])
    #expect(errors.count == 1)
    #expect(errors.first?.contains("is not a private key in PEM for ES256") == true)
    #expect(errors.first?.contains("5ecret") == false)
  }

  @Test func theSealFollowsTheSettings() throws {
    guard case .none = try Self.read([:]).seal,
      case .keychain = try Self.read(["CALCULATOR_BRIDGE_STORE": "keychain"]).seal,
      case .key(let key) = try Self.read([
        "CALCULATOR_BRIDGE_KEY": "0123456789-0123456789-0123456789"
      ]).seal
    else {
      Issue.record("another seal")
      return
    }
    let same = SealingKey(SHA256Digest(of: "0123456789-0123456789-0123456789".utf8).bytes)
    #expect(key.open(same.seal([1], for: "a"), for: "a") == [1])
  }

  @Test func theProxyAndTheCertificatesAreThoseOfTheSettings() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("ca.pem")
    try Data("-----BEGIN CERTIFICATE-----\n".utf8).write(to: URL(filePath: path))
    let outbound = try Self.read([
      "CALCULATOR_BRIDGE_PROXY": "http://proxy.example:3128", "CALCULATOR_BRIDGE_CA_FILE": path,
    ]).outbound
    #expect(outbound.proxy == "http://proxy.example:3128" && outbound.caFile == path)
    #expect(!outbound.allowsLoopback)
  }

  @Test func aProxyIsForTLSAlone() {
    #expect(
      Self.errors(
        ["CALCULATOR_BRIDGE_PROXY": "http://proxy.example:3128"], url: "http://127.0.0.1:8080/mcp")
        == [
          "CALCULATOR_BRIDGE_PROXY: is only for a URL of https://; unset it for a server of this machine"
        ])
  }

  // MARK: SIGHUP

  @Test func aNewFileAppliesAndABadOneKeepsTheOld() async throws {
    let folder = try TemporaryFolder()
    let file = URL(filePath: folder.path("token"))
    let environment = ["CALCULATOR_BRIDGE_BEARER_FILE": file.path]
    try Data("first\n".utf8).write(to: file)
    let old = try Self.read(environment)
    let credential = StaticCredential(old.fields)
    let sent = try await credential.fields()
    #expect(sent.map(\.value) == ["Bearer first"])
    #expect(try await !credential.isRenewed(after: 401, challenges: [], sent: sent))

    for bad in ["", "has spaces\n", "half"] {
      try Data(bad.utf8).write(to: file)
      #expect(throws: ConfigurationErrors.self) { try Self.read(environment, after: old.running) }
    }
    #expect(try await credential.fields().map(\.value) == ["Bearer first"])

    try Data("second\n".utf8).write(to: file)
    let new = try Self.read(environment, after: old.running)
    #expect(new.kept == [])
    #expect(credential.replace(by: new.fields))
    #expect(!credential.replace(by: new.fields))
    #expect(try await credential.isRenewed(after: 401, challenges: [], sent: sent))
    #expect(try await credential.fields().map(\.value) == ["Bearer second"])
  }

  /// ATTACKS O186: SIGHUP says what it has done, and nothing else.
  @Test func aReloadSaysWhatItHasDone() {
    let old = HeaderField(name: "X-API-Key", value: "one")
    let credential = StaticCredential([old])
    #expect(
      BridgeProcess.afterReload(credential, [old]) == "SIGHUP: no credential has changed")
    let new = HeaderField(name: "X-API-Key", value: "two")
    #expect(BridgeProcess.afterReload(credential, [new]) == "SIGHUP: the credential was replaced")
    #expect(
      BridgeProcess.afterReload(nil, [])
        == "SIGHUP: nothing was replaced: the client and the tokens of a sign-in stay until a restart"
    )
  }

  /// A file of settings that lost its lines takes no credential away, and adds none.
  @Test func theKindOfACredentialNeedsARestart() throws {
    let folder = try TemporaryFolder()
    let file = URL(filePath: folder.path("env"))
    try Data("CALCULATOR_BRIDGE_BEARER=first\n".utf8).write(to: file)
    let old = try Self.read([:], file: file.path)
    try Data("CALCULATOR_BRIDGE_API_KEY=second\n".utf8).write(to: file)
    let new = try Self.read([:], file: file.path, after: old.running)
    #expect(new.fields == [HeaderField(name: "Authorization", value: "Bearer first")])
    #expect(new.kept == ["CALCULATOR_BRIDGE_API_KEY", "CALCULATOR_BRIDGE_BEARER"])
  }

  @Test func theHelpHasEverySetting() {
    let lines = BridgeConfiguration.help.utf8.split(separator: UInt8(ascii: "\n"))
    #expect(lines.allSatisfy { $0.count < 80 })  // the command line wraps lines of 80 columns
    for setting in Settings.bridge.all {
      #expect(BridgeConfiguration.help.contains("  \(setting.name)"))
    }
  }
}
