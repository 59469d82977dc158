import HTTPClient
import Support
import Synchronization
import TestSupport
import Testing

@testable import State
@testable import Upstream

/// Renewals, in one process and in two. The file is long because the steps of a renewal have many ends.
struct UpstreamConnectionsTests {
  typealias Fixture = ConnectionFixture
  let fixture: ConnectionFixture
  var service: FakeTokenEndpoint { fixture.service }

  init() throws { fixture = try ConnectionFixture() }

  private func advance(_ seconds: Int) { fixture.clock.advance(seconds: seconds) }

  private func connected() async throws -> UpstreamConnections {
    let connections = try fixture.process()
    try await fixture.connect(connections)
    return connections
  }

  // MARK: One process

  @Test func aTokenIsRenewedAMinuteBeforeItsEnd() async throws {
    let connections = try await connected()
    #expect(await Fixture.token(connections) == .success("access-1"))
    #expect(try fixture.storedToken() == "refresh-1")
    for seconds in [0, 1, 3538] {
      advance(seconds)
      #expect(await Fixture.token(connections) == .success("access-1"))
    }
    #expect(service.takeTokens() == ["refresh-0"])
    advance(1)
    #expect(await Fixture.token(connections) == .success("access-2"))
    #expect(service.takeTokens() == ["refresh-1"])
    #expect(try fixture.storedToken() == "refresh-2")
    #expect(service.clients == [Fixture.client, Fixture.client])
  }

  @Test func theTokenHasItsSite() async throws {
    let connections = try await connected()
    let token = try await connections.accessToken(
      user: "ada", service: .jira, client: Fixture.client)
    #expect(token.siteID == "cloud-1")
    #expect("\(token)".contains("[secret]") && !"\(token)".contains("access-1"))
    let list = try await connections.connections(user: "ada", client: Fixture.client)
    #expect(
      list == [
        ConnectionSummary(service: .jira, siteName: "acme", scope: "read:jira-work")
      ])
  }

  /// ATTACKS O153
  @Test func eightCallsAtExpiryMakeOneRequest() async throws {
    let connections = try await connected()
    for number in 1...2 {
      let executor = TestExecutor()
      service.hold()
      let calls = (0..<8).map { _ in executor.start { await Fixture.token(connections) } }
      await service.waitForHeld { calls.allSatisfy { $0.value != nil } }
      #expect(calls.allSatisfy { $0.value == nil })
      service.release()
      for call in calls {
        #expect(await executor.value(of: call) == .success("access-\(number)"))
      }
      #expect(service.takeTokens() == ["refresh-\(number - 1)"])
      advance(3540)
    }
  }

  /// The token of one user or service is never that of another.
  /// ATTACKS O130
  @Test func eachUserAndServiceHasItsToken() async throws {
    let connections = try await connected()
    #expect(await Fixture.token(connections) == .success("access-1"))
    #expect(await Fixture.token(connections, user: "bob") == .failure(.notConnected))
    #expect(await Fixture.token(connections, service: .confluence) == .failure(.notConnected))
    #expect(await Fixture.token(connections, service: .jenkins) == .failure(.notConnected))
    #expect(service.takeTokens() == ["refresh-0"])
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let behaviour: FakeTokenEndpoint.Behaviour
    let error: ConnectionError
    var testDescription: String { name }

    init(_ name: String, _ answer: FakeTokenEndpoint.Answer, _ error: ConnectionError) {
      (self.name, behaviour, self.error) = (name, .answer(answer), error)
    }
    init(_ name: String, _ behaviour: FakeTokenEndpoint.Behaviour, _ error: ConnectionError) {
      (self.name, self.behaviour, self.error) = (name, behaviour, error)
    }
  }

  static let invalidGrants = [400, 401, 403, 200].map {
    Row(
      "status \($0)", FakeTokenEndpoint.json(#"{"error":"invalid_grant"}"#, status: $0), .ended)
  }

  @Test(arguments: invalidGrants)
  func aRefusedTokenEndsTheConnection(_ row: Row) async throws {
    let connections = try await connected()
    service.behave(row.behaviour)
    #expect(await Fixture.token(connections) == .failure(.ended))
    #expect(try fixture.storedToken() == nil)
    #expect(service.takeTokens() == ["refresh-0"])
    #expect(await Fixture.token(connections) == .failure(.notConnected))
    #expect(service.takeTokens() == [])
  }

  static let failures = [
    Row("no connection", .failure(.unreachable), .unavailable),
    Row("a timeout", .failure(.timeout), .unavailable),
    Row("a lost answer", .loses, .unavailable),
    Row("status 500", FakeTokenEndpoint.json("{}", status: 500), .unavailable),
    Row(
      "status 503 with an error",
      FakeTokenEndpoint.json(#"{"error":"invalid_grant"}"#, status: 503), .unavailable),
    Row(
      "status 429 with an error",
      FakeTokenEndpoint.json(#"{"error":"invalid_grant"}"#, status: 429), .unavailable),
    Row(
      "a wrong client secret", FakeTokenEndpoint.json(#"{"error":"invalid_client"}"#, status: 401),
      .refused),
    Row("a page", FakeTokenEndpoint.json("<html>", type: "text/html"), .invalidResponse),
    Row("no access token", FakeTokenEndpoint.json("{}"), .invalidResponse),
  ]

  /// Nothing is lost: the next call sends the same token, and gets one.
  @Test(arguments: failures)
  func anotherErrorKeepsTheConnection(_ row: Row) async throws {
    let connections = try await connected()
    service.behave(row.behaviour)
    #expect(await Fixture.token(connections) == .failure(row.error))
    #expect(try fixture.storedToken() == "refresh-0")
    guard case .success = await Fixture.token(connections) else {
      Issue.record("the connection is lost")
      return
    }
    #expect(service.takeTokens() == ["refresh-0", "refresh-0"])
  }

  /// RFC 6749 §6
  @Test func withoutANewRefreshTokenTheOldOneStays() async throws {
    let connections = try await connected()
    service.behave(.members(#""expires_in":100"#))
    #expect(await Fixture.token(connections) == .success("access"))
    #expect(try fixture.storedToken() == "refresh-0")
    advance(100)
    #expect(await Fixture.token(connections) == .success("access-1"))
    #expect(service.takeTokens() == ["refresh-0", "refresh-0"])
  }

  /// RFC 6749 §5.1: for how many seconds a token is used.
  @Test(arguments: [
    (#""expires_in":3600"#, 3540), (#""expires_in":3.6e3"#, 3540), (#""a":1"#, 240),
    (#""expires_in":"3600""#, 240), (#""expires_in":0"#, 240), (#""expires_in":-5"#, 240),
    (#""expires_in":1.5"#, 240), (#""expires_in":9223372036854775807"#, 86_340),
    (#""expires_in":99999999999999999999"#, 240), (#""expires_in":120"#, 60),
    (#""expires_in":100"#, 50), (#""expires_in":2"#, 1),
  ])
  func lifetimes(_ members: String, _ seconds: Int) async throws {
    let connections = try await connected()
    service.behave(.members(members))
    #expect(await Fixture.token(connections) == .success("access"))
    advance(seconds - 1)
    #expect(await Fixture.token(connections) == .success("access"))
    advance(1)
    #expect(await Fixture.token(connections) == .success("access-1"))
  }

  @Test func aConnectionNeedsAServiceOfTheSettings() async throws {
    let connections = try fixture.process()
    await #expect(throws: ConnectionError.notConnected) {
      try await connections.connect(
        Secret("r"), scope: nil, user: "ada", service: .jenkins, client: Fixture.client)
    }
    #expect(try fixture.storedToken() == nil)
  }

  /// Perhaps with another account: the token of the old one is not used for it.
  @Test func aNewConnectionHasANewToken() async throws {
    let connections = try await connected()
    #expect(await Fixture.token(connections) == .success("access-1"))
    try await fixture.connect(connections)
    #expect(await Fixture.token(connections) == .success("access-2"))
    #expect(service.takeTokens() == ["refresh-0", "refresh-0"])
  }

  // MARK: The end of a connection

  @Test func aDisconnectedServiceHasNoToken() async throws {
    let connections = try await connected()
    #expect(await Fixture.token(connections) == .success("access-1"))
    #expect(
      try await connections.disconnect(user: "ada", service: .jira, client: Fixture.client))
    #expect(await Fixture.token(connections) == .failure(.notConnected))
    #expect(try fixture.storedToken() == nil)
    #expect(
      try await !connections.disconnect(user: "ada", service: .jira, client: Fixture.client))
    try await fixture.connect(connections)
    #expect(await Fixture.token(connections) == .success("access-2"))
  }

  @Test func aForgottenTokenIsRenewed() async throws {
    let connections = try await connected()
    #expect(await Fixture.token(connections) == .success("access-1"))
    connections.forget(user: "bob", service: .jira)
    #expect(await Fixture.token(connections) == .success("access-1"))
    connections.forget(user: "ada", service: .confluence)
    #expect(await Fixture.token(connections) == .success("access-1"))
    connections.forget(user: "ada", service: .jira)
    #expect(await Fixture.token(connections) == .success("access-2"))
  }

  enum End: CaseIterable, Sendable {
    case disconnected, disconnectedInAnotherProcess, rowRemoved
  }

  /// The renewal must not make the row again, and its token must not be used. The call that waits for it
  /// fails: a user without a connection might get the credential of the server.
  /// ATTACKS O145, O151
  @Test(arguments: End.allCases)
  func anEndDuringARenewalStays(_ end: End) async throws {
    let connections = try await connected()
    let executor = TestExecutor()
    service.hold()
    let call = executor.start { await Fixture.token(connections) }
    await service.waitForHeld()
    switch end {
    case .disconnected:
      try await connections.disconnect(user: "ada", service: .jira, client: Fixture.client)
    case .disconnectedInAnotherProcess:
      try await fixture.process().disconnect(
        user: "ada", service: .jira, client: Fixture.client)
    case .rowRemoved:
      try fixture.state.removeConnection(user: "ada", service: "jira")
      connections.forget(user: "ada", service: .jira)
    }
    service.release()
    #expect(await executor.value(of: call) == .failure(.unavailable))
    #expect(try fixture.storedToken() == nil)
    #expect(await Fixture.token(connections) == .failure(.notConnected))
    #expect(service.takeTokens() == ["refresh-0"])
  }

  /// The service has refused the token in another call. The new refresh token is stored.
  @Test func aUserWhoIsForgottenDuringARenewalGetsNoToken() async throws {
    let connections = try await connected()
    let executor = TestExecutor()
    service.hold()
    let call = executor.start { await Fixture.token(connections) }
    await service.waitForHeld()
    connections.forget(user: "ada", service: .jira)
    service.release()
    #expect(await executor.value(of: call) == .failure(.unavailable))
    #expect(try fixture.storedToken() == "refresh-1")
    #expect(await Fixture.token(connections) == .success("access-2"))
  }

  /// The late answer is about a token that is not stored any more.
  @Test(arguments: [nil, FakeTokenEndpoint.json(#"{"error":"invalid_grant"}"#, status: 403)])
  func aConnectionThatIsMadeDuringARenewalStays(_ answer: FakeTokenEndpoint.Answer?) async throws {
    let connections = try await connected()
    let executor = TestExecutor()
    service.hold()
    if let answer { service.behave(.answer(answer)) }
    let call = executor.start { await Fixture.token(connections) }
    await service.waitForHeld()
    let other = try fixture.process()
    try await other.connect(
      Secret("new account"), scope: nil, user: "ada", service: .jira, client: Fixture.client)
    service.release()
    #expect(await executor.value(of: call) == .failure(.unavailable))
    #expect(try fixture.storedToken() == "new account")
  }

  // MARK: Storing

  /// The new refresh token is stored before the access token is used; if that fails, it is not used.
  /// ATTACKS O152
  @Test func withoutStoringThereIsNoToken() async throws {
    let connections = try await connected()
    try fixture.sql(
      """
      CREATE TRIGGER full BEFORE UPDATE OF sealed_token ON upstream_connections BEGIN
        SELECT RAISE(ABORT, 'full'); END
      """)
    for _ in 0..<2 {
      guard case .failure(.state(.failed)) = await Fixture.token(connections) else {
        Issue.record("a token that is not stored is used")
        return
      }
      #expect(try fixture.storedToken() == "refresh-0")
      // The service accepts the old token once more.
      service.behave(.members(#""refresh_token":"refresh-1""#))
    }
    try fixture.sql("DROP TRIGGER full")
    #expect(await Fixture.token(connections) == .success("access"))
    #expect(service.takeTokens() == ["refresh-0", "refresh-0", "refresh-0"])
  }

  /// A process is killed between the answer and the store: the row has the old token, and its lease.
  /// ATTACKS O152
  @Test func aKilledProcessLosesNoConnection() async throws {
    try await fixture.connect(fixture.process())
    // It takes the lease, and then does nothing any more with the state.
    let killed = try fixture.process(pool: StatePool(1))
    #expect(await Fixture.token(killed) == .failure(.overloaded))
    #expect(try fixture.storedToken() == "refresh-0")
    let next = try fixture.process()
    #expect(await Fixture.token(next) == .failure(.unavailable))
    #expect(service.takeTokens() == ["refresh-0"])
    advance(20)
    #expect(await Fixture.token(next) == .success("access-2"))
    #expect(service.takeTokens() == ["refresh-0"])
    #expect(try fixture.storedToken() == "refresh-2")
  }

  // MARK: Two processes

  /// ATTACKS O153
  @Test func twoProcessesRenewOneAfterTheOther() async throws {
    let pause = HeldWork()
    let one = try await connected()
    let other = try fixture.process(sleep: { duration in
      #expect(duration == UpstreamConnections.pause)
      await pause.hold()
    })
    let executor = TestExecutor()
    service.hold()
    let first = executor.start { await Fixture.token(one) }
    await service.waitForHeld()
    let second = executor.start { await Fixture.token(other) }
    while pause.count == 0 { await Task.yield() }
    service.release()
    #expect(await executor.value(of: first) == .success("access-1"))
    #expect(service.takeTokens() == ["refresh-0"])
    pause.release()
    #expect(await executor.value(of: second) == .success("access-2"))
    #expect(service.takeTokens() == ["refresh-1"])
    #expect(service.mostUnderWay == 1)
    // The renewal of the other process voids no token of this one.
    advance(1)
    #expect(await Fixture.token(one) == .success("access-1"))
    #expect(await Fixture.token(other) == .success("access-2"))
    #expect(service.takeTokens() == [])
  }

  @Test func waitingForAnotherProcessIsBounded() async throws {
    let sleeps = Mutex(0)
    let one = try await connected()
    let other = try fixture.process(sleep: { _ in sleeps.withLock { $0 += 1 } })
    let executor = TestExecutor()
    service.hold()
    let first = executor.start { await Fixture.token(one) }
    await service.waitForHeld()
    #expect(await Fixture.token(other) == .failure(.unavailable))
    #expect(sleeps.withLock { $0 } == UpstreamConnections.pauses)
    #expect(service.takeTokens() == ["refresh-0"])
    service.release()
    #expect(await executor.value(of: first) == .success("access-1"))
  }

  /// Within a second.
  @Test func whatAnotherProcessEndsOrMakesIsNoticed() async throws {
    let one = try await connected()
    let other = try fixture.process()
    #expect(await Fixture.token(one) == .success("access-1"))
    try await other.disconnect(user: "ada", service: .jira, client: Fixture.client)
    advance(1)
    #expect(await Fixture.token(one) == .failure(.notConnected))
    try await fixture.connect(other)
    #expect(await Fixture.token(one) == .success("access-2"))
    // Another account: the token of the one before is not used.
    try await fixture.connect(other)
    service.behave(.members(#""refresh_token":"new","expires_in":3600"#))
    advance(1)
    #expect(await Fixture.token(one) == .success("access"))
  }

  // MARK: Limits

  @Test func renewalsAreBounded() async throws {
    let connections = try fixture.process(mostRenewals: 1)
    try await fixture.connect(connections)
    try await fixture.connect(connections, user: "bob")
    let executor = TestExecutor()
    service.hold()
    let first = executor.start { await Fixture.token(connections) }
    await service.waitForHeld()
    #expect(await Fixture.token(connections, user: "bob") == .failure(.overloaded))
    // A renewal that was forgotten still runs.
    connections.forget(user: "ada", service: .jira)
    #expect(await Fixture.token(connections, user: "bob") == .failure(.overloaded))
    service.release()
    #expect(await executor.value(of: first) == .failure(.unavailable))
    #expect(await Fixture.token(connections, user: "bob") == .success("access-2"))
  }

  @Test func aFullPoolIsOverload() async throws {
    let connections = try fixture.process(pool: StatePool(0))
    #expect(await Fixture.token(connections) == .failure(.overloaded))
    await #expect(throws: ConnectionError.overloaded) {
      try await connections.disconnect(user: "ada", service: .jira, client: Fixture.client)
    }
  }
}
