import Crypto
import Support
import TestSupport
import Testing

@testable import State
@testable import Upstream

/// The file is long because of its table of changed rows.
///
/// What somebody can do with a copy of the state, or who may write to it.
struct ConnectionSealTests {
  typealias Fixture = ConnectionFixture
  let fixture: ConnectionFixture
  var service: FakeTokenEndpoint { fixture.service }
  static let otherKey = SealingKey([UInt8](repeating: 2, count: 32))

  init() throws { fixture = try ConnectionFixture() }

  static func update(_ text: String) -> String {
    "UPDATE upstream_connections SET \(text) WHERE user_key = 'ada' AND service = 'jira'"
  }

  static let token = "(SELECT sealed_token FROM upstream_connections WHERE"

  /// Ada has Jira and Confluence, and Bob has Jira.
  static let changes: [(name: String, sql: [String])] = [
    (
      "the token of another user",
      [update("sealed_token = \(token) user_key = 'bob')")]
    ),
    (
      "the whole row of another user, with its generation",
      [
        "DELETE FROM upstream_connections WHERE user_key = 'ada'",
        "UPDATE upstream_connections SET user_key = 'ada' WHERE user_key = 'bob'",
      ]
    ),
    (
      "the token of another service",
      [update("sealed_token = \(token) user_key = 'ada' AND service = 'confluence')")]
    ),
    (
      "the whole row of another service",
      [
        "DELETE FROM upstream_connections WHERE user_key = 'ada' AND service = 'jira'",
        "UPDATE upstream_connections SET service = 'jira' WHERE service = 'confluence'",
      ]
    ),
    ("another site", [update("site_id = 'cloud-2'")]),
    ("no site", [update("site_id = NULL")]),
    ("another generation", [update("generation = generation + 1")]),
    ("an empty token", [update("sealed_token = x''")]),
    ("the nonce alone", [update("sealed_token = x'000102030405060708090a0b'")]),
    ("an unsealed token", [update("sealed_token = CAST('refresh-0' AS BLOB)")]),
  ]

  /// NIST SP 800-38D §7.2. No request goes out.
  /// ATTACKS O149
  @Test(arguments: changes)
  func aChangedRowDoesNotOpen(_ row: (name: String, sql: [String])) async throws {
    try await connectAll()
    for statement in row.sql { try fixture.sql(statement) }
    #expect(await Fixture.token(try fixture.process()) == .failure(.damaged), "\(row.name)")
    #expect(service.takeRequests() == [])
  }

  private func connectAll() async throws {
    let connections = try fixture.process()
    try await fixture.connect(connections)
    try await fixture.connect(connections, service: .confluence)
    try await fixture.connect(connections, user: "bob")
  }

  @Test func theRightRowOpens() async throws {
    try await connectAll()
    #expect(await Fixture.token(try fixture.process()) == .success("access-1"))
  }

  /// A column that is changed to the address of today.
  @Test func aTokenIsSentToTheServiceThatGaveItAlone() async throws {
    try await fixture.connect(fixture.process())
    let other = try fixture.process(token: "https://auth.evil.example/oauth/token")
    #expect(await Fixture.token(other) == .failure(.otherOrigin))
    try fixture.sql(Self.update("origin = 'https://auth.evil.example'"))
    #expect(await Fixture.token(other) == .failure(.damaged))
    #expect(service.takeRequests() == [])
  }

  /// Also a token that was in memory is not used.
  @Test func aRowOfAnotherOriginIsNoticed() async throws {
    let connections = try fixture.process()
    try await fixture.connect(connections)
    #expect(await Fixture.token(connections) == .success("access-1"))
    try fixture.sql(Self.update("origin = 'https://auth.evil.example'"))
    fixture.clock.advance(seconds: 1)
    #expect(await Fixture.token(connections) == .failure(.otherOrigin))
  }

  /// Somebody keeps the file, and puts it back after a renewal or a disconnection.
  /// ATTACKS O149
  @Test(arguments: ["renewed", "disconnected", "connected again"])
  func anOlderRowIsRefused(_ change: String) async throws {
    let connections = try fixture.process()
    try await fixture.connect(connections)
    #expect(await Fixture.token(connections) == .success("access-1"))
    try fixture.sql("CREATE TABLE kept AS SELECT * FROM upstream_connections")
    switch change {
    case "renewed":
      fixture.clock.advance(seconds: 3540)
      #expect(await Fixture.token(connections) == .success("access-2"))
    case "disconnected":
      try await connections.disconnect(user: "ada", service: .jira, client: Fixture.client)
    default: try await fixture.connect(connections)
    }
    try fixture.sql(
      "DELETE FROM upstream_connections", "INSERT INTO upstream_connections SELECT * FROM kept")
    _ = service.takeRequests()
    for seconds in [1, 3540] {
      fixture.clock.advance(seconds: seconds)
      #expect(await Fixture.token(connections) == .failure(.damaged))
    }
    #expect(service.takeRequests() == [])
  }

  /// ATTACKS O150
  @Test(arguments: [
    ("its own key", [ConnectionFixture.key], true),
    ("a new key and the old one", [otherKey, ConnectionFixture.key], true),
    ("a copy of the file, and another key", [otherKey], false),
  ])
  func keys(_ row: (name: String, keys: [SealingKey], opens: Bool)) async throws {
    try await fixture.connect(fixture.process())
    let connections = try fixture.process(keys: row.keys)
    let expected: Result<String, ConnectionError> =
      row.opens ? .success("access-1") : .failure(.damaged)
    #expect(await Fixture.token(connections) == expected, "\(row.name)")
    // It was sealed with the first key again.
    guard row.opens else { return }
    fixture.clock.advance(seconds: 3540)
    let next = try fixture.process(keys: [row.keys[0]])
    #expect(await Fixture.token(next) == .success("access-2"))
  }

  /// The file has no refresh token and no access token as text.
  /// ATTACKS O150
  @Test func theFileHasNoToken() async throws {
    let connections = try fixture.process()
    try await fixture.connect(connections)
    #expect(await Fixture.token(connections) == .success("access-1"))
    let sealed = try #require(try fixture.state.connection(user: "ada", service: "jira"))
      .sealedToken
    #expect(sealed.count == 12 + "refresh-1".utf8.count + 16)
    #expect(!String(decoding: sealed, as: UTF8.self).contains("refresh"))
  }

  static func flow(
    _ name: String = "a", user: String = "ada", service: String = "jira"
  ) -> UpstreamFlow {
    UpstreamFlow(
      hash: SHA256Digest(of: name.utf8), user: user, service: service, payload: [], expiresAt: 0)
  }

  static let flows: [(String, UpstreamFlow, ConnectionSeal.FlowPart, Bool)] = [
    ("the same", flow(), .result, true), ("another flow", flow("b"), .result, false),
    ("another user", flow(user: "bob"), .result, false),
    ("another service", flow(service: "confluence"), .result, false),
    ("another part", flow(), .payload, false),
    // Put behind each other, these would be the same text.
    ("another division", flow(user: "adaj", service: "ira"), .result, false),
  ]

  @Test(arguments: flows)
  func aResultIsOfItsFlow(
    _ row: (name: String, flow: UpstreamFlow, part: ConnectionSeal.FlowPart, opens: Bool)
  ) {
    let seal = ConnectionSeal(current: Fixture.key)
    let sealed = seal.seal([1, 2, 3], as: .result, of: Self.flow())
    #expect(
      seal.open(sealed, as: row.part, of: row.flow) == (row.opens ? [1, 2, 3] : nil),
      "\(row.name)")
    let later = ConnectionSeal(current: Self.otherKey, previous: Fixture.key)
    #expect(later.open(sealed, as: .result, of: Self.flow()) == [1, 2, 3])
  }
}
