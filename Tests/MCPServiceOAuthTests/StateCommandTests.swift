import AuthorizationServer
import Crypto
import Foundation
import JSON
import MCPService
import State
import Support
import TestSupport
import Testing

@testable import MCPServiceOAuth

/// `CalculatorOAuth clients`, `grants` and `keys`, without a process.
struct StateCommandTests {
  static let now = WallTime(milliseconds: 1_800_000_000_123)
  static let time = "2027-01-15T08:00:00Z"
  static let stateKey = "7f3a9c51e2d84b06a1c5f7e93b2d6084"
  static let otherKey = "c04e8b17d95f2a63e8b0714fd3a6925c"
  static let uri = "https://app.example/callback"

  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path()
  }

  func command(_ changes: [String: String?] = [:], at now: WallTime = now) -> StateCommand {
    var all = ["CALCULATOR_STATE": path]
    for (name, value) in changes { all[name] = value }
    return StateCommand(
      name: "CalculatorOAuth", environment: Environment(all), environmentFile: nil, now: { now },
      random: SeededBytes(seed: 1).make)
  }

  func lines(_ output: CommandOutput) -> [String] {
    output.text.utf8.split(separator: ASCII.lineFeed).map { String(Substring($0)) }
  }

  func state() throws -> AuthorizationState { try AuthorizationState(path: path) }

  func add(
    _ name: String = "Reports", uris: [String] = [uri], isConfidential: Bool = false,
    scopes: [String] = [], grantTypes: [String] = []
  ) -> CommandOutput {
    command().addClient(
      name: name, redirectURIs: uris, isConfidential: isConfidential, scopes: scopes,
      grantTypes: grantTypes)
  }

  func addedClient() throws -> String? {
    #expect(add().status == 0)
    return try state().clients().first?.id
  }

  /// A grant of a user, as a sign-in makes it.
  func grant(
    _ id: String, user: String = "password:anshika", name: String = "anshika",
    client: String = "reports", scope: String = "calculate:basic",
    endsAt: WallTime = now + .seconds(60)
  ) throws {
    let state = try state()
    let code = SHA256Digest(of: id.utf8)
    try state.issueCode(
      code,
      AuthorizationCode(
        userID: user, userName: name, clientID: client, redirectURI: Self.uri,
        resource: "https://mcp.example/mcp", challenge: "challenge", scope: scope,
        expiresAt: Self.now + .seconds(60)), now: Self.now)
    let redeemed = try state.redeem(
      code,
      CodeRequest(
        clientID: client, redirectURI: Self.uri, resource: "https://mcp.example/mcp"),
      for: NewGrant(id: id, endsAt: endsAt, refreshToken: nil), now: Self.now,
      verifies: { _ in true })
    guard case .granted = redeemed else { throw Unexpected(result: redeemed) }
  }

  struct Unexpected: Error { let result: AuthorizationState.Redemption }

  // MARK: Clients

  @Test func aPublicClientHasNoSecret() throws {
    let output = add()
    #expect(output.status == 0)
    let id = try #require(output.text.wholeMatch(of: /client_id  (app-[A-Za-z0-9_-]{22})/)).1
    let stored = try #require(try state().client(String(id)))
    #expect(stored.name == "Reports")
    #expect(stored.redirectURIs == [Self.uri])
    #expect(stored.secretDigest == nil)
    #expect(!stored.isDynamic)
    #expect(stored.scopes == [], "all")
    #expect(stored.grantTypes == ["authorization_code", "refresh_token"])
  }

  /// The state has only the digest, so the secret is shown once.
  @Test func theSecretIsShownOnceAndStoredAsDigest() throws {
    let output = add(isConfidential: true)
    let match = try #require(
      output.text.wholeMatch(of: /client_id      (\S+)\nclient_secret  ([A-Za-z0-9_-]{43})/))
    let stored = try #require(try state().client(String(match.1)))
    #expect(stored.secretDigest?.isEqual(to: SHA256Digest(of: match.2.utf8)) == true)
    #expect(!command().listClients().text.contains(match.2))
    for file in ["", "-wal"] {
      let bytes = (try? Data(contentsOf: URL(filePath: path + file))) ?? Data()
      #expect(bytes.firstRange(of: Data(match.2.utf8)) == nil)
    }
  }

  @Test func aClientMayHaveFewerScopesAndGrantTypes() throws {
    #expect(add(scopes: ["calculate:basic"], grantTypes: ["authorization_code"]).status == 0)
    let client = try #require(try state().clients().first)
    #expect(client.scopes == ["calculate:basic"])
    #expect(client.grantTypes == ["authorization_code"])
  }

  struct Wrong: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var name = "Reports"
    var uris = [uri]
    var scopes: [String] = []
    var grantTypes: [String] = []
    let option: String
  }

  /// The rules of the clients file.
  @Test(arguments: [
    Wrong(testDescription: "no name", name: "", option: "--name"),
    Wrong(testDescription: "a name with an escape", name: "Re\u{1B}[2Jports", option: "--name"),
    Wrong(testDescription: "a name with a direction", name: "Re\u{202E}ports", option: "--name"),
    Wrong(testDescription: "spaces around the name", name: " Reports", option: "--name"),
    Wrong(testDescription: "no URI", uris: [], option: "--redirect-uri"),
    Wrong(
      testDescription: "17 URIs", uris: Array(repeating: uri, count: 17), option: "--redirect-uri"),
    Wrong(testDescription: "http", uris: ["http://app.example/"], option: "--redirect-uri"),
    Wrong(
      testDescription: "a second one that is none", uris: [uri, "x"], option: "--redirect-uri"),
    Wrong(testDescription: "an unknown scope", scopes: ["admin"], option: "--scope"),
    Wrong(
      testDescription: "a scope twice", scopes: ["calculate:basic", "calculate:basic"],
      option: "--scope"),
    Wrong(
      testDescription: "an unknown grant type", grantTypes: ["authorization_code", "password"],
      option: "--grant-type"),
    Wrong(
      testDescription: "no authorization code", grantTypes: ["refresh_token"],
      option: "--grant-type"),
    Wrong(
      testDescription: "a grant type twice",
      grantTypes: ["authorization_code", "authorization_code"], option: "--grant-type"),
  ])
  func aWrongClientIsNotAdded(_ row: Wrong) throws {
    let output = add(
      row.name, uris: row.uris, scopes: row.scopes, grantTypes: row.grantTypes)
    #expect(output.status == 64)
    #expect(output.errors.hasBytes(atStart: "\(row.option) "))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aClientThatIsTooLongIsNotAdded() throws {
    let long = (0..<16).map { "\(Self.uri)/\($0)/" + String(repeating: "a", count: 1500) }
    let output = add(uris: long)
    #expect(output.status == 1)
    #expect(output.errors == "the name and the URIs are longer than the state stores")
  }

  /// One line each, with nothing secret.
  @Test func clientsAreListed() throws {
    #expect(add(isConfidential: true).status == 0)
    try state().register(
      RegisteredClient(
        id: "dyn-1", name: "Other", redirectURIs: ["http://127.0.0.1/a", "http://127.0.0.1/b"],
        grantTypes: ["authorization_code"], scopes: ["calculate:basic", "calculate:advanced"],
        secretDigest: nil, isDynamic: true, registeredAt: Self.now + .seconds(1)),
      now: Self.now)
    try grant("grant-1", client: "dyn-1")
    let lines = lines(command().listClients())
    try #require(lines.count == 2)
    #expect(
      lines[0].hasBytes(
        atEnd:
          #"  "Reports"  confidential  added \#(Self.time)  no grant  all scopes  \#(Self.uri)"#))
    #expect(
      lines[1]
        == #"dyn-1  "Other"  public  registered itself 2027-01-15T08:00:01Z  last grant \#(Self.time)  calculate:basic calculate:advanced  http://127.0.0.1/a  http://127.0.0.1/b"#
    )
  }

  /// CWE-150: a client that registered itself, and a user of a provider, have chosen their names.
  @Test func aNameFromOutsideAddsNoLineAndNoEscape() throws {
    let hostile = "a\u{1B}[31m\nb\"  c\u{202E}\u{2028}\u{7F}é"
    let shown = #""a?[31m?b?  c???é""#
    try state().register(
      RegisteredClient(
        id: hostile, name: hostile, redirectURIs: [hostile], grantTypes: [], scopes: [hostile],
        secretDigest: nil, isDynamic: true, registeredAt: Self.now), now: Self.now)
    #expect(
      command().listClients().text
        == "\(shown)  \(shown)  public  registered itself \(Self.time)  no grant  \(shown)  \(shown)"
    )
    try grant(hostile, user: hostile, name: hostile, client: hostile)
    let line = command().listGrants().text
    #expect(
      line.hasBytes(atStart: "\(shown)  \(shown)  \(shown)  \(shown)  calculate:basic  since "))
    #expect(!line.contains("\n"))
  }

  @Test func aRemovedClientIsGoneWithItsGrants() throws {
    let id = try #require(try addedClient())
    try grant("grant-1", client: id)
    #expect(
      command().removeClient(id)
        == .init(text: "removed the client; its grants have ended"))
    #expect(command().listClients() == .init(errors: "there is no client in the state"))
    #expect(try !state().isActive("grant-1", now: Self.now))
    #expect(
      command().removeClient(id)
        == .init(errors: "there is no such client in the state", status: 1))
  }

  // MARK: Grants

  @Test func grantsAreListedWithTheirEnd() throws {
    try grant("grant-1")
    try grant("grant-2", user: "github:1", name: "Ben", endsAt: Self.now)
    try grant(
      "grant-3", client: "https://app.example/client", scope: "calculate:basic calculate:advanced")
    #expect(command().revoke(.one("grant-3")) == .init(text: "revoked 1 grant"))
    let since = "since \(Self.time)"
    #expect(
      lines(command().listGrants()) == [
        #"grant-1  password:anshika  "anshika"  reports  calculate:basic  \#(since)  until 2027-01-15T08:01:00Z"#,
        #"grant-2  github:1  "Ben"  reports  calculate:basic  \#(since)  ended \#(Self.time)"#,
        #"grant-3  password:anshika  "anshika"  https://app.example/client  calculate:basic calculate:advanced  \#(since)  revoked \#(Self.time)"#,
      ])
  }

  @Test func grantsAreRevokedByUserAndByClient() throws {
    try grant("grant-1")
    try grant("grant-2", client: "other")
    try grant("grant-3", user: "github:1", client: "other")
    #expect(command().revoke(.user("password:anshika")) == .init(text: "revoked 2 grants"))
    #expect(try state().isActive("grant-3", now: Self.now))
    #expect(command().revoke(.client("other")) == .init(text: "revoked 1 grant"))
    #expect(command().revoke(.client("other")) == .init(text: "revoked 0 grants"))
    #expect(
      command().revoke(.one("grant-1"))
        == .init(errors: "there is no such grant, or it is revoked already", status: 1))
  }

  /// Whoever revokes in a hurry must not believe that it is done.
  @Test func aUserWithoutAProviderIsAnError() throws {
    try grant("grant-1")
    let output = command().revoke(.user("anshika"))
    #expect(output.status == 64)
    #expect(output.errors.contains("password:anshika"))
  }

  // MARK: Keys

  func published(_ key: String?) throws -> Int {
    let seals = key.map { [SealingKey(SHA256Digest(of: $0.utf8).bytes)] } ?? []
    let keys = SigningKeys(try state(), seals: seals, overlap: .seconds(630))
    let document = try JSONParser.parse(try keys.document(now: Self.now)).object
    guard case .array(let all)? = document?["keys"] else { return 0 }
    return all.count
  }

  func makeKey(_ key: String?) throws {
    let seals = key.map { [SealingKey(SHA256Digest(of: $0.utf8).bytes)] } ?? []
    _ = try SigningKeys(try state(), seals: seals, overlap: .seconds(630)).current(now: Self.now)
  }

  @Test(arguments: [nil, stateKey])
  func aRotationKeepsTheOldKeyForItsTokens(_ key: String?) throws {
    try makeKey(key)
    let output = command(["CALCULATOR_STATE_KEY": key]).rotateKeys(isForced: false)
    #expect(output.status == 0, "\(output.errors)")
    #expect(output.text.hasBytes(atEnd: "those of the key before stay valid until they expire"))
    #expect(try published(key) == 2)
  }

  /// A key was stored before there was a key for the state. The server refuses it then, and a rotation
  /// is the way out.
  @Test func aRotationReplacesAnUnsealedKey() throws {
    try makeKey(nil)
    #expect(throws: SigningKeys.Failure.sealed) { try published(Self.stateKey) }
    let output = command(["CALCULATOR_STATE_KEY": Self.stateKey]).rotateKeys(isForced: false)
    #expect(output.status == 0, "\(output.errors)")
    #expect(output.text.hasBytes(atEnd: "are valid no more, and clients refresh them"))
    #expect(
      try published(Self.stateKey) == 1, "whoever could write to the file has no key any more")
    #expect(try state().keys().first?.privateKey.first == 1, "sealed")
  }

  /// The server could not open the new key, and would issue no token any more.
  @Test(arguments: [nil, otherKey])
  func aRotationWithAnotherStateKeyNeedsForce(_ key: String?) throws {
    try makeKey(Self.stateKey)
    let command = command(["CALCULATOR_STATE_KEY": key])
    let refused = command.rotateKeys(isForced: false)
    #expect(refused.status == 78)
    #expect(refused.errors.hasBytes(atStart: "CalculatorOAuth: CALCULATOR_STATE_KEY: "))
    #expect(refused.errors.contains("--force"))
    #expect(try published(Self.stateKey) == 1)
    #expect(command.rotateKeys(isForced: true).status == 0)
    #expect(try published(key) == 1)
  }

  /// A state key that was replaced: the one before still opens.
  @Test func aRotationWithTheStateKeyBeforeKeepsTheOldKey() throws {
    try makeKey(Self.stateKey)
    let output = command([
      "CALCULATOR_STATE_KEY": Self.otherKey, "CALCULATOR_STATE_KEY_PREVIOUS": Self.stateKey,
    ]).rotateKeys(isForced: false)
    #expect(output.text.hasBytes(atEnd: "stay valid until they expire"), "\(output.errors)")
    #expect(try published(Self.otherKey) == 1)
  }

  // MARK: Settings

  static let all: [(String, @Sendable (StateCommand) -> CommandOutput)] = [
    (
      "clients add",
      {
        $0.addClient(
          name: "a", redirectURIs: [uri], isConfidential: false, scopes: [], grantTypes: [])
      }
    ), ("clients list", { $0.listClients() }), ("clients remove", { $0.removeClient("a") }),
    ("grants list", { $0.listGrants() }), ("grants revoke", { $0.revoke(.one("a")) }),
    ("keys rotate", { $0.rotateKeys(isForced: false) }),
  ]

  @Test(arguments: all.indices, [nil, ":memory:"])
  func aStateInMemoryIsOutOfReach(_ index: Int, _ path: String?) {
    #expect(
      Self.all[index].1(command(["CALCULATOR_STATE": path]))
        == .init(
          errors:
            "CalculatorOAuth: CALCULATOR_STATE: the state is in the memory of the server, where no command reaches it; set it to a file, here and for the server",
          status: 78))
  }

  /// On a misspelled path a command would report success, and the server would not notice.
  @Test(arguments: all.indices.dropFirst())
  func onlyAddingAClientCreatesTheFile(_ index: Int) {
    let output = Self.all[index].1(command())
    #expect(output.status == 78)
    #expect(
      output.errors.hasBytes(atStart: "CalculatorOAuth: CALCULATOR_STATE: there is no such file; "))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test(arguments: all.indices)
  func aFileThatOthersMayReadIsRefused(_ index: Int) throws {
    _ = try state()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let output = Self.all[index].1(command())
    #expect(output.status == 78)
    #expect(
      output.errors.hasBytes(
        atStart: "CalculatorOAuth: CALCULATOR_STATE: others may read the file; "))
  }

  @Test(arguments: all.indices)
  func aMisspelledSettingIsAnError(_ index: Int) throws {
    _ = try state()
    let output = Self.all[index].1(command(["CALCULATOR_STATE_KEYS": Self.stateKey]))
    #expect(output.status == 78)
    #expect(output.errors.hasBytes(atStart: "CalculatorOAuth: CALCULATOR_STATE_KEYS: "))
  }

  /// At the start, and not at the first sign-in.
  @Test func theServerSaysWhichCommandReplacesAnUnsealedKey() throws {
    try makeKey(nil)
    let file = try TemporaryFile(#"{"users":[]}"#)
    let changes = [
      "CALCULATOR_OAUTH_ISSUER": nil, "CALCULATOR_OAUTH_PROVIDER": "password",
      "CALCULATOR_CREDENTIALS": file.path, "CALCULATOR_STATE": path,
      "CALCULATOR_STATE_KEY": Self.stateKey,
    ]
    #expect(
      OAuthHarness.errors(changes) == [
        "CALCULATOR_STATE_KEY: the signing keys in CALCULATOR_STATE were not sealed with this key; set the key that sealed them, or make a new one with: CalculatorOAuth keys rotate"
      ])
    #expect(
      command(["CALCULATOR_STATE_KEY": Self.stateKey]).rotateKeys(isForced: false).status == 0)
    #expect(OAuthHarness.errors(changes) == [])
  }

  @Test func aShortStateKeyIsAnError() throws {
    try makeKey(nil)
    let output = command(["CALCULATOR_STATE_KEY": "short"]).rotateKeys(isForced: false)
    #expect(output.status == 78)
    #expect(try state().keys().count == 1)
  }
}
