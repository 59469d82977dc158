import Support
import JOSE
import Testing
import TestSupport

@testable import Auth

struct TokenIssuerTests {
  let clock = ManualClock()
  let store = InMemoryTokenStore()
  let random = SeededBytes(seed: 7)

  /// All issuers of one test share a store, as after SIGHUP.
  func issuer(
    users: UserDirectory = .everyone(.advanced), lifetime: Int = 3600, secret: UInt8 = 1,
    previous: [UInt8] = [], leeway: Int = 0, canBeGuessed: Bool = false,
    store: InMemoryTokenStore? = nil
  ) throws -> TokenIssuer {
    func key(_ byte: UInt8) throws -> HMACKey {
      try HMACKey(secret: [UInt8](repeating: byte, count: 32))
    }
    let policy = AccessTokenPolicy(
      keys: KeySet(current: try key(secret), previous: try previous.map(key)),
      issuer: "calculator", audience: "calculator", leeway: .seconds(leeway),
      canBeGuessed: canBeGuessed)
    let clock = clock
    return TokenIssuer(
      TokenIssuer.Settings(
        policy: policy, users: users, lifetime: .seconds(lifetime),
        refreshLifetime: .seconds(7 * 86_400)),
      store: store ?? self.store, now: { clock.now }, random: random.make)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var user = "anshika"
    var permissions: PermissionSet?
    var lifetime: Int?
    let expected: Result<[Permission], IssueFailure>
  }

  @Test(arguments: [
    Row(
      testDescription: "all of the role", expected: .success([.calculateBasic, .calculateAdvanced])),
    Row(
      testDescription: "fewer", permissions: [.calculateBasic],
      expected: .success([.calculateBasic])),
    Row(testDescription: "none", permissions: [], expected: .success([])),
    Row(
      testDescription: "more than the role, never silently cut (T26)",
      permissions: [.calculateBasic, .tokensManage],
      expected: .failure(.morePermissions(Role.advanced.permissions))),
    Row(
      testDescription: "an hour", lifetime: 3600,
      expected: .success([.calculateBasic, .calculateAdvanced])),
    Row(
      testDescription: "more", lifetime: 3601,
      expected: .failure(.invalidLifetime(maximum: .seconds(3600)))),
    Row(
      testDescription: "nothing", lifetime: 0,
      expected: .failure(.invalidLifetime(maximum: .seconds(3600)))),
    Row(
      testDescription: "less", lifetime: -1,
      expected: .failure(.invalidLifetime(maximum: .seconds(3600)))),
    Row(testDescription: "no name", user: "", expected: .failure(.invalidUser)),
    Row(testDescription: "a name with CRLF", user: "a\r\nb", expected: .failure(.invalidUser)),
    Row(
      testDescription: "a name of 1 MiB", user: String(repeating: "x", count: 1 << 20),
      expected: .failure(.invalidUser)),
  ])
  func issues(_ row: Row) async throws {
    let issuer = try issuer()
    let result: Result<[Permission], IssueFailure>
    do throws(IssueFailure) {
      let pair = try await issuer.issue(
        to: row.user, permissions: row.permissions, lifetime: row.lifetime)
      result = .success(pair.permissions)
    } catch {
      result = .failure(error)
    }
    #expect(result == row.expected)
  }

  @Test func onlyListedUsersGetTokens() async throws {
    let issuer = try issuer(users: .listed(["anshika": .basic]))
    #expect(
      try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil).permissions == [
        .calculateBasic
      ])
    await #expect(throws: IssueFailure.unknownUser) {
      try await issuer.issue(to: "Anshika", permissions: nil, lifetime: nil)
    }
  }

  @Test func anAccessTokenEndsAtItsTime() async throws {
    let issuer = try issuer()
    let pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: 60)
    clock.advance(seconds: 59)
    #expect(
      try await issuer.verifier.verify(pair.accessToken, as: .accessToken).subject == "anshika")
    clock.advance(seconds: 1)
    await #expect(throws: AuthenticationError.invalidToken(.expired)) {
      try await issuer.verifier.verify(pair.accessToken, as: .accessToken)
    }
  }

  /// T12: a token of one type is never accepted as another.
  @Test func tokensAreNotSwapped() async throws {
    let issuer = try issuer()
    let pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    await #expect(throws: AuthenticationError.invalidToken(.wrongType)) {
      try await issuer.verifier.verify(pair.refreshToken, as: .accessToken)
    }
    await #expect(throws: AuthenticationError.invalidToken(.wrongType)) {
      try await issuer.verifier.verify(pair.accessToken, as: .refreshToken)
    }
  }

  /// T27, RFC 9700 §4.14.2: the second use ends the family with its access tokens.
  @Test func aReplayEndsTheFamily() async throws {
    let issuer = try issuer()
    let first = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    let claims = try await issuer.verifier.verify(first.refreshToken, as: .refreshToken)
    let second = try await issuer.refresh(claims, permissions: nil)
    await #expect(throws: RefreshFailure.unauthenticated(.replayedToken)) {
      try await issuer.refresh(claims, permissions: nil)
    }
    for token in [first.accessToken, second.accessToken] {
      await #expect(throws: AuthenticationError.revokedToken) {
        try await issuer.verifier.verify(token, as: .accessToken)
      }
    }
    await #expect(throws: AuthenticationError.revokedToken) {
      try await issuer.verifier.verify(second.refreshToken, as: .refreshToken)
    }
    // Another family of the same user stays valid.
    let other = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    #expect(
      try await issuer.verifier.verify(other.accessToken, as: .accessToken).subject == "anshika")
  }

  /// Of several refreshes at the same time one succeeds, and the family ends.
  @Test func oneOfManyRefreshesWins() async throws {
    let issuer = try issuer()
    let pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
    let wins = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<64 {
        group.addTask { (try? await issuer.refresh(claims, permissions: nil)) != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(wins == 1)
  }

  /// Many tasks issue, refresh, verify and revoke; the thread sanitizer checks them.
  @Test func manyTasksAtOnce() async throws {
    let issuer = try issuer()
    let alive = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<64 {
        group.addTask {
          do {
            var pair = try await issuer.issue(to: "user-\(number)", permissions: nil, lifetime: nil)
            for _ in 0..<20 {
              let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
              pair = try await issuer.refresh(claims, permissions: nil)
            }
            guard number.isMultiple(of: 2) else { return true }
            await issuer.revoke(
              pair.refreshToken,
              for: Identity(
                subject: Subject(constant: "user-\(number)"), method: .jwt, permissions: []))
            return (try? await issuer.verifier.verify(pair.accessToken, as: .accessToken)) != nil
          } catch {
            return false
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(alive == 32, "half of them ended their own family")
  }

  /// T30: a refresh never gains permissions.
  @Test func aRefreshNeverGains() async throws {
    let issuer = try issuer()
    let pair = try await issuer.issue(to: "anshika", permissions: [.calculateBasic], lifetime: nil)
    let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
    await #expect(throws: RefreshFailure.refused(.morePermissions([.calculateBasic]))) {
      try await issuer.refresh(claims, permissions: [.calculateBasic, .calculateAdvanced])
    }
    #expect(
      try await issuer.refresh(claims, permissions: nil).permissions == [.calculateBasic],
      "the wish for more did not use the token up")
  }

  /// T33: a used token is detected before the rest of the request is checked.
  @Test func aUsedTokenIsFoundBeforeTheWishIsJudged() async throws {
    let issuer = try issuer()
    let first = try await issuer.issue(to: "anshika", permissions: [.calculateBasic], lifetime: nil)
    let claims = try await issuer.verifier.verify(first.refreshToken, as: .refreshToken)
    let second = try await issuer.refresh(claims, permissions: nil)
    await #expect(throws: RefreshFailure.unauthenticated(.replayedToken)) {
      try await issuer.refresh(claims, permissions: [.calculateBasic, .calculateAdvanced])
    }
    await #expect(throws: AuthenticationError.revokedToken) {
      try await issuer.verifier.verify(second.accessToken, as: .accessToken)
    }
  }

  /// The lifetime of the first access token applies to all access tokens of the family.
  @Test func aRefreshKeepsTheFirstLifetime() async throws {
    var issuer = try issuer()
    var pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: 60)
    for _ in 0..<3 {
      clock.advance(seconds: 30)
      let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
      pair = try await issuer.refresh(claims, permissions: nil)
      #expect(pair.expiresAt - pair.issuedAt == .seconds(60))
    }
    // If JWT_TTL became shorter, it is the limit.
    issuer = try self.issuer(lifetime: 10)
    let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
    pair = try await issuer.refresh(claims, permissions: nil)
    #expect(pair.expiresAt - pair.issuedAt == .seconds(10))
  }

  /// A family ends JWT_REFRESH_TTL after its start, even if it is refreshed. No token is valid
  /// after that.
  @Test func aFamilyHasALastDay() async throws {
    var issuer = try issuer()
    let start = clock.now
    var pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    for day in 1...6 {
      clock.advance(seconds: 86_400)
      let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
      #expect(claims.expiresAt == start + .seconds(7 * 86_400), "day \(day)")
      pair = try await issuer.refresh(claims, permissions: nil)
      #expect(pair.expiresAt - pair.issuedAt == .seconds(3600))
    }
    clock.advance(seconds: 86_400 - 60)
    let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
    pair = try await issuer.refresh(claims, permissions: nil)
    #expect(pair.expiresAt == start + .seconds(7 * 86_400), "no longer than the family")
    clock.advance(seconds: 60)
    await #expect(throws: AuthenticationError.invalidToken(.expired)) {
      try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
    }
    // With a leeway the token itself is valid for longer, but its family has ended.
    issuer = try self.issuer(leeway: 60)
    let last = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
    await #expect(throws: RefreshFailure.unauthenticated(.invalidToken(.expired))) {
      try await issuer.refresh(last, permissions: nil)
    }
  }

  /// The store of revocations is full: it refuses old tokens, and accepts new ones.
  @Test func aFullStoreRefusesOldTokensOnly() async throws {
    let issuer = try issuer(store: InMemoryTokenStore(maximumRevocations: 8))
    let bystander = try await issuer.issue(to: "ben", permissions: nil, lifetime: nil)
    clock.advance(seconds: 1)
    let identity = Identity(subject: "anshika", method: .jwt, permissions: [])
    for _ in 0..<8 {
      let pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
      await issuer.revoke(pair.accessToken, for: identity)
    }
    await #expect(throws: AuthenticationError.revokedToken) {
      try await issuer.verifier.verify(bystander.accessToken, as: .accessToken)
    }
    clock.advance(seconds: 1)
    let young = try await issuer.issue(to: "ben", permissions: nil, lifetime: nil)
    #expect(try await issuer.verifier.verify(young.accessToken, as: .accessToken).subject == "ben")
  }

  @Test func aRefreshLosesWhatTheUserLost() async throws {
    var issuer = try issuer(users: .listed(["anshika": .advanced]))
    let pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    issuer = try self.issuer(users: .listed(["anshika": .basic]))
    let claims = try await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)
    let next = try await issuer.refresh(claims, permissions: nil)
    #expect(next.permissions == [.calculateBasic])

    issuer = try self.issuer(users: .listed([:]))
    let last = try await issuer.verifier.verify(next.refreshToken, as: .refreshToken)
    await #expect(throws: RefreshFailure.refused(.unknownUser)) {
      try await issuer.refresh(last, permissions: nil)
    }
  }

  /// The family of a refresh token of another process is unknown.
  @Test func aRestartForgetsRefreshTokens() async throws {
    let pair = try await issuer().issue(to: "anshika", permissions: nil, lifetime: nil)
    let restarted = try issuer(store: InMemoryTokenStore())
    #expect(
      try await restarted.verifier.verify(pair.accessToken, as: .accessToken).subject == "anshika")
    let claims = try await restarted.verifier.verify(pair.refreshToken, as: .refreshToken)
    await #expect(throws: RefreshFailure.unauthenticated(.unknownFamily)) {
      try await restarted.refresh(claims, permissions: nil)
    }
  }

  @Test func thePreviousSecretStillVerifiesAndNoLongerSigns() async throws {
    var issuer = try issuer()
    let old = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    issuer = try self.issuer(secret: 2, previous: [1])
    let new = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    #expect(
      try await issuer.verifier.verify(old.accessToken, as: .accessToken).subject == "anshika")
    issuer = try self.issuer(secret: 2)
    #expect(
      try await issuer.verifier.verify(new.accessToken, as: .accessToken).subject == "anshika")
    await #expect(throws: AuthenticationError.invalidToken(.unknownKey)) {
      try await issuer.verifier.verify(old.accessToken, as: .accessToken)
    }
  }

  /// T31, RFC 7009 §2.2: a caller cannot revoke the tokens of others, and cannot tell the
  /// difference.
  @Test(
    arguments: [
      ("anshika", [], true), ("mallory", [], false), ("admin", [.tokensManage], true),
      ("anshik\u{E0}", [], false),
    ] as [(Subject, PermissionSet, Bool)])
  func revokes(_ caller: Subject, _ permissions: PermissionSet, _ works: Bool) async throws {
    let issuer = try issuer()
    let pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    let identity = Identity(subject: caller, method: .jwt, permissions: permissions)
    await issuer.revoke(Secret("rubbish"), for: identity)
    await issuer.revoke(pair.accessToken, for: identity)
    #expect(
      ((try? await issuer.verifier.verify(pair.accessToken, as: .accessToken)) == nil) == works)
    #expect(
      (try? await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)) != nil,
      "only the one")
    await issuer.revoke(pair.refreshToken, for: identity)
    #expect(
      ((try? await issuer.verifier.verify(pair.refreshToken, as: .refreshToken)) == nil) == works)
  }

  /// T35: a user who refreshes and revokes in a loop loses the family, and affects no other user.
  @Test func aUserCannotFillTheRevocations() async throws {
    let store = InMemoryTokenStore(maximumRevocations: 20)
    let issuer = try issuer(store: store)
    let other = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
    let mallory = Identity(subject: "mallory", method: .jwt, permissions: [])
    var pair = try await issuer.issue(to: "mallory", permissions: nil, lifetime: nil)
    var rounds = 0
    while let claims = try? await issuer.verifier.verify(pair.refreshToken, as: .refreshToken),
      rounds < 1000
    {
      pair = try await issuer.refresh(claims, permissions: nil)
      await issuer.revoke(pair.accessToken, for: mallory)
      rounds += 1
    }
    #expect(rounds == 17)
    #expect(store.revocationCount == 1)
    #expect(
      try await issuer.verifier.verify(other.accessToken, as: .accessToken).subject == "anshika")
  }
}
