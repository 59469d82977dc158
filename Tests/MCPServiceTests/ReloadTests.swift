import Calculator
import TestSupport
import Support
import Auth
import Foundation
import MCP
import Testing
import TestHarness

@testable import MCPService

/// ATTACKS G1: SIGHUP applies a new value or names the setting that keeps its old one, and never
/// opens access.
struct ReloadTests {
  static let cases = Settings.ofAllExecutables.flatMap { settings in
    let server = settings.executable
    return settings.all.map { (server, $0.name) }
  }

  private static func settings(of server: String) -> Settings {
    Settings.ofAllExecutables.first { $0.executable == server } ?? .stdio
  }

  /// Every setting of every server is added, changed and removed, also through its file.
  @Test(arguments: cases)
  func everySettingAppliesOrIsNamed(_ server: String, _ name: String) throws {
    let settings = Self.settings(of: server)
    for variable in try #require(settings.all.first { $0.name == name }).variables {
      let values: [[UInt8]?] = [nil, Array("true".utf8), Array("false".utf8), Array("x".utf8)]
      for old in values {
        for new in values {
          var (running, read): (Environment, Environment) = ([:], [:])
          running.set(variable, old)
          read.set(variable, new)
          let (result, kept) = settings.merge(read, over: running)
          if old == new {
            #expect(kept == [])
          } else if result.values[variable] == new {
            #expect(kept == [])
          } else {
            #expect(result.values[variable] == old)
            #expect(kept == [name])
          }
        }
      }
    }
  }

  /// The settings whose removal applies: credentials, which it revokes, and switches with a strict
  /// default. A setting that is not in this list keeps its value.
  static let removable: Set<String> = [
    "CALCULATOR_API_KEY", "JWT_SECRET", "JWT_SECRET_PREVIOUS", "CALCULATOR_BASIC_USER",
    "CALCULATOR_BASIC_PASSWORD", "CALCULATOR_CREDENTIALS", "CALCULATOR_REQUIRE_AUTH",
    "CALCULATOR_ALLOW_WEAK_SECRETS", "CALCULATOR_OAUTH_LOG_NAMES", "JIRA_PERSONAL_TOKEN",
    "JIRA_USERNAME", "JIRA_PASSWORD", "CONFLUENCE_PERSONAL_TOKEN", "CONFLUENCE_USERNAME",
    "CONFLUENCE_PASSWORD", "JENKINS_PERSONAL_TOKEN", "JENKINS_USERNAME", "JENKINS_PASSWORD",
    "CALCULATOR_UPSTREAM_SHARED",
  ]

  /// ATTACKS G3: no setting of any server returns to its default if its line is lost.
  @Test(arguments: cases)
  func aSettingThatIsRemovedKeepsItsValueAndIsNamed(_ server: String, _ name: String) throws {
    let settings = Self.settings(of: server)
    for variable in try #require(settings.all.first { $0.name == name }).variables {
      var running: Environment = [:]
      running.set(variable, Array("a value".utf8))
      let (result, kept) = settings.merge([:], over: running)
      let isRemovable = Self.removable.contains(name)
      #expect(result == (isRemovable ? [:] : running))
      #expect(kept == (isRemovable ? [] : [name]))
    }
  }

  /// ATTACKS G3: an `--env-file` in which only the secret is left.
  @Test func anEnvironmentFileThatLostItsLinesWidensNothing() throws {
    let folder = try ReloadFolder()
    let secret = "JWT_SECRET=\(JWTHarness.secret)\n"
    try folder.write(
      secret + "JWT_ISSUER=us\nJWT_AUDIENCE=them\nJWT_TTL=1m\nJWT_REFRESH_TTL=2m\nJWT_LEEWAY=3s\n")
    let first = try JWTConfiguration.read(environment: [:], file: folder.path)
    try folder.write(secret)
    let second = try JWTConfiguration.read(
      environment: Environment([:] as [String: String]), file: folder.path, after: first.running)
    #expect(
      second.kept
        == ["JWT_AUDIENCE", "JWT_ISSUER", "JWT_LEEWAY", "JWT_REFRESH_TTL", "JWT_TTL"])
    #expect(second.running == first.running)
  }

  /// A new value that would open access is named, and the old one stays.
  @Test(
    arguments: [
      ("CalculatorStdio", "CALCULATOR_REQUIRE_AUTH", nil, "false"),
      ("CalculatorStdio", "CALCULATOR_REQUIRE_AUTH", "true", "false"),
      ("CalculatorStdio", "CALCULATOR_ALLOW_WEAK_SECRETS", nil, "true"),
      ("CalculatorJWT", "CALCULATOR_ISSUER_KEY", "a", nil),
      ("CalculatorJWT", "CALCULATOR_ISSUER_KEY_FILE", "a", nil),
      ("CalculatorJWT", "CALCULATOR_USERS", "a", nil),
      ("CalculatorJWT", "CALCULATOR_DEFAULT_ROLE", "guest", nil),
      ("CalculatorJWT", "CALCULATOR_ALLOW_WEAK_SECRETS", "false", "true"),
      ("CalculatorHTTP", "CALCULATOR_REQUIRE_AUTH", "true", "false"),
      ("CalculatorHTTP", "CALCULATOR_GUEST_ROLE", nil, "admin"),
      ("CalculatorHTTP", "CALCULATOR_GUEST_ROLE", "guest", nil),
      ("CalculatorHTTP", "CALCULATOR_ALLOW_WEAK_SECRETS", nil, "true"),
      ("CalculatorHTTP", "CALCULATOR_ALLOW_PLAINTEXT", nil, "true"),
      ("CalculatorHTTP", "CALCULATOR_TLS_CERT", "a", nil),
      ("CalculatorHTTP", "CALCULATOR_RATE_LIMIT", "5/minute", nil),
      ("CalculatorHTTP", "CALCULATOR_TRUSTED_PROXIES", nil, "0.0.0.0/0"),
      ("CalculatorHTTP", "CALCULATOR_ALLOWED_ORIGINS", nil, "https://evil.example"),
      ("CalculatorOAuth", "CALCULATOR_UPSTREAM_HEADERS", nil, "true"),
      ("CalculatorOAuth", "JIRA_URL", "https://jira.example", "https://evil.example"),
      ("CalculatorOAuth", "JIRA_AUTH_TYPE", "token", "anonymous"),
    ] as [(String, String, String?, String?)])
  func neverOpensAccess(_ server: String, _ variable: String, _ old: String?, _ new: String?) {
    var (running, read): (Environment, Environment) = ([:], [:])
    running.set(variable, old.map { Array($0.utf8) })
    read.set(variable, new.map { Array($0.utf8) })
    let (result, kept) = Self.settings(of: server).merge(read, over: running)
    #expect(result == running)
    #expect(kept.count == 1 && variable.contains(kept.first ?? "-"))
  }

  /// A new value that restricts access applies immediately.
  @Test(
    arguments: [
      ("CalculatorStdio", "CALCULATOR_REQUIRE_AUTH", "false", "true"),
      ("CalculatorStdio", "CALCULATOR_REQUIRE_AUTH", "false", nil),
      ("CalculatorStdio", "CALCULATOR_API_KEY", "a", nil),
      ("CalculatorJWT", "CALCULATOR_ISSUER_KEY", nil, "a"),
      ("CalculatorJWT", "CALCULATOR_ISSUER_KEY", "a", "b"),
      ("CalculatorJWT", "JWT_SECRET_PREVIOUS", "a", nil),
      ("CalculatorHTTP", "CALCULATOR_REQUIRE_AUTH", "false", "true"),
      ("CalculatorHTTP", "JWT_SECRET", "a", nil), ("CalculatorHTTP", "JWT_SECRET", "a", "b"),
      ("CalculatorHTTP", "CALCULATOR_API_KEY", "a", nil),
      ("CalculatorHTTP", "CALCULATOR_TLS_KEY", "a", "b"),
    ] as [(String, String, String?, String?)])
  func appliesWhatClosesAccess(_ server: String, _ variable: String, _ old: String?, _ new: String?)
  {
    var (running, read): (Environment, Environment) = ([:], [:])
    running.set(variable, old.map { Array($0.utf8) })
    read.set(variable, new.map { Array($0.utf8) })
    let (result, kept) = Self.settings(of: server).merge(read, over: running)
    #expect(result == read)
    #expect(kept == [])
  }

  // MARK: Services

  private static let silent = AuditLog(
    Log(level: .off, now: { WallTime(milliseconds: 0) }, write: { _ in }))

  private func answer(_ pipeline: Pipeline, _ tool: String, _ arguments: String) -> String {
    let reply = ThreadExecutor.run {
      var session = Session()
      return await pipeline.answer(Array(Wire.call(tool, arguments).utf8), in: &session)
    }
    return String(decoding: reply ?? [], as: UTF8.self)
  }

  /// After the signal only the new key is valid.
  @Test func aKeyFileIsReadAgain() throws {
    let folder = try ReloadFolder()
    let (old, new) = ("first-0123456789abcdef", "second-0123456789abcdef")
    try folder.write(old + "\n")
    let environment = Environment(["CALCULATOR_API_KEY_FILE": folder.path])
    let first = try StdioConfiguration.read(environment: environment, file: nil, after: .none)
    var service = APIKeyService(first, offering: CalculatorServer.stdio, audit: Self.silent)
    func accepts(_ key: String) -> Bool {
      answer(service.pipeline, "add", #""a":1,"b":2,"auth_token":"\#(key)""#)
        .contains(#"{"result":3}"#)
    }
    #expect(accepts(old) && !accepts(new))
    try folder.write(new + "\n")
    let second = try StdioConfiguration.read(
      environment: environment, file: nil, after: first.running)
    _ = service.reload(second, audit: Self.silent)
    #expect(!accepts(old) && accepts(new))
  }

  @Test func aRequiredKeyIsRequiredFromTheSignalOn() throws {
    let folder = try ReloadFolder()
    try folder.write("CALCULATOR_REQUIRE_AUTH=false\n")
    let first = try StdioConfiguration.read(environment: [:], file: folder.path)
    var service = APIKeyService(first, offering: CalculatorServer.stdio, audit: Self.silent)
    #expect(answer(service.pipeline, "add", #""a":1,"b":2"#).contains(#"{"result":3}"#))

    try folder.write("CALCULATOR_API_KEY=first-0123456789abcdef\n")
    let second = try StdioConfiguration.read(
      environment: Environment([:] as [String: String]), file: folder.path, after: first.running)
    #expect(second.kept == [])
    #expect(service.reload(second, audit: Self.silent) == "read 1 key(s) again")
    #expect(answer(service.pipeline, "add", #""a":1,"b":2"#).contains("Authentication failed"))
    #expect(
      answer(service.pipeline, "add", #""a":1,"b":2,"auth_token":"first-0123456789abcdef""#)
        .contains(#"{"result":3}"#))

    try folder.write("CALCULATOR_API_KEY=first-0123456789abcdef\nCALCULATOR_REQUIRE_AUTH=false\n")
    let third = try StdioConfiguration.read(
      environment: Environment([:] as [String: String]), file: folder.path, after: second.running)
    #expect(third.kept == ["CALCULATOR_REQUIRE_AUTH"])
    _ = service.reload(third, audit: Self.silent)
    #expect(answer(service.pipeline, "add", #""a":1,"b":2"#).contains("Authentication failed"))
  }

  @Test func anIssuerKeyIsDemandedFromTheSignalOn() throws {
    let folder = try ReloadFolder()
    let secret = "JWT_SECRET=\(JWTHarness.secret)\n"
    try folder.write(secret)
    let first = try JWTConfiguration.read(environment: [:], file: folder.path)
    var service = JWTService(first, offering: CalculatorServer.jwt, audit: Self.silent)
    let ask = #""user_id":"anshika""#
    #expect(answer(service.pipeline, "generate_token", ask).contains("access_token"))

    try folder.write(secret + "CALCULATOR_ISSUER_KEY=issuer-0123456789abcdef\n")
    let second = try JWTConfiguration.read(
      environment: Environment([:] as [String: String]), file: folder.path, after: first.running)
    #expect(second.kept == [])
    _ = service.reload(second, audit: Self.silent)
    #expect(answer(service.pipeline, "generate_token", ask).contains("Authentication failed"))

    try folder.write(secret)
    let third = try JWTConfiguration.read(
      environment: Environment([:] as [String: String]), file: folder.path, after: second.running)
    #expect(third.kept == ["CALCULATOR_ISSUER_KEY"])
    _ = service.reload(third, audit: Self.silent)
    #expect(answer(service.pipeline, "generate_token", ask).contains("Authentication failed"))
  }

  /// Revoked tokens stay revoked, and used refresh tokens stay used.
  @Test func whatWasRevokedStaysRevoked() throws {
    let configuration = try JWTConfiguration.read(environment: JWTHarness.environment, file: nil)
    var service = JWTService(configuration, offering: CalculatorServer.jwt, audit: Self.silent)
    let reply = answer(service.pipeline, "generate_token", #""user_id":"anshika""#)
    let token = try #require(reply.firstMatch(of: /"access_token":"([^"]+)"/).map { String($0.1) })
    _ = answer(service.pipeline, "revoke_token", #""token":"\#(token)","jwt_token":"\#(token)""#)
    _ = service.reload(configuration, audit: Self.silent)
    #expect(
      answer(service.pipeline, "whoami", #""jwt_token":"\#(token)""#).contains("Invalid or expired")
    )
  }

  // MARK: Incomplete files

  /// A file that has lost its final line end is incomplete. At the start it is accepted.
  @Test(arguments: [("0123456789abcdef\n", "0123456789abcdef-lon", false), ("a\n", "b\n", true)])
  func aHalfWrittenFileIsRefused(_ before: String, _ after: String, _ isTaken: Bool) throws {
    let folder = try ReloadFolder()
    let environment = Environment([
      "CALCULATOR_API_KEY_FILE": folder.path, "CALCULATOR_ALLOW_WEAK_SECRETS": "true",
    ])
    try folder.write(before)
    let first = try StdioConfiguration.read(environment: environment, file: nil, after: .none)
    try folder.write(after)
    let start = try StdioConfiguration.read(environment: environment, file: nil, after: .none)
    #expect(start.keys.count == 1)
    do throws(ConfigurationErrors) {
      _ = try StdioConfiguration.read(environment: environment, file: nil, after: first.running)
      #expect(isTaken)
    } catch {
      #expect(!isTaken)
      #expect(
        error.all == [.incompleteFile(variable: "CALCULATOR_API_KEY_FILE", path: folder.path)])
    }
  }

  /// Kubernetes and Docker write secrets without a line end.
  @Test func aFileThatNeverHadALineEndNeedsNone() throws {
    let folder = try ReloadFolder()
    let environment = Environment(["CALCULATOR_API_KEY_FILE": folder.path])
    try folder.write("0123456789abcdef")
    let first = try StdioConfiguration.read(environment: environment, file: nil, after: .none)
    try folder.write("fedcba9876543210")
    let second = try StdioConfiguration.read(
      environment: environment, file: nil, after: first.running)
    #expect(second.keys.contains(Secret("fedcba9876543210")))
  }

  @Test func aHalfWrittenEnvironmentFileIsRefused() throws {
    let folder = try ReloadFolder()
    try folder.write("CALCULATOR_API_KEY=0123456789abcdef\nCALCULATOR_LOG=off\n")
    let first = try StdioConfiguration.read(environment: [:], file: folder.path)
    try folder.write("CALCULATOR_API_KEY=0123456789abcdef\nCALCULATOR_LOG=of")
    let errors = #expect(throws: ConfigurationErrors.self) {
      try StdioConfiguration.read(
        environment: Environment([:] as [String: String]), file: folder.path, after: first.running)
    }
    #expect(
      errors?.all.contains(.incompleteFile(variable: "--env-file", path: folder.path)) == true)
  }

  private final class ReloadFolder {
    private let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    var path: String { url.path }

    init() throws { try write("") }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ content: String) throws {
      try Data(content.utf8).write(to: url)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    }
  }
}
