import Support
import TestSupport
import Testing

@testable import State

struct RefreshTokenTests {
  let state: AuthorizationState

  init() throws {
    state = try .inMemory { $0.refreshTokensPerGrant = 3 }
    try state.makeGrant("a", lifetime: .seconds(150))
  }

  private var grant: Grant { get throws { try #require(try state.grants().first) } }

  @Test func aTokenIsRotated() throws {
    #expect(try state.rotate("a", to: "b", now: 1) == .rotated(grant))
    #expect(try state.rotate("b", to: "c", now: 2) == .rotated(grant))
    #expect(try state.isActive("a", now: 2))
  }

  /// RFC 9700 §4.14.2. There is no grace window: the time does not matter.
  @Test func theReuseOfATokenEndsTheGrant() throws {
    #expect(try state.rotate("a", to: "b") == .rotated(grant))
    #expect(try state.rotate("a", to: "c") == .reused(grant: "a"))
    #expect(try !state.isActive("a", now: 0))
    #expect(try state.rotate("b", to: "d") == .ended)
    #expect(try state.rotate("c", to: "d") == .unknown)
  }

  /// RFC 6749 §10.4: it changes nothing, even if the token is used.
  @Test(arguments: [false, true])
  func theTokenOfAnotherClientOrResourceIsRefused(_ isUsed: Bool) throws {
    if isUsed { _ = try state.rotate("a", to: "b") }
    let before = try state.content()
    #expect(try state.rotate("a", to: "x", client: "d") == .wrongClient)
    #expect(try state.rotate("a", to: "x", resource: "https://s/mcp") == .wrongResource)
    #expect(try state.content() == before)
  }

  @Test func anIdleTokenExpires() throws {
    #expect(try state.rotate("a", to: "b", now: 100_000) == .expired)
    #expect(try state.rotate("a", to: "b", now: 99_999) == .rotated(grant))
    // Rotation extends it, until the grant ends.
    #expect(try state.rotate("b", to: "c", now: 149_999) == .rotated(grant))
    #expect(try state.rotate("c", to: "d", now: 150_000) == .ended)
  }

  @Test func aNewTokenThatExistsChangesNothing() throws {
    try state.makeGrant("other")
    let before = try state.content()
    #expect(throws: StateError.exists) { try state.rotate("a", to: "other") }
    #expect(try state.content() == before)
  }

  /// With the bound of 3, the oldest used token is forgotten. It is not valid again.
  @Test func aFamilyIsBounded() throws {
    for (old, new) in [("a", "b"), ("b", "c"), ("c", "d")] {
      #expect(try state.rotate(old, to: new) == .rotated(grant))
    }
    #expect(try state.rotate("a", to: "x") == .unknown)
    #expect(try state.isActive("a", now: 0))
    #expect(try state.rotate("b", to: "x") == .reused(grant: "a"))
  }

  /// RFC 7009 §2.1
  @Test(arguments: ["a", "b"])
  func revokingATokenEndsItsGrant(_ token: String) throws {
    _ = try state.rotate("a", to: "b")
    #expect(try state.revoke(digest(token), client: "d", now: 1) == nil)
    #expect(try state.revoke(digest("unknown"), client: "c", now: 1) == nil)
    #expect(try state.isActive("a", now: 1))
    #expect(try state.revoke(digest(token), client: "c", now: 1) == "a")
    #expect(try !state.isActive("a", now: 1))
    #expect(try state.rotate("b", to: "c", now: 1) == .ended)
    #expect(try state.revoke(digest(token), client: "c", now: 2) == "a")
    #expect(try state.grants().first?.revokedAt == 1)
  }
}
