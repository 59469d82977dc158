import Support
import TestSupport
import Testing

@testable import State

struct CodeTests {
  let state: AuthorizationState

  init() throws { state = try .inMemory() }

  @Test func aCodeBecomesAGrant() throws {
    try state.issueCode(digest("a"), .sample(), now: 0)
    let grant = Grant(
      id: "g", userID: "github:1", userName: "Ada", userGroups: [], clientID: "c",
      resource: "https://r/mcp",
      scope: "calculate:basic", createdAt: 5, endsAt: 1_000_005)
    #expect(try state.redeem("a", grant: "g", now: 5) == .granted(grant))
    #expect(try state.grants() == [grant])
    #expect(try state.isActive("g", now: 1_000_004))
    #expect(try !state.isActive("g", now: 1_000_005))
    #expect(try !state.isActive("G", now: 5))
    #expect(try state.rotate("a", to: "b", now: 6) == .rotated(grant))
  }

  /// RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 8707 §2.2. Each wrong request comes before the right one and
  /// after it.
  /// ATTACKS O73
  @Test(arguments: [
    ("client", AuthorizationState.Redemption.wrongClient),
    ("redirect URI", .wrongRedirectURI), ("resource", .wrongResource),
    ("verifier", .wrongVerifier), ("code", .unknown),
  ])
  func aWrongRequestChangesNothing(
    _ value: String, _ result: AuthorizationState.Redemption
  ) throws {
    func wrong() throws(StateError) -> AuthorizationState.Redemption {
      try state.redeem(
        value == "code" ? "b" : "a", grant: "wrong", client: value == "client" ? "d" : "c",
        redirectURI: value == "redirect URI" ? "https://a/B" : "https://a/b",
        resource: value == "resource" ? "https://r/mcp/" : "https://r/mcp",
        verifier: value == "verifier" ? "other" : "challenge", token: "wrong")
    }
    try state.issueCode(digest("a"), .sample(), now: 0)
    var before = try state.content()
    #expect(try wrong() == result)
    #expect(try state.content() == before)
    try #require(try state.grants().isEmpty)
    guard case .granted = try state.redeem("a") else {
      Issue.record("the right request is refused")
      return
    }
    before = try state.content()
    #expect(try wrong() == result)
    #expect(try state.content() == before)
    #expect(try state.isActive("a", now: 0))
  }

  /// OAuth 2.1 §4.1.3
  @Test func theSecondRightRequestEndsTheGrant() throws {
    try state.makeGrant("a")
    try state.makeGrant("other")
    #expect(try state.redeem("a", grant: "b", token: "b", now: 7) == .reused(grant: "a"))
    #expect(try !state.isActive("a", now: 7))
    #expect(try state.isActive("other", now: 7))
    #expect(try state.rotate("a", to: "c", now: 7) == .ended)
    #expect(try state.rotate("b", to: "c", now: 7) == .unknown)
    #expect(try state.grants().map(\.id) == ["a", "other"])
    #expect(try state.redeem("a", grant: "b", token: "b", now: 8) == .reused(grant: "a"))
    #expect(try state.grants().first?.revokedAt == 7)
  }

  @Test func aCodeExpires() throws {
    try state.issueCode(digest("a"), .sample(), now: 0)
    try state.issueCode(digest("b"), .sample(), now: 0)
    #expect(try state.redeem("a", now: 60_000) == .expired)
    guard case .granted = try state.redeem("b", now: 59_999) else {
      Issue.record("expired too early")
      return
    }
    #expect(try state.redeem("b", grant: "c", token: "c", now: 60_000) == .expired)
    #expect(try state.isActive("b", now: 60_000))
  }

  private func approve(
    _ transaction: String = "t", cookie: String = "cookie t", code: String, now: WallTime = 0
  ) throws -> AuthorizationState.Approval {
    try state.approve(
      digest(transaction), cookie: digest(cookie), digest(code), .sample(), now: now)
  }

  private func begin() throws {
    try state.begin(
      SignInTransaction(
        hash: digest("t"), cookieHash: digest("cookie t"), payload: [7], expiresAt: 100),
      now: 0)
  }

  /// The consent form is sent twice.
  @Test func aNewCodeReplacesTheOneBefore() throws {
    try begin()
    #expect(try approve(code: "a") == .issued)
    #expect(try approve(code: "b") == .issued)
    #expect(try state.redeem("a") == .unknown)
    guard case .granted = try state.redeem("b") else {
      Issue.record("the new code is refused")
      return
    }
    // A used one stays, so that its reuse is noticed.
    #expect(try approve(code: "c") == .redeemed)
    #expect(try state.redeem("c") == .unknown)
    #expect(try state.redeem("b", grant: "x", token: "x") == .reused(grant: "b"))
  }

  /// The person denies after all.
  @Test func theEndOfASignInVoidsItsCode() throws {
    try begin()
    #expect(try approve(code: "a") == .issued)
    #expect(try state.take(digest("t"), cookie: digest("cookie t"), now: 1) == .payload([7]))
    #expect(try state.content().isEmpty)
    try begin()
    #expect(try approve(code: "b") == .issued)
    guard case .granted = try state.redeem("b") else {
      Issue.record("the code is refused")
      return
    }
    // A used one stays, so that its reuse is noticed.
    #expect(try state.take(digest("t"), cookie: digest("cookie t"), now: 1) == .unknown)
    #expect(try state.redeem("b", grant: "x", token: "x") == .reused(grant: "b"))
  }

  static let refusedApprovals: [(String, String, String, WallTime, AuthorizationState.Approval)] = [
    ("another transaction", "u", "cookie t", 0, .unknown),
    ("the cookie of another browser", "t", "cookie u", 0, .wrongCookie),
    ("too late", "t", "cookie t", 100, .expired),
  ]

  /// RFC 9700 §4.7
  @Test(arguments: refusedApprovals)
  func anApprovalOfAnotherBrowserIssuesNothing(
    _ row: (
      name: String, transaction: String, cookie: String, now: WallTime,
      result: AuthorizationState.Approval
    )
  ) throws {
    try begin()
    let before = try state.content()
    let result = try approve(row.transaction, cookie: row.cookie, code: "a", now: row.now)
    #expect(result == row.result)
    #expect(try state.content() == before)
  }

  @Test func noRefreshTokenIfThereIsNone() throws {
    try state.issueCode(digest("a"), .sample(), now: 0)
    let result = try state.redeem(
      digest("a"),
      CodeRequest(clientID: "c", redirectURI: "https://a/b", resource: "https://r/mcp"),
      for: NewGrant(id: "a", endsAt: 100, refreshToken: nil), now: 0, verifies: { _ in true })
    guard case .granted = result else {
      Issue.record("\(result)")
      return
    }
    #expect(try state.content().count == 2)
  }

  /// If one step fails, the code is not used.
  @Test func aGrantThatExistsChangesNothing() throws {
    try state.makeGrant("a")
    try state.issueCode(digest("b"), .sample(), now: 0)
    let before = try state.content()
    #expect(throws: StateError.exists) { try state.redeem("b", grant: "a") }
    #expect(throws: StateError.exists) { try state.redeem("b", token: "a") }
    #expect(try state.content() == before)
  }

  @Test func theTableOfCodesIsBounded() throws {
    let state = try AuthorizationState.inMemory { $0.codes = 2 }
    try state.issueCode(digest("a"), .sample(), now: 0)
    try state.issueCode(digest("b"), .sample(at: 1), now: 1)
    #expect(throws: StateError.full) {
      try state.issueCode(digest("c"), .sample(at: 2), now: 59_999)
    }
    try state.issueCode(digest("c"), .sample(at: 60_000), now: 60_000)
    #expect(try state.redeem("a") == .unknown)
    #expect(throws: StateError.full) { try state.issueCode(digest("d"), .sample(), now: 60_000) }
  }
}
