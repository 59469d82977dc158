import Support
import TestSupport
import Testing

@testable import State

struct GrantTests {
  @Test func aGrantIsRevokedOnce() throws {
    let state = try AuthorizationState.inMemory()
    try state.makeGrant("a")
    #expect(try state.revokeGrant("a", now: 3))
    #expect(try !state.revokeGrant("a", now: 4))
    #expect(try !state.revokeGrant("b", now: 4))
    #expect(try state.grants().map(\.revokedAt) == [3])
    #expect(try !state.isActive("a", now: 3))
    #expect(try state.rotate("a", to: "b", now: 4) == .ended)
  }

  @Test(arguments: [true, false])
  func theGrantsOfAUserOrAClientAreRevoked(_ byUser: Bool) throws {
    let state = try AuthorizationState.inMemory()
    try state.makeGrant("1", user: "github:1", client: "c")
    try state.makeGrant("2", user: "github:1", client: "d")
    try state.makeGrant("3", user: "github:2", client: "c")
    try state.makeGrant("4", user: "github:1", client: "c")
    _ = try state.revokeGrant("4", now: 1)
    try state.issueCode(digest("5"), .sample(user: "github:1", client: "c"), now: 0)
    try state.issueCode(digest("6"), .sample(user: "github:2", client: "d"), now: 0)
    let count =
      if byUser { try state.revokeGrants(user: "github:1", now: 2) } else {
        try state.revokeGrants(client: "c", now: 2)
      }
    #expect(count == 2)
    let active = try state.grants().filter { $0.isActive(at: 2) }.map(\.id)
    #expect(active == (byUser ? ["3"] : ["2"]))
    #expect(try state.grants().last?.revokedAt == 1)
    // A code that was issued before is void, too.
    #expect(try state.redeem("5") == .unknown)
    #expect(try state.redeem("6", client: "d") != .unknown)
    // The reuse of a used code is still noticed.
    #expect(try state.redeem("1", grant: "x", token: "x") == .reused(grant: "1"))
  }

  @Test func aUserHasABoundedNumberOfGrantsForAClient() throws {
    let state = try AuthorizationState.inMemory { $0.grantsPerUserAndClient = 2 }
    try state.makeGrant("other user", user: "github:2")
    try state.makeGrant("other client", client: "d")
    for name in ["1", "2", "3", "4"] { try state.makeGrant(name) }
    let active = try state.grants().filter { $0.isActive(at: 0) }.map(\.id)
    #expect(active == ["other user", "other client", "3", "4"])
  }

  @Test func aUserHasABoundedNumberOfGrants() throws {
    let state = try AuthorizationState.inMemory { $0.grantsPerUser = 2 }
    try state.makeGrant("other", user: "github:2")
    for name in ["1", "2", "3"] { try state.makeGrant(name, client: name) }
    #expect(try state.grants().map(\.id) == ["other", "2", "3"])
    // Its token went with it.
    #expect(try state.rotate("1", to: "x", client: "1") == .unknown)
    // The code remembers its use, although its grant is gone.
    #expect(try state.redeem("1", grant: "x", client: "1", token: "x") == .reused(grant: nil))
  }

  /// ATTACKS O83
  @Test func theTableOfGrantsIsBounded() throws {
    let state = try AuthorizationState.inMemory { $0.grants = 1 }
    try state.makeGrant("1")
    try state.issueCode(digest("2"), .sample(), now: 0)
    let before = try state.content()
    #expect(throws: StateError.full) { try state.redeem("2") }
    #expect(try state.content() == before)
  }
}
