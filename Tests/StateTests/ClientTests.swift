import Crypto
import Support
import TestSupport
import Testing

@testable import State

struct ClientTests {
  @Test func aClientComesBackAsItWas() throws {
    let state = try AuthorizationState.inMemory()
    var client = RegisteredClient.sample(
      "é\"1", at: 5, uris: ["https://a/b?c=\"d\"", "http://127.0.0.1/\u{1F600}"])
    client.secretDigest = digest("secret")
    try state.register(client, now: 5)
    try state.register(.sample("2", isDynamic: false, at: 4, uris: []), now: 5)
    let found = try #require(try state.client("é\"1"))
    #expect(found.name == client.name)
    #expect(found.redirectURIs == client.redirectURIs)
    #expect(found.grantTypes == client.grantTypes)
    #expect(found.scopes == client.scopes)
    #expect(found.secretDigest?.isEqual(to: digest("secret")) == true)
    #expect(found.isDynamic && found.registeredAt == 5 && found.lastGrantAt == nil)
    #expect(try state.clients().map(\.id) == ["2", "é\"1"])
    #expect(try state.clients().first?.isDynamic == false)
    #expect(try state.client("e\u{301}\"1") == nil)
  }

  @Test func anIdentifierIsStoredOnce() throws {
    let state = try AuthorizationState.inMemory()
    try state.register(.sample("1"), now: 0)
    #expect(throws: StateError.exists) { try state.register(.sample("1", uris: []), now: 0) }
    #expect(try state.client("1")?.redirectURIs == ["https://a/b"])
  }

  @Test func aLongClientIsRefused() throws {
    let state = try AuthorizationState.inMemory()
    let uri = String(repeating: "a", count: AuthorizationState.maximumClientLength)
    #expect(throws: StateError.tooLarge) {
      try state.register(.sample("1", uris: [uri]), now: 0)
    }
  }

  /// RFC 7591 §5: registration is open to everybody.
  /// ATTACKS O83
  @Test func aFullTableRemovesOnlyOldClientsWithoutAGrant() throws {
    let state = try AuthorizationState.inMemory()
    let later: WallTime = 0 + .seconds(3600)
    try state.register(.sample("unused"), limit: 4, now: 0)
    try state.register(.sample("used"), limit: 4, now: 0)
    try state.register(.sample("added", isDynamic: false), limit: 4, now: 0)
    try state.register(.sample("young", at: 1), limit: 4, now: 1)
    try state.makeGrant("g", client: "used")
    #expect(throws: StateError.full) {
      try state.register(.sample("new"), limit: 4, now: later - .milliseconds(1))
    }
    #expect(try state.clients().map(\.id) == ["added", "unused", "used", "young"])
    try state.register(.sample("new", at: later), limit: 4, now: later)
    #expect(try state.clients().map(\.id) == ["added", "used", "young", "new"])
    #expect(try state.client("used")?.lastGrantAt == 0)
  }

  @Test func removingAClientEndsItsGrantsAndVoidsItsCodes() throws {
    let state = try AuthorizationState.inMemory()
    try state.register(.sample("c"), now: 0)
    try state.makeGrant("g")
    try state.makeGrant("other", client: "d")
    try state.issueCode(digest("code"), .sample(), now: 0)
    #expect(try state.removeClient("c", now: 1))
    #expect(try state.client("c") == nil)
    #expect(try !state.isActive("g", now: 1))
    #expect(try state.isActive("other", now: 1))
    #expect(try state.redeem("code") == .unknown)
    #expect(try !state.removeClient("c", now: 1))
  }
}
