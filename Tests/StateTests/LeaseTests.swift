import Support
import TestSupport
import Testing

@testable import State

struct LeaseTests {
  let state: AuthorizationState

  init() throws {
    state = try .inMemory()
    try state.connect()
  }

  private func leased(_ owner: String, now: WallTime = 0) throws -> UpstreamConnection {
    guard case .leased(let connection) = try state.lease(owner, now: now) else {
      throw StateError.failed(code: 0)
    }
    return connection
  }

  /// `nil`: it is not held.
  private func heldUntil(_ now: WallTime, user: String = "github:1") throws -> WallTime? {
    if case .held(let end) = try state.lease("other", user: user, now: now) { end } else { nil }
  }

  /// ATTACKS O153
  @Test func oneRenewalAtATime() throws {
    let old = try leased("a")
    #expect(old.sealedToken == Array("token 1".utf8))
    #expect(try heldUntil(29_999) == 30_000)
    #expect(
      try state.replace(old, "a", token: "new", scope: "less", now: 5) == .replaced(generation: 2))
    let new = try leased("b", now: 5)
    #expect(new.sealedToken == Array("new 2".utf8))
    #expect(new.scope == "less" && new.generation == 2 && new.firstGeneration == 1)
    #expect(try state.replace(new, "b", now: 6) == .replaced(generation: 3))
    #expect(try leased("c", now: 6).scope == "less")
  }

  /// ATTACKS O152
  @Test func aLeaseExpires() throws {
    let old = try leased("a")
    #expect(try heldUntil(29_999) == 30_000)
    let other = try leased("b", now: 30_000)
    let before = try state.content()
    // The first one is late: it may not replace, release or remove anything.
    #expect(try state.replace(old, "a", now: 30_001) == .lost)
    try state.release(user: "github:1", service: "jira", owner: Array("a".utf8))
    #expect(try !state.remove(old, under: Array("a".utf8)))
    #expect(try state.content() == before)
    #expect(try state.replace(other, "b", now: 30_001) == .replaced(generation: 3))
  }

  /// A renewal that takes longer than its lease still stores its token if it is the only one.
  @Test func anExpiredLeaseIsGoodUntilAnotherTakesIt() throws {
    let old = try leased("a")
    #expect(try state.replace(old, "a", now: 99_000) == .replaced(generation: 2))
  }

  @Test func aReleasedLeaseIsFree() throws {
    let old = try leased("a")
    try state.release(user: "github:1", service: "jira", owner: Array("a".utf8))
    #expect(try state.replace(old, "a") == .lost)
    let again = try leased("b", now: 1)
    #expect(again.generation == 1 && again.sealedToken == Array("token 1".utf8))
  }

  /// Under the lease, but of an earlier token: such as one that another process has replaced.
  @Test func anotherGenerationIsNotReplaced() throws {
    var old = try leased("a")
    old.generation += 1
    let before = try state.content()
    #expect(try state.replace(old, "a") == .lost)
    #expect(try !state.remove(old, under: Array("a".utf8)))
    #expect(try state.content() == before)
  }

  /// The user has disconnected while the renewal was under way.
  /// ATTACKS O151
  @Test func aRemovedConnectionIsNotMadeAgain() throws {
    let old = try leased("a")
    try state.removeConnection(user: "github:1", service: "jira")
    #expect(try state.replace(old, "a") == .removed)
    #expect(try state.connections(user: "github:1").isEmpty)
    #expect(try state.content().isEmpty)
  }

  /// The user has connected again while the renewal was under way.
  @Test func aNewConnectionEndsTheLease() throws {
    let old = try leased("a")
    try state.connect(token: "of the other account")
    let before = try state.content()
    #expect(try state.replace(old, "a") == .lost)
    #expect(try !state.remove(old, under: Array("a".utf8)))
    #expect(try state.content() == before)
    #expect(try leased("b").sealedToken == Array("of the other account 2".utf8))
  }

  @Test func aRefusedTokenIsRemovedUnderItsLease() throws {
    let old = try leased("a")
    #expect(try state.remove(old, under: Array("a".utf8)))
    #expect(try state.connections(user: "github:1").isEmpty)
    #expect(try !state.remove(old, under: Array("a".utf8)))
    guard case .unknown = try state.lease("b") else {
      Issue.record("there is a lease of nothing")
      return
    }
  }

  @Test func aLeaseIsOfOneConnection() throws {
    try state.connect("other")
    _ = try leased("a")
    #expect(try heldUntil(1, user: "other") == nil)
  }

  /// The clock was set back by an hour: the lease would last so much longer.
  @Test func aLeaseOfTheFutureHasExpired() throws {
    let hour = Duration.seconds(3600)
    _ = try leased("a", now: 0 + hour)
    let end: WallTime = 0 + hour + .seconds(30)
    #expect(try heldUntil(end - .seconds(600)) == end)
    _ = try leased("b", now: end - .seconds(600) - .milliseconds(1))
  }

  @Test func aLeaseIsBounded() throws {
    #expect(throws: StateError.tooLarge) {
      try state.lease(
        user: "github:1", service: "jira",
        UpstreamLease(owner: [1], until: 0 + .milliseconds(600_001)), now: 0)
    }
    let old = try leased("a")
    let before = try state.content()
    #expect(throws: StateError.tooLarge) {
      try state.replace(old, under: Array("a".utf8), now: 0) { _ in
        [UInt8](repeating: 0, count: (16 << 10) + 1)
      }
    }
    #expect(try state.content() == before)
  }
}
