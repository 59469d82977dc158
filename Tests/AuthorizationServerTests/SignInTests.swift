import Auth
import Crypto
import IdentityProviders
import JSON
import OAuth
import State
import Support
import TestSupport
import Testing

@testable import AuthorizationServer

/// What a person, a client and a provider get from the endpoints for the browser.
struct SignInTests {
  typealias Parameters = [(String, String)]
  typealias Kind = SignInFixture.Kind

  static let allow = [("decision", "allow")]
  static let deny = [("decision", "deny")]

  static func asking(_ name: String, _ value: String?) -> String {
    SignInFixture.query(AuthorizationRequestTests.replacing(name, value))
  }

  // MARK: The whole of it

  // The names of the cookies have six bytes of the digest of `secret(2)`.
  static let pageCookie = "__Host-calculator-page"
  static let signInCookie = "__Host-calculator-sign-in-bB1ju9q0"
  static let attributes = "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
  static let redirectFields = ["Cache-Control: no-store", "Referrer-Policy: no-referrer"]

  static func location(_ number: UInt8) -> String {
    "Location: https://app.example/callback?code=\(SignInFixture.secret(number))&state=xyz"
      + "&iss=https%3A%2F%2Fcalculator.example"
  }

  /// OAuth 2.1 §4.1, with each field that goes over the wire.
  @Test func aPersonSignsInWithAPassword() throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let first = fixture.authorize(&browser, SignInFixture.query())
    #expect(first.status == 200)
    #expect(
      first.lines.last
        == "Set-Cookie: \(Self.pageCookie)=\(SignInFixture.secret(1))\(Self.attributes)")
    #expect(first.text.contains("<h1>Sign in to the calculator</h1>"))
    let second = fixture.signIn(try first.hiddenFields + SignInFixture.credentials(), &browser)
    #expect(second.status == 200)
    #expect(
      second.lines.last
        == "Set-Cookie: \(Self.signInCookie)=\(SignInFixture.secret(3))\(Self.attributes)")
    #expect(second.text.contains("You are signed in as <strong><bdi>anshika</bdi></strong>."))
    #expect(try fixture.rows() == [1, 0, 0, 0])
    let third = fixture.decide(try second.hiddenFields + Self.allow, &browser)
    #expect(third.status == 303)
    #expect(third.lines == [Self.location(4)] + Self.redirectFields)
    #expect(third.body.isEmpty)
    #expect(fixture.events.take() == ["allowed password:anshika public calculate:basic"])
    let token = try fixture.base.granted(Fixture.redemption(try third.code))
    #expect(token["scope"] == "calculate:basic")
    let grant = try #require(try fixture.base.state.grants().first)
    #expect(grant.userID == "password:anshika" && grant.userName == "anshika")
  }

  @Test func aPersonSignsInWithAProvider() throws {
    let fixture = try SignInFixture(.provider)
    var browser = TestBrowser()
    let first = fixture.authorize(&browser, SignInFixture.query())
    #expect(first.status == 200)
    #expect(
      first.lines.last
        == "Set-Cookie: \(Self.pageCookie)=\(SignInFixture.secret(1))\(Self.attributes)")
    #expect(first.text.contains("You will sign in with <bdi>GitHub</bdi>"))
    #expect(try fixture.rows() == [0, 0, 0, 0])
    let second = fixture.decide(try first.hiddenFields + Self.allow, &browser)
    #expect(second.status == 303)
    let state = SignInFixture.secret(2)
    #expect(
      second.lines == ["Location: https://provider.example/authorize?state=\(state)"]
        + Self.redirectFields
        + ["Set-Cookie: \(Self.signInCookie)=\(SignInFixture.secret(3))\(Self.attributes)"])
    let third = fixture.callback(
      [("state", state), ("code", SignInFixture.providerCode)], &browser)
    #expect(third.status == 303)
    #expect(
      third.lines == [Self.location(6)] + Self.redirectFields
        + ["Set-Cookie: \(Self.signInCookie)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"])
    #expect(fixture.events.take() == ["allowed github:1 public calculate:basic"])
    _ = try fixture.base.granted(Fixture.redemption(try third.code))
    let grant = try #require(try fixture.base.state.grants().first)
    #expect(grant.userID == "github:1" && grant.userName == "anshika")
    #expect(grant.userGroups == ["makers"])
    #expect(try fixture.rows() == [0, 1, 1, 0])
  }

  /// RFC 6265bis §4.1.3.2: over http, which is loopback, there is no `Secure` and no prefix.
  @Test(arguments: Kind.allCases)
  func overHTTPTheCookiesHaveNoPrefix(_ kind: Kind) throws {
    let issuer = "http://127.0.0.1:8080"
    let fixture = try SignInFixture(
      kind,
      settings: AuthorizationServerSettings(
        issuer: issuer, scopes: Fixture.settings.scopes, defaultScope: "calculate:basic"))
    var browser = TestBrowser()
    browser.origins = [issuer]
    let first = fixture.authorize(&browser, Self.asking("resource", issuer + "/mcp"))
    let attributes = "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"
    #expect(
      first.field("Set-Cookie") == "calculator-page=\(SignInFixture.secret(1))\(attributes)")
    let form = try first.hiddenFields
    let second =
      kind == .password
      ? fixture.signIn(form + SignInFixture.credentials(), &browser)
      : fixture.decide(form + Self.allow, &browser)
    #expect(
      second.field("Set-Cookie")
        == "calculator-sign-in-bB1ju9q0=\(SignInFixture.secret(3))\(attributes)")
    let third =
      kind == .password
      ? fixture.decide(try second.hiddenFields + Self.deny, &browser)
      : fixture.callback([("state", SignInFixture.secret(2)), ("error", "x")], &browser)
    #expect(
      third.field("Set-Cookie")
        == "calculator-sign-in-bB1ju9q0=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
  }

  /// Two tabs begin the same, and each ends its own.
  @Test(arguments: Kind.allCases)
  func twoTabsDoNotDisturbEachOther(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    switch kind {
    case .password:
      let (one, other) = (
        try fixture.consentForm(&browser), try fixture.consentForm(&browser)
      )
      for form in [one, other] {
        #expect(fixture.decide(form + Self.allow, &browser).status == 303)
      }
    case .provider:
      let (one, other) = (
        try fixture.providerResponse(&browser), try fixture.providerResponse(&browser)
      )
      for form in [one, other] { #expect(fixture.callback(form, &browser).status == 303) }
    }
    #expect(try fixture.rows()[1] == 2)
  }

  /// A page that is loaded again, or gone back to, still works.
  @Test(arguments: Kind.allCases)
  func aPageThatIsLoadedAgainIsTheSame(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let first = fixture.authorize(&browser, SignInFixture.query())
    let second = fixture.authorize(&browser, SignInFixture.query())
    #expect(first.lines == second.lines)
    #expect(first.text == second.text)
    // A cookie that is none of ours is replaced.
    browser.cookies = [(Self.pageCookie, "x")]
    let third = fixture.authorize(&browser, SignInFixture.query())
    #expect(
      third.field("Set-Cookie")
        == "\(Self.pageCookie)=\(SignInFixture.secret(2))\(Self.attributes)")
  }

  // MARK: No

  /// RFC 6749 §4.1.2.1: a provider that cannot answer is no person who said no.
  @Test(arguments: [
    ("server_error", "server_error"), ("temporarily_unavailable", "temporarily_unavailable"),
    ("login_required", "access_denied"), ("SERVER_ERROR", "access_denied"),
  ])
  func theClientLearnsThatTheProviderCannotAnswer(_ sent: String, _ error: String) throws {
    let fixture = try SignInFixture(.provider)
    var browser = TestBrowser()
    let response = fixture.callback(
      [try fixture.providerResponse(&browser, SignInFixture.query())[0], ("error", sent)], &browser)
    let isFailure = error != "access_denied"
    let sentence =
      isFailure
      ? "The+identity+provider+cannot+sign+anybody+in+now." : "The+person+did+not+allow+it."
    #expect(response.status == 303)
    #expect(
      response.field("Location")
        == "https://app.example/callback?error=\(error)&error_description=\(sentence)&state=xyz"
        + "&iss=https%3A%2F%2Fcalculator.example")
    #expect(
      fixture.events.take() == [
        isFailure ? "provider unavailable public" : "denied public"
      ])
    #expect(try fixture.rows() == [0, 0, 0, 0])
  }

  static let denials: [(String, Kind, isAtProvider: Bool, state: String?)] = [
    ("on the consent page after a password", .password, false, "xyz"),
    ("on the consent page before a provider", .provider, false, "xyz"),
    ("at the provider", .provider, true, "xyz"),
    ("of a request without state", .provider, false, nil),
    ("of a request with a state of many characters", .password, false, "a&b=c ä%"),
  ]

  /// RFC 6749 §4.1.2.1, RFC 9207 §2
  @Test(arguments: denials)
  func theClientLearnsThatThePersonSaidNo(
    _ row: (name: String, kind: Kind, isAtProvider: Bool, state: String?)
  ) throws {
    let fixture = try SignInFixture(row.kind)
    var browser = TestBrowser()
    let query = Self.asking("state", row.state)
    let response =
      row.isAtProvider
      ? fixture.callback(
        [try fixture.providerResponse(&browser, query)[0], ("error", "access_denied")], &browser)
      : fixture.decide(try fixture.consentForm(&browser, query) + Self.deny, &browser)
    #expect(response.status == 303)
    let state = row.state.map { "&state=" + String(decoding: FormBody.encoded($0), as: UTF8.self) }
    #expect(
      response.field("Location")
        == "https://app.example/callback?error=access_denied"
        + "&error_description=The+person+did+not+allow+it.\(state ?? "")"
        + "&iss=https%3A%2F%2Fcalculator.example")
    #expect(fixture.events.take() == ["denied public"])
    #expect(try fixture.rows() == [0, 0, 0, 0])
    #expect(browser.cookies.allSatisfy { $0.name == Self.pageCookie })
  }

  // MARK: Twice

  /// O114. A second click gives a second code, and the first is void.
  @Test func aSecondApprovalVoidsTheFirstCode() throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let form = try fixture.consentForm(&browser) + Self.allow
    let first = try fixture.decide(form, &browser).code
    let second = try fixture.decide(form, &browser).code
    #expect(first != second)
    #expect(fixture.base.ask(Fixture.redemption(first)).error == "invalid_grant")
    _ = try fixture.base.granted(Fixture.redemption(second))
    let third = fixture.decide(form, &browser)
    #expect(third.status == 403 && third.field("Location") == nil)
    #expect(fixture.events.take().last == "refused unknown_sign_in")
    #expect(try fixture.rows()[1] == 1)
  }

  // MARK: Scopes

  static let both = "calculate:basic calculate:advanced"
  static let scopeRows: [(String, client: String, asked: String, person: [String], String?)] = [
    ("all", "public", both, ["calculate:basic", "calculate:advanced"], both),
    (
      "what the client may have", "modest", both, ["calculate:advanced", "calculate:basic"],
      "calculate:basic"
    ),
    ("what the person may have", "public", both, ["calculate:advanced"], "calculate:advanced"),
    (
      "what was asked for", "public", "calculate:basic", ["calculate:basic", "tokens:manage"],
      "calculate:basic"
    ),
    ("nothing is left", "modest", both, ["calculate:advanced"], nil),
    ("the person may have nothing", "public", both, [], nil),
  ]

  /// RFC 6749 §3.3: asked for, of the client, and of the person.
  @Test(arguments: scopeRows, Kind.allCases)
  func aCodeHasTheScopesThatAllAllow(
    _ row: (name: String, client: String, asked: String, person: [String], granted: String?),
    _ kind: Kind
  ) throws {
    let fixture = try SignInFixture(kind)
    fixture.people.setScopes(row.person)
    var browser = TestBrowser()
    let query = SignInFixture.query(
      AuthorizationRequestTests.replacing("client_id", row.client) + [("scope", row.asked)])
    guard let granted = row.granted else {
      let response =
        kind == .password
        ? fixture.signIn(
          try fixture.firstForm(&browser, query) + SignInFixture.credentials(), &browser)
        : try fixture.run(&browser, query)
      #expect(response.status == 400)
      #expect(response.text.contains("Your role has none of these scopes."))
      #expect(fixture.events.take() == ["refused invalid_scope"])
      #expect(try fixture.rows() == [0, 0, 0, 0])
      return
    }
    let code = try fixture.run(&browser, query).code
    let token = try fixture.base.granted(Fixture.redemption(code, client: row.client))
    #expect(token["scope"]?.string == granted)
  }

  // MARK: Problems

  static let providerErrors: [(ProviderError, Int)] = [
    (.unavailable, 503), (.refused, 502), (.invalidResponse, 502), (.noAllowedSite, 403),
  ]

  @Test(arguments: providerErrors, SignInFixture.FakeProvider.Step.allCases)
  func anErrorOfTheProviderIsAPage(
    _ row: (error: ProviderError, status: Int), _ step: SignInFixture.FakeProvider.Step
  ) throws {
    let fixture = try SignInFixture(.provider)
    fixture.provider.fail(at: step, with: row.error)
    var browser = TestBrowser()
    let response =
      step == .authorizeURL
      ? fixture.decide(try fixture.consentForm(&browser) + Self.allow, &browser)
      : try fixture.run(&browser)
    #expect(response.status == row.status)
    #expect(response.field("Location") == nil)
    #expect(fixture.events.take() == ["provider \(row.error) public"])
    #expect(try fixture.rows() == [0, 0, 0, 0])
  }

  /// The provider refuses the code of a stranger.
  @Test func anotherCodeIsRefusedByTheProvider() throws {
    let fixture = try SignInFixture(.provider)
    var browser = TestBrowser()
    let state = try fixture.providerResponse(&browser)[0]
    #expect(fixture.callback([state, ("code", "other")], &browser).status == 502)
    #expect(fixture.events.take() == ["provider refused public"])
  }

  @Test(arguments: Kind.allCases)
  func aFullPoolIsAPage(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind, pool: SignInFixture.FullPool())
    var browser = TestBrowser()
    let form = try fixture.firstForm(&browser)
    let response =
      kind == .password
      ? fixture.signIn(form + SignInFixture.credentials(), &browser)
      : fixture.decide(form + Self.allow, &browser)
    #expect(response.status == 503)
    #expect(fixture.events.take() == ["refused overloaded"])
  }

  static let incomplete: [(String, Kind, Int)] = [
    ("no request", .password, 0), ("no csrf", .password, 1), ("no request", .provider, 0),
    ("no csrf", .provider, 1), ("no decision", .password, 2), ("no decision", .provider, 2),
    ("another decision", .password, 3), ("another decision", .provider, 3),
  ]

  @Test(arguments: incomplete)
  func anIncompleteFormDoesNothing(_ row: (name: String, kind: Kind, change: Int)) throws {
    let fixture = try SignInFixture(row.kind)
    var browser = TestBrowser()
    var form = try fixture.consentForm(&browser) + Self.allow
    let rows = try fixture.rows()
    if row.change < 3 { form.remove(at: row.change) } else { form[2].1 = "Allow" }
    let response = fixture.decide(form, &browser)
    #expect(response.status == (row.change == 1 ? 403 : 400))
    #expect(response.field("Location") == nil)
    #expect(
      fixture.events.take() == [
        row.change == 1 ? "refused forged_form" : "refused incomplete_form"
      ])
    #expect(try fixture.rows() == rows)
  }

  /// A field that a person left empty is a wrong password, and asks for one.
  @Test(arguments: ["username", "password"])
  func anEmptyFieldIsWrong(_ field: String) throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let form = try fixture.firstForm(&browser)
    let response = fixture.signIn(
      form + SignInFixture.credentials().filter { $0.0 != field }, &browser)
    #expect(response.status == 403)
    #expect(response.text.contains("The user name or the password is wrong."))
  }

  /// The page after a wrong password has the same form, which works.
  @Test func aPersonCanTryAgain() throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let form = try fixture.firstForm(&browser)
    let wrong = fixture.signIn(form + SignInFixture.credentials("anshika", "x"), &browser)
    #expect(fixture.events.take() == ["wrong password public"])
    #expect(wrong.text.contains(#"name="username" value="anshika""#))
    let right = fixture.signIn(try wrong.hiddenFields + SignInFixture.credentials(), &browser)
    #expect(right.status == 200)
  }

  /// ASVS 6.3.1. The log has a line for the attempt that was not checked.
  @Test func tooManyAttemptsAreSaidSo() throws {
    let fixture = try SignInFixture(.password)
    fixture.people.setBusy()
    var browser = TestBrowser()
    let form = try fixture.firstForm(&browser)
    let response = fixture.signIn(form + SignInFixture.credentials(), &browser)
    #expect(response.status == 403)
    #expect(response.text.contains("Too many attempts. Wait a minute, then try again."))
    #expect(fixture.events.take() == ["refused too_many_attempts"])
    #expect(try fixture.rows() == [0, 0, 0, 0])
  }

  /// The endpoints of the other kind of sign-in do not exist.
  @Test func onlyTheEndpointsOfTheSignInExist() throws {
    var browser = TestBrowser()
    let provider = try SignInFixture(.provider)
    #expect(provider.signIn(SignInFixture.credentials(), &browser).status == 404)
    let password = try SignInFixture(.password)
    #expect(password.callback([("state", "x"), ("code", "y")], &browser).status == 404)
    #expect(
      provider.events.take() + password.events.take() == ["refused not_found", "refused not_found"])
  }

  /// Between the sign-in and the consent nothing of the person is lost.
  @Test func thePersonIsTheSameAtTheConsent() throws {
    let fixture = try SignInFixture(.password)
    fixture.people.setGroups(["makers", "users"])
    var browser = TestBrowser()
    _ = try fixture.base.granted(Fixture.redemption(try fixture.run(&browser).code))
    let asked = fixture.people.asked
    try #require(asked.count == 2)
    #expect(asked[0] == asked[1])
    #expect(asked[1].groups == ["makers", "users"])
    #expect(try fixture.base.state.grants().first?.userGroups == ["makers", "users"])
  }
}
