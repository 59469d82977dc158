import Auth
import HTTPClient
import Support
import TestSupport
import Testing

@testable import ResourceServer

/// The caches of introspection.
struct IntrospectionAuthenticatorTests {
  typealias Fixture = IntrospectionFixture
  private static let good: Result<Identity, AuthenticationError> = .success(Fixture.identity)
  private static let bad: Result<Identity, AuthenticationError> = .failure(.inactiveToken)

  /// A text that no provider can have issued causes no request.
  @Test(arguments: [
    "", "=", "=a", "a b", "a=b", "a\nb", "a\u{0}", "é", "a,b", "a%20b", "\"a\"",
    String(repeating: "a", count: 8193),
  ])
  func aTextThatIsNoTokenCausesNoRequest(_ text: String) async {
    let fixture = Fixture()
    #expect(await fixture.ask(text) == .failure(.malformedCredential))
    #expect(fixture.recall(text) == nil)
    #expect(fixture.authenticator.canBeGuessed(Fixture.bearer(text)) == false)
    #expect(fixture.requests() == 0)
  }

  @Test func asksAboutALongToken() async {
    let fixture = Fixture()
    #expect(await fixture.ask(String(repeating: "a", count: 8192)) == Self.good)
  }

  @Test func handlesBearerTokensAlone() async throws {
    let fixture = Fixture()
    #expect(fixture.authenticator.scheme == .bearer)
    #expect(fixture.authenticator.handles(Fixture.bearer("a")))
    for other: Credential in [.none, .apiKey(Secret("a")), .malformed(.bearer), .ambiguous] {
      #expect(fixture.authenticator.handles(other) == false)
      await #expect(throws: AuthenticationError.unsupportedCredential) {
        try await fixture.authenticator.authenticate(other, from: .local)
      }
    }
  }

  // MARK: How long

  static let lifetimes: [(name: String, exp: String?, leeway: Int, seconds: Int)] = [
    ("60 s", "\(ManualClock.start + 3600)", 0, 60), ("without exp", nil, 0, 60),
    ("expires after 10 s", "\(ManualClock.start + 10)", 0, 10),
    ("expires after half a second", "\(ManualClock.start).5", 0, 1),
    ("expired, within the leeway", "\(ManualClock.start - 5)", 30, 0),
    ("expires after 10 s, with leeway", "\(ManualClock.start + 10)", 30, 10),
  ]

  @Test(arguments: lifetimes.indices)
  func anAcceptedTokenIsCached(_ index: Int) async {
    let (name, exp, leeway, seconds) = Self.lifetimes[index]
    let fixture = Fixture(leeway: leeway)
    fixture.provider[Fixture.url] = Fixture.active(["exp": exp])
    #expect(fixture.recall() == nil)
    #expect(await fixture.ask() == Self.good)
    #expect(fixture.requests() == 1)
    fixture.provider[Fixture.url] = Fixture.inactive
    if seconds > 0 {
      fixture.advance(seconds: seconds - 1)
      #expect(fixture.recall() == Fixture.identity, "\(name)")
      #expect(fixture.recall("opaqu") == nil)
      #expect(await fixture.ask() == Self.good)
      #expect(fixture.requests() == 0)
      fixture.advance(seconds: 1)
    }
    #expect(fixture.recall() == nil, "\(name)")
    #expect(await fixture.ask() == Self.bad)
    #expect(fixture.requests() == 1)
  }

  /// `exp` counts by the wall clock, and the 60 s by a clock that nobody can set.
  @Test func eachClockCounts() async {
    let fixture = Fixture()
    #expect(await fixture.ask() == Self.good)
    fixture.wall.advance(seconds: 3599)
    #expect(fixture.recall() == Fixture.identity)
    fixture.wall.advance(seconds: 1)
    #expect(fixture.recall() == nil)
    let other = Fixture()
    #expect(await other.ask() == Self.good)
    other.monotonic.advance(seconds: 60)
    #expect(other.recall() == nil)
  }

  @Test func aRefusedTokenIsCachedForFiveSeconds() async {
    let fixture = Fixture()
    fixture.provider[Fixture.url] = Fixture.inactive
    #expect(await fixture.ask() == Self.bad)
    fixture.provider[Fixture.url] = Fixture.active()
    fixture.advance(seconds: 4)
    #expect(await fixture.ask() == Self.bad)
    #expect(fixture.recall() == nil)
    #expect(fixture.requests() == 1)
    fixture.advance(seconds: 1)
    #expect(await fixture.ask() == Self.good)
    #expect(fixture.requests() == 1)
  }

  // MARK: At the same time

  @Test func aHundredCallsWithOneTokenAreOneIntrospection() async {
    let fixture = Fixture()
    let executor = TestExecutor()
    let token = Fixture.bearer("opaque")
    #expect(fixture.authenticator.canBeGuessed(token))
    fixture.provider.hold()
    let waiting = (0..<100).map { _ in executor.start { await fixture.ask() } }
    #expect(waiting.allSatisfy { $0.value == nil })
    #expect(fixture.authenticator.canBeGuessed(token) == false, "it joins, which costs nothing")
    #expect(fixture.authenticator.canBeGuessed(Fixture.bearer("another")))
    fixture.provider.release()
    for pending in waiting { #expect(await executor.value(of: pending) == Self.good) }
    #expect(fixture.requests() == 1)
    #expect(fixture.authenticator.canBeGuessed(token))
  }

  @Test func aCallerThatIsCancelledDoesNotEndTheIntrospection() async {
    let fixture = Fixture()
    let executor = TestExecutor()
    fixture.provider.hold()
    let first = Task.detached(executorPreference: executor) { await fixture.ask() }
    executor.runAll()
    let second = executor.start { await fixture.ask() }
    first.cancel()
    fixture.provider.release()
    #expect(await executor.value(of: second) == Self.good)
    #expect(fixture.requests() == 1)
  }

  // MARK: Bounds

  /// O26
  @Test func tenThousandMadeUpTokensRemoveNoAcceptedOne() async {
    let fixture = Fixture()
    #expect(await fixture.ask("accepted") == Self.good)
    fixture.provider[Fixture.url] = Fixture.inactive
    for number in 0..<10_000 {
      #expect(await fixture.ask("token-\(number)") == Self.bad)
    }
    #expect(fixture.recall("accepted") == Fixture.identity)
    #expect(fixture.authenticator.counts == (1, 4096))
    #expect(fixture.requests() == 10_001)
    #expect(await fixture.ask("token-9999") == Self.bad)
    #expect(fixture.requests() == 0, "the newest ones are still cached")
  }

  /// O26
  @Test func acceptedTokensAreBoundedToo() async {
    let fixture = Fixture()
    for number in 0..<5_000 { _ = await fixture.ask("token-\(number)") }
    #expect(fixture.authenticator.counts == (4096, 0))
    #expect(fixture.recall("token-4999") == Fixture.identity)
    #expect(fixture.recall("token-903") == nil, "the oldest are removed first")
    #expect(fixture.recall("token-904") == Fixture.identity)
  }

  @Test func expiredEntriesAreRemoved() {
    var table = ExpiringTable<Int>(capacity: 3)
    for key: UInt64 in 0..<3 {
      table.insert(Int(key), for: Bits128(UInt128(key)), until: 10, now: 0)
    }
    table.insert(9, for: 0, until: 20, now: 5)  // in its place
    #expect(table.count == 3)
    #expect(table.value(0, at: 19) == 9)
    #expect(table.value(0, at: 20) == nil)
    table.insert(3, for: 3, until: 10, now: 5)
    #expect(table.value(0, at: 5) == nil, "the oldest was removed")
    #expect(table.value(1, at: 9) == 1)
    #expect(table.value(1, at: 10) == nil)
    table.insert(4, for: 4, until: 20, now: 10)
    #expect(table.count == 1, "the expired ones were removed")
    // The queue does not grow.
    for key: UInt64 in 0..<1000 {
      table.insert(0, for: Bits128(UInt128(key)), until: 100, now: 10)
      #expect(table.count <= 3)
      #expect(table.queueLength <= 128)
    }
  }
}
