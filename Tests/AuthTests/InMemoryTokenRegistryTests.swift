import Testing

@testable import Auth

/// RFC 9700 §4.14.2: refresh tokens work once.
struct InMemoryTokenRegistryTests {
  static let day = 86_400_000

  @Test func aTokenIsRotatedOnce() throws {
    let registry = InMemoryTokenRegistry()
    let family = TokenID("family")
    registry.begin(family, with: TokenID("a"), expiresAt: 1000, now: 0)
    try registry.rotate(
      family, from: TokenID("a"), to: TokenID("b"), expiresAt: 1000, accessUntil: 500, now: 0)
    #expect(registry.isCurrent(TokenID("b"), of: family))
    #expect(throws: AuthenticationFailure.replayedToken) {
      try registry.rotate(
        family, from: TokenID("a"), to: TokenID("c"), expiresAt: 1000, accessUntil: 500, now: 0)
    }
    #expect(registry.isRevoked(family))
    #expect(throws: AuthenticationFailure.unknownFamily, "the thief's token is dead too") {
      try registry.rotate(
        family, from: TokenID("b"), to: TokenID("c"), expiresAt: 1000, accessUntil: 500, now: 0)
    }
  }

  @Test func aStrangersFamilyIsUnknown() {
    #expect(throws: AuthenticationFailure.unknownFamily) {
      try InMemoryTokenRegistry().rotate(
        TokenID("x"), from: TokenID("a"), to: TokenID("b"), expiresAt: 1, accessUntil: 1, now: 0)
    }
  }

  /// A million tokens revoked over a hundred days, each good for a day: no more are kept than may
  /// be alive, twice over.
  @Test func revocationsAreForgottenWhenTheyAreOver() {
    let registry = InMemoryTokenRegistry()
    var most = 0
    for number in 0..<1_000_000 {
      let now = number * Self.day / 10_000
      registry.revoke(TokenID(String(number)), until: now + Self.day, now: now)
      if number.isMultiple(of: 1000) {
        most = max(most, registry.revocationCount)
        #expect(registry.isRevoked(TokenID(String(number))))
      }
    }
    #expect(most <= 2 * 10_000 + 1)
  }

  @Test func whatIsOverIsNotKept() {
    let registry = InMemoryTokenRegistry()
    registry.revoke(TokenID("a"), until: 10, now: 10)
    #expect(registry.revocationCount == 0)
  }

  /// A million families: those that end first go, and what was revoked stays revoked.
  @Test func familiesAreBounded() {
    let registry = InMemoryTokenRegistry(maximumFamilies: 1000)
    let revoked = TokenID("revoked")
    registry.begin(revoked, with: TokenID("a"), expiresAt: Self.day, now: 0)
    registry.revoke(revoked, until: Self.day, now: 0)
    for number in 0..<1_000_000 {
      registry.begin(
        TokenID(String(number)), with: TokenID("t\(number)"), expiresAt: Self.day + number, now: 0)
    }
    #expect(registry.familyCount <= 1000)
    #expect(registry.isCurrent(TokenID("t999999"), of: TokenID("999999")))
    #expect(!registry.isCurrent(TokenID("t0"), of: TokenID("0")))
    #expect(registry.isRevoked(revoked))
  }
}
