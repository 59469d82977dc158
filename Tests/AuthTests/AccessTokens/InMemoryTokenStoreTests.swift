import Support
import TestSupport
import Testing

@testable import Auth

/// RFC 9700 §4.14.2: refresh tokens work once.
struct InMemoryTokenStoreTests {
  /// A day after the start of the clock.
  static let day: WallTime = 86_400_000

  let family = "family"

  func begun(_ token: String = "a") async -> InMemoryTokenStore {
    let store = InMemoryTokenStore()
    await store.begin(
      TokenFamily(current: token, lifetime: .seconds(60), endsAt: 1000), named: family, now: 0)
    return store
  }

  func check(_ store: InMemoryTokenStore, _ token: String, _ family: String)
    async throws(AuthenticationError)
  {
    _ = try await store.check(token, of: family, accessUntil: 500, now: 0)
  }

  func rotate(_ store: InMemoryTokenStore, _ token: String, to next: String)
    async throws(AuthenticationError)
  {
    try await store.rotate(token, to: next, of: family, accessUntil: 500, now: 0)
  }

  /// A token without a family.
  func revoke(
    _ store: InMemoryTokenStore, _ token: String, issuedAt: WallTime, until: WallTime, now: WallTime
  ) async {
    await store.revoke(
      token, of: nil, issuedAt: issuedAt, until: until, accessUntil: Self.day, now: now)
  }

  @Test func aTokenIsRotatedOnce() async throws {
    let store = await begun()
    try await rotate(store, "a", to: "b")
    try await check(store, "b", family)
    await #expect(throws: AuthenticationError.replayedToken) {
      try await rotate(store, "a", to: "c")
    }
    #expect(await store.isRevoked("any", of: family, issuedAt: 0))
    await #expect(throws: AuthenticationError.unknownFamily, "the thief's token is dead too") {
      try await rotate(store, "b", to: "c")
    }
  }

  /// T33: checking a token does not use it up. Checking a used token ends its family.
  @Test func aCheckFindsAReplay() async throws {
    let store = await begun()
    for _ in 0..<2 { try await check(store, "a", family) }
    #expect(store.revocationCount == 0)
    try await rotate(store, "a", to: "b")
    await #expect(throws: AuthenticationError.replayedToken) { try await check(store, "a", family) }
    #expect(await store.isRevoked("any", of: family, issuedAt: 0))
    await #expect(throws: AuthenticationError.unknownFamily) { try await check(store, "b", family) }
  }

  @Test func rotationKeepsLifetimeAndEnd() async throws {
    let store = await begun()
    try await rotate(store, "a", to: "b")
    #expect(
      try await store.check("b", of: family, accessUntil: 500, now: 0)
        == TokenFamily(current: "b", lifetime: .seconds(60), endsAt: 1000))
  }

  @Test func aStrangersFamilyIsUnknown() async {
    await #expect(throws: AuthenticationError.unknownFamily) {
      try await rotate(InMemoryTokenStore(), "a", to: "b")
    }
  }

  /// A million tokens are revoked over a hundred days, and each is valid for a day. The store keeps
  /// at most twice as many as can be valid at one time.
  @Test func revocationsAreForgottenWhenTheyAreOver() async {
    let store = InMemoryTokenStore()
    var most = 0
    for number in 0..<1_000_000 {
      let now = WallTime(milliseconds: number * 8640)
      await revoke(store, String(number), issuedAt: now, until: now + .seconds(86_400), now: now)
      if number.isMultiple(of: 1000) {
        most = max(most, store.revocationCount)
        #expect(await store.isRevoked(String(number), of: nil, issuedAt: now))
      }
    }
    #expect(most <= 2 * 10_000 + 1)
    #expect(
      await !store.isRevoked("another", of: nil, issuedAt: 0), "nothing was lost by the bound"
    )
  }

  /// Over the limit the revocations of the oldest tokens are removed, and every token of that age
  /// is refused.
  @Test func revocationsPastTheBoundFailClosed() async {
    let store = InMemoryTokenStore(maximumRevocations: 100)
    for number in 1...100 {
      await revoke(
        store, String(number), issuedAt: WallTime(milliseconds: number), until: Self.day, now: 101)
      #expect(store.revocationCount < 100)
    }
    // Of a hundred, the quarter that was issued first is removed: 1 to 25.
    #expect(store.revocationCount == 75)
    for number in 1...100 {
      let time = WallTime(milliseconds: number)
      #expect(
        await store.isRevoked(String(number), of: nil, issuedAt: time), "revoked at \(number)")
    }
    let other = "never revoked"
    #expect(await store.isRevoked(other, of: nil, issuedAt: 24))
    #expect(
      await store.isRevoked(other, of: nil, issuedAt: 25), "as old as the newest that was forgotten"
    )
    #expect(await !store.isRevoked(other, of: nil, issuedAt: 26))
  }

  /// The same if all removed ones were issued at one time, and again many times.
  @Test func aMillionRevocationsAreBounded() async {
    let store = InMemoryTokenStore(maximumRevocations: 1000)
    for number in 0..<1_000_000 {
      await revoke(store, String(number), issuedAt: 7, until: Self.day, now: 8)
    }
    #expect(store.revocationCount < 1000)
    for number in stride(from: 0, to: 1_000_000, by: 10_007) {
      #expect(await store.isRevoked(String(number), of: nil, issuedAt: 7))
    }
    #expect(await !store.isRevoked("young", of: nil, issuedAt: 8))
  }

  /// If all revocations have ended, the limit holds too, and no token is refused.
  @Test func whatHasEndedMakesRoom() async {
    let store = InMemoryTokenStore(maximumRevocations: 100)
    for number in 0..<99 {
      await revoke(store, String(number), issuedAt: 5, until: 10, now: 6)
    }
    await revoke(store, "last", issuedAt: 5, until: 20, now: 10)
    #expect(store.revocationCount == 1)
    #expect(await !store.isRevoked("another", of: nil, issuedAt: 5))
  }

  @Test func whatIsOverIsNotKept() async {
    let store = InMemoryTokenStore()
    await revoke(store, "a", issuedAt: 0, until: 10, now: 10)
    #expect(store.revocationCount == 0)
  }

  /// T35: a client that revokes one token of a family after the other ends the family, and does not
  /// fill the store.
  @Test func theTokensOfOneFamilyAreOneRevocation() async {
    let store = InMemoryTokenStore(maximumRevocations: 100)
    func revoke(_ number: Int, until: WallTime = Self.day, now: WallTime = 1) async {
      await store.revoke(
        String(number), of: family, issuedAt: now, until: until, accessUntil: Self.day,
        now: now)
    }
    let another = "another"
    for number in 0..<16 { await revoke(number) }
    for number in 0..<16 {
      #expect(await store.isRevoked(String(number), of: family, issuedAt: 1))
    }
    await revoke(3)
    #expect(await !store.isRevoked(another, of: family, issuedAt: 1), "the same token counts once")
    await revoke(16)
    #expect(await store.isRevoked(another, of: family, issuedAt: 1))
    for number in 17..<1000 { await revoke(number) }
    #expect(store.revocationCount == 1)
    #expect(await !store.isRevoked(another, of: "another family", issuedAt: 1))
    await #expect(throws: AuthenticationError.unknownFamily) { try await check(store, "a", family) }
  }

  /// Expired tokens do not count towards the limit of their family.
  @Test func aFamilyThatRevokesInPeaceLivesOn() async throws {
    let store = await begun()
    for number in 0..<1000 {
      let time = WallTime(milliseconds: number)
      await store.revoke(
        String(number), of: family, issuedAt: time, until: time + .milliseconds(10),
        accessUntil: Self.day, now: time)
      #expect(await store.isRevoked(String(number), of: family, issuedAt: time))
    }
    #expect(await !store.isRevoked("another", of: family, issuedAt: 999))
    #expect(store.revocationCount == 1)
    try await check(store, "a", family)
  }

  /// A revoked family stays revoked if single tokens of it are revoked before or after.
  @Test func anEndedFamilyStaysEnded() async {
    let store = await begun()
    await store.revoke(
      "one", of: family, issuedAt: 1, until: Self.day, accessUntil: Self.day, now: 1)
    await store.revokeFamily(family, accessUntil: Self.day, now: 2)
    await store.revoke(
      "two", of: family, issuedAt: 1, until: Self.day, accessUntil: Self.day, now: 3)
    #expect(await store.isRevoked("three", of: family, issuedAt: 1))
  }

  /// An entry is kept until its last token expires. Its age is that of its youngest token.
  @Test(
    arguments: [
      (10, 30, 20, 20), (20, 20, 10, 30),
    ] as [(WallTime, WallTime, WallTime, WallTime)])
  func anEntryCoversAllItsTokens(
    _ firstIssuedAt: WallTime, _ firstUntil: WallTime, _ secondIssuedAt: WallTime,
    _ secondUntil: WallTime
  ) async {
    let store = InMemoryTokenStore(maximumRevocations: 4)
    func revoke(_ token: String, _ issuedAt: WallTime, _ until: WallTime, _ now: WallTime) async {
      await store.revoke(
        token, of: family, issuedAt: issuedAt, until: until, accessUntil: 40, now: now)
    }
    await revoke("a", firstIssuedAt, firstUntil, 1)
    await revoke("b", secondIssuedAt, secondUntil, 1)
    // Three more, issued with its older token, at a time when its shorter token has expired.
    for name in ["x", "y", "z"] {
      await self.revoke(store, name, issuedAt: 10, until: 40, now: 25)
    }
    let longest = firstUntil == 30 ? "a" : "b"
    #expect(await store.isRevoked(longest, of: family, issuedAt: 11))
    #expect(await !store.isRevoked("c", of: family, issuedAt: 11), "still an entry of tokens")
  }

  /// The clock is set back between two revocations of one family.
  @Test func theEndOfAFamilyIsNotMovedBack() async {
    let store = InMemoryTokenStore(maximumRevocations: 2)
    await store.revokeFamily(family, accessUntil: 40, now: 20)
    await store.revokeFamily(family, accessUntil: 25, now: 5)
    await self.revoke(store, "x", issuedAt: 10, until: 40, now: 30)
    #expect(await store.isRevoked("a", of: family, issuedAt: 15))
  }

  /// A million families: those that end first are removed, and revocations stay.
  @Test func familiesAreBounded() async {
    let store = InMemoryTokenStore(maximumFamilies: 1000)
    func begin(_ name: String, _ token: String, endsAt: WallTime) async {
      await store.begin(
        TokenFamily(current: token, lifetime: .seconds(1), endsAt: endsAt), named: name, now: 0)
    }
    await begin("revoked", "a", endsAt: Self.day)
    await store.revokeFamily("revoked", accessUntil: Self.day, now: 0)
    for number in 0..<1_000_000 {
      await begin(String(number), "t\(number)", endsAt: Self.day + .milliseconds(number))
    }
    #expect(store.familyCount <= 1000)
    await #expect(throws: Never.self) { try await check(store, "t999999", "999999") }
    await #expect(throws: AuthenticationError.unknownFamily) { try await check(store, "t0", "0") }
    #expect(await store.isRevoked("any", of: "revoked", issuedAt: 0))
  }
}
