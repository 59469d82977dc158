import Testing

@testable import Auth

/// RFC 9700 §4.14.2: refresh tokens work once.
struct InMemoryTokenRegistryTests {
  static let day = 86_400_000

  let family = TokenID("family")

  func begun(_ token: String = "a") -> InMemoryTokenRegistry {
    let registry = InMemoryTokenRegistry()
    registry.begin(
      family, TokenFamily(current: TokenID(token), lifetime: 60, endsAt: 1000), now: 0)
    return registry
  }

  func check(_ registry: InMemoryTokenRegistry, _ token: String, _ family: TokenID)
    throws(AuthenticationFailure)
  {
    _ = try registry.check(TokenID(token), of: family, accessUntil: 500, now: 0)
  }

  func rotate(_ registry: InMemoryTokenRegistry, _ token: String, to next: String)
    throws(AuthenticationFailure)
  {
    try registry.rotate(
      family, from: TokenID(token), to: TokenID(next), accessUntil: 500, now: 0)
  }

  @Test func aTokenIsRotatedOnce() throws {
    let registry = begun()
    try rotate(registry, "a", to: "b")
    try check(registry, "b", family)
    #expect(throws: AuthenticationFailure.replayedToken) { try rotate(registry, "a", to: "c") }
    #expect(registry.isRevoked(family, issuedAt: 0))
    #expect(throws: AuthenticationFailure.unknownFamily, "the thief's token is dead too") {
      try rotate(registry, "b", to: "c")
    }
  }

  /// T33: to check a token does not use it up; to check a used one ends its family.
  @Test func aCheckFindsAReplay() throws {
    let registry = begun()
    for _ in 0..<2 { try check(registry, "a", family) }
    #expect(!registry.hasRevoked)
    try rotate(registry, "a", to: "b")
    #expect(throws: AuthenticationFailure.replayedToken) { try check(registry, "a", family) }
    #expect(registry.isRevoked(family, issuedAt: 0))
    #expect(throws: AuthenticationFailure.unknownFamily) { try check(registry, "b", family) }
  }

  @Test func rotationKeepsLifetimeAndEnd() throws {
    let registry = begun()
    try rotate(registry, "a", to: "b")
    #expect(
      try registry.check(TokenID("b"), of: family, accessUntil: 500, now: 0)
        == TokenFamily(current: TokenID("b"), lifetime: 60, endsAt: 1000))
  }

  @Test func aStrangersFamilyIsUnknown() {
    #expect(throws: AuthenticationFailure.unknownFamily) {
      try rotate(InMemoryTokenRegistry(), "a", to: "b")
    }
  }

  /// A million tokens revoked over a hundred days, each good for a day: no more are kept than may
  /// be alive, twice over.
  @Test func revocationsAreForgottenWhenTheyAreOver() {
    let registry = InMemoryTokenRegistry()
    var most = 0
    for number in 0..<1_000_000 {
      let now = number * Self.day / 10_000
      registry.revoke(TokenID(String(number)), issuedAt: now, until: now + Self.day, now: now)
      if number.isMultiple(of: 1000) {
        most = max(most, registry.revocationCount)
        #expect(registry.isRevoked(TokenID(String(number)), issuedAt: now))
      }
    }
    #expect(most <= 2 * 10_000 + 1)
    #expect(!registry.isRevoked(TokenID("another"), issuedAt: 0), "nothing was lost by the bound")
  }

  /// Past the bound the oldest tokens' revocations are forgotten, and every token as old is refused.
  @Test func revocationsPastTheBoundFailClosed() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 100)
    for time in 1...100 {
      registry.revoke(TokenID(String(time)), issuedAt: time, until: Self.day, now: 101)
      #expect(registry.revocationCount < 100)
    }
    // Of a hundred, the quarter that was issued first is forgotten: 1 to 25.
    #expect(registry.revocationCount == 75)
    for time in 1...100 {
      #expect(registry.isRevoked(TokenID(String(time)), issuedAt: time), "revoked at \(time)")
    }
    let other = TokenID("never revoked")
    #expect(registry.isRevoked(other, issuedAt: 24))
    #expect(registry.isRevoked(other, issuedAt: 25), "as old as the newest that was forgotten")
    #expect(!registry.isRevoked(other, issuedAt: 26))
    #expect(registry.hasRevoked)
  }

  /// The same where all that are forgotten have one time of issue, and over and over again.
  @Test func aMillionRevocationsAreBounded() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 1000)
    for number in 0..<1_000_000 {
      registry.revoke(TokenID(String(number)), issuedAt: 7, until: Self.day, now: 8)
    }
    #expect(registry.revocationCount < 1000)
    for number in stride(from: 0, to: 1_000_000, by: 10_007) {
      #expect(registry.isRevoked(TokenID(String(number)), issuedAt: 7))
    }
    #expect(!registry.isRevoked(TokenID("young"), issuedAt: 8))
  }

  /// The bound holds where all revocations that are there have ended, too: nothing is refused.
  @Test func whatHasEndedMakesRoom() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 100)
    for number in 0..<99 {
      registry.revoke(TokenID(String(number)), issuedAt: 5, until: 10, now: 6)
    }
    registry.revoke(TokenID("last"), issuedAt: 5, until: 20, now: 10)
    #expect(registry.revocationCount == 1)
    #expect(!registry.isRevoked(TokenID("another"), issuedAt: 5))
  }

  @Test func whatIsOverIsNotKept() {
    let registry = InMemoryTokenRegistry()
    registry.revoke(TokenID("a"), issuedAt: 0, until: 10, now: 10)
    #expect(registry.revocationCount == 0)
  }

  /// A million families: those that end first go, and what was revoked stays revoked.
  @Test func familiesAreBounded() {
    let registry = InMemoryTokenRegistry(maximumFamilies: 1000)
    func begin(_ name: String, _ token: String, endsAt: Int) {
      registry.begin(
        TokenID(name), TokenFamily(current: TokenID(token), lifetime: 1, endsAt: endsAt), now: 0)
    }
    begin("revoked", "a", endsAt: Self.day)
    registry.revoke(TokenID("revoked"), issuedAt: 0, until: Self.day, now: 0)
    for number in 0..<1_000_000 { begin(String(number), "t\(number)", endsAt: Self.day + number) }
    #expect(registry.familyCount <= 1000)
    #expect(throws: Never.self) { try check(registry, "t999999", TokenID("999999")) }
    #expect(throws: AuthenticationFailure.unknownFamily) { try check(registry, "t0", TokenID("0")) }
    #expect(registry.isRevoked(TokenID("revoked"), issuedAt: 0))
  }
}
