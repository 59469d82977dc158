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

  /// A token without a family.
  func revoke(
    _ registry: InMemoryTokenRegistry, _ token: TokenID, issuedAt: Int, until: Int, now: Int
  ) {
    registry.revoke(
      token, of: nil, issuedAt: issuedAt, until: until, accessUntil: Self.day, now: now)
  }

  @Test func aTokenIsRotatedOnce() throws {
    let registry = begun()
    try rotate(registry, "a", to: "b")
    try check(registry, "b", family)
    #expect(throws: AuthenticationFailure.replayedToken) { try rotate(registry, "a", to: "c") }
    #expect(registry.isRevoked(TokenID("any"), of: family, issuedAt: 0))
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
    #expect(registry.isRevoked(TokenID("any"), of: family, issuedAt: 0))
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
      revoke(registry, TokenID(String(number)), issuedAt: now, until: now + Self.day, now: now)
      if number.isMultiple(of: 1000) {
        most = max(most, registry.revocationCount)
        #expect(registry.isRevoked(TokenID(String(number)), of: nil, issuedAt: now))
      }
    }
    #expect(most <= 2 * 10_000 + 1)
    #expect(
      !registry.isRevoked(TokenID("another"), of: nil, issuedAt: 0), "nothing was lost by the bound"
    )
  }

  /// Past the bound the oldest tokens' revocations are forgotten, and every token as old is refused.
  @Test func revocationsPastTheBoundFailClosed() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 100)
    for time in 1...100 {
      revoke(registry, TokenID(String(time)), issuedAt: time, until: Self.day, now: 101)
      #expect(registry.revocationCount < 100)
    }
    // Of a hundred, the quarter that was issued first is forgotten: 1 to 25.
    #expect(registry.revocationCount == 75)
    for time in 1...100 {
      #expect(
        registry.isRevoked(TokenID(String(time)), of: nil, issuedAt: time), "revoked at \(time)")
    }
    let other = TokenID("never revoked")
    #expect(registry.isRevoked(other, of: nil, issuedAt: 24))
    #expect(
      registry.isRevoked(other, of: nil, issuedAt: 25), "as old as the newest that was forgotten")
    #expect(!registry.isRevoked(other, of: nil, issuedAt: 26))
    #expect(registry.hasRevoked)
  }

  /// The same where all that are forgotten have one time of issue, and over and over again.
  @Test func aMillionRevocationsAreBounded() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 1000)
    for number in 0..<1_000_000 {
      revoke(registry, TokenID(String(number)), issuedAt: 7, until: Self.day, now: 8)
    }
    #expect(registry.revocationCount < 1000)
    for number in stride(from: 0, to: 1_000_000, by: 10_007) {
      #expect(registry.isRevoked(TokenID(String(number)), of: nil, issuedAt: 7))
    }
    #expect(!registry.isRevoked(TokenID("young"), of: nil, issuedAt: 8))
  }

  /// The bound holds where all revocations that are there have ended, too: nothing is refused.
  @Test func whatHasEndedMakesRoom() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 100)
    for number in 0..<99 {
      revoke(registry, TokenID(String(number)), issuedAt: 5, until: 10, now: 6)
    }
    revoke(registry, TokenID("last"), issuedAt: 5, until: 20, now: 10)
    #expect(registry.revocationCount == 1)
    #expect(!registry.isRevoked(TokenID("another"), of: nil, issuedAt: 5))
  }

  @Test func whatIsOverIsNotKept() {
    let registry = InMemoryTokenRegistry()
    revoke(registry, TokenID("a"), issuedAt: 0, until: 10, now: 10)
    #expect(registry.revocationCount == 0)
  }

  /// T35: whoever revokes one token of a family after the other ends the family, and fills nothing.
  @Test func theTokensOfOneFamilyAreOneRevocation() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 100)
    func revoke(_ number: Int, until: Int = Self.day, now: Int = 1) {
      registry.revoke(
        TokenID(String(number)), of: family, issuedAt: now, until: until, accessUntil: Self.day,
        now: now)
    }
    let another = TokenID("another")
    for number in 0..<16 { revoke(number) }
    for number in 0..<16 {
      #expect(registry.isRevoked(TokenID(String(number)), of: family, issuedAt: 1))
    }
    revoke(3)
    #expect(!registry.isRevoked(another, of: family, issuedAt: 1), "the same token counts once")
    revoke(16)
    #expect(registry.isRevoked(another, of: family, issuedAt: 1))
    for number in 17..<1000 { revoke(number) }
    #expect(registry.revocationCount == 1)
    #expect(!registry.isRevoked(another, of: TokenID("another family"), issuedAt: 1))
    #expect(throws: AuthenticationFailure.unknownFamily) { try check(registry, "a", family) }
  }

  /// Tokens that are over do not count towards the end of their family.
  @Test func aFamilyThatRevokesInPeaceLivesOn() throws {
    let registry = begun()
    for time in 0..<1000 {
      registry.revoke(
        TokenID(String(time)), of: family, issuedAt: time, until: time + 10, accessUntil: Self.day,
        now: time)
      #expect(registry.isRevoked(TokenID(String(time)), of: family, issuedAt: time))
    }
    #expect(!registry.isRevoked(TokenID("another"), of: family, issuedAt: 999))
    #expect(registry.revocationCount == 1)
    try check(registry, "a", family)
  }

  /// The end of a family holds where single tokens of it were revoked before, and after.
  @Test func anEndedFamilyStaysEnded() {
    let registry = begun()
    registry.revoke(
      TokenID("one"), of: family, issuedAt: 1, until: Self.day, accessUntil: Self.day, now: 1)
    registry.end(family, accessUntil: Self.day, now: 2)
    registry.revoke(
      TokenID("two"), of: family, issuedAt: 1, until: Self.day, accessUntil: Self.day, now: 3)
    #expect(registry.isRevoked(TokenID("three"), of: family, issuedAt: 1))
  }

  /// One entry is kept until the last of its tokens is over, and is as old as the youngest.
  @Test(
    arguments: [
      (10, 30, 20, 20), (20, 20, 10, 30),
    ])
  func anEntryCoversAllItsTokens(
    _ firstIssuedAt: Int, _ firstUntil: Int, _ secondIssuedAt: Int, _ secondUntil: Int
  ) {
    let registry = InMemoryTokenRegistry(maximumRevocations: 4)
    func revoke(_ token: String, _ issuedAt: Int, _ until: Int, _ now: Int) {
      registry.revoke(
        TokenID(token), of: family, issuedAt: issuedAt, until: until, accessUntil: 40, now: now)
    }
    revoke("a", firstIssuedAt, firstUntil, 1)
    revoke("b", secondIssuedAt, secondUntil, 1)
    // Three more that are as old as its elder, at a time when its shorter one is over.
    for name in ["x", "y", "z"] {
      self.revoke(registry, TokenID(name), issuedAt: 10, until: 40, now: 25)
    }
    let longest = firstUntil == 30 ? "a" : "b"
    #expect(registry.isRevoked(TokenID(longest), of: family, issuedAt: 11))
    #expect(!registry.isRevoked(TokenID("c"), of: family, issuedAt: 11), "still an entry of tokens")
  }

  /// The clock is set back between two ends of one family.
  @Test func theEndOfAFamilyIsNotMovedBack() {
    let registry = InMemoryTokenRegistry(maximumRevocations: 2)
    registry.end(family, accessUntil: 40, now: 20)
    registry.end(family, accessUntil: 25, now: 5)
    self.revoke(registry, TokenID("x"), issuedAt: 10, until: 40, now: 30)
    #expect(registry.isRevoked(TokenID("a"), of: family, issuedAt: 15))
  }

  /// A million families: those that end first go, and what was revoked stays revoked.
  @Test func familiesAreBounded() {
    let registry = InMemoryTokenRegistry(maximumFamilies: 1000)
    func begin(_ name: String, _ token: String, endsAt: Int) {
      registry.begin(
        TokenID(name), TokenFamily(current: TokenID(token), lifetime: 1, endsAt: endsAt), now: 0)
    }
    begin("revoked", "a", endsAt: Self.day)
    registry.end(TokenID("revoked"), accessUntil: Self.day, now: 0)
    for number in 0..<1_000_000 { begin(String(number), "t\(number)", endsAt: Self.day + number) }
    #expect(registry.familyCount <= 1000)
    #expect(throws: Never.self) { try check(registry, "t999999", TokenID("999999")) }
    #expect(throws: AuthenticationFailure.unknownFamily) { try check(registry, "t0", TokenID("0")) }
    #expect(registry.isRevoked(TokenID("any"), of: TokenID("revoked"), issuedAt: 0))
  }
}
