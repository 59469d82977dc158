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

/// Attacks on the endpoints for the browser. After each, the sign-in of the honest person goes on.
struct SignInAttackTests {
  typealias Parameters = [(String, String)]
  typealias Kind = SignInFixture.Kind

  static let allow = SignInTests.allow

  // MARK: O100 forged forms

  /// A form, and the browser that got it.
  struct Loaded {
    var browser: TestBrowser
    var form: Parameters

    /// The value of a field.
    subscript(name: String) -> String {
      get { form.first { $0.0 == name }?.1 ?? "" }
      set { form = form.map { $0.0 == name ? (name, newValue) : $0 } }
    }
  }

  enum Form: String, CaseIterable, Sendable {
    case signIn, consentAfterAPassword, consentBeforeAProvider

    var kind: Kind { self == .consentBeforeAProvider ? .provider : .password }

    func load(_ fixture: SignInFixture, _ query: String = SignInFixture.query()) throws -> Loaded {
      var browser = TestBrowser()
      let form =
        self == .signIn
        ? try fixture.firstForm(&browser, query) : try fixture.consentForm(&browser, query)
      return Loaded(browser: browser, form: form)
    }

    /// Sends it as a person would who allows the client.
    func send(_ loaded: Loaded, to fixture: SignInFixture) -> EndpointResponse {
      var browser = loaded.browser
      return self == .signIn
        ? fixture.signIn(loaded.form + SignInFixture.credentials(), &browser)
        : fixture.decide(loaded.form + SignInAttackTests.allow, &browser)
    }

    var success: Int { self == .signIn ? 200 : 303 }
    /// Which of the cookies counts.
    func cookie(_ browser: TestBrowser) -> Int { browser.cookies.count - 1 }
  }

  /// Changes a form. `other` is that of another browser, `next` that of another request in the same
  /// one.
  typealias Change =
    @Sendable (
      _ loaded: inout Loaded, _ form: Form, _ other: Loaded, _ next: Loaded
    ) -> Void

  static func origins(_ values: String...) -> Change {
    { loaded, _, _, _ in loaded.browser.origins = values }
  }
  static func sites(_ values: String...) -> Change {
    { loaded, _, _, _ in loaded.browser.sites = values }
  }
  static func cookie(_ change: @escaping @Sendable (String) -> String) -> Change {
    { loaded, form, _, _ in
      let index = form.cookie(loaded.browser)
      loaded.browser.cookies[index].value = change(loaded.browser.cookies[index].value)
    }
  }

  static let forged: [(String, Change, String)] = [
    ("no cookie", { loaded, _, _, _ in loaded.browser.cookies = [] }, "no_cookie"),
    (
      "the cookie of another browser",
      { loaded, form, other, _ in
        loaded.browser.cookies[form.cookie(loaded.browser)].value =
          other.browser.cookies[form.cookie(other.browser)].value
      }, "forged_form"
    ),
    (
      "the cookie twice, the right one first",
      { loaded, form, other, _ in
        let right = loaded.browser.cookies[form.cookie(loaded.browser)]
        loaded.browser.cookies.append(
          (right.name, other.browser.cookies[form.cookie(other.browser)].value))
      }, "no_cookie"
    ),
    (
      "the cookie twice, the right one last",
      { loaded, form, other, _ in
        let right = loaded.browser.cookies[form.cookie(loaded.browser)]
        loaded.browser.cookies.insert(
          (right.name, other.browser.cookies[form.cookie(other.browser)].value), at: 0)
      }, "no_cookie"
    ),
    (
      "a cookie that is too short", cookie { String(decoding: $0.utf8.dropLast(), as: UTF8.self) },
      "no_cookie"
    ),
    ("a cookie that is too long", cookie { $0 + "A" }, "no_cookie"),
    (
      "a cookie that is no Base64",
      cookie { "." + String(decoding: $0.utf8.dropFirst(), as: UTF8.self) }, "no_cookie"
    ),
    ("an empty cookie", cookie { _ in "" }, "no_cookie"),
    (
      "another csrf", { loaded, _, _, _ in loaded["csrf"] = SignInFixture.secret(9) }, "forged_form"
    ),
    ("a csrf that is no Base64", { loaded, _, _, _ in loaded["csrf"] = "." }, "forged_form"),
    ("an empty csrf", { loaded, _, _, _ in loaded["csrf"] = "" }, "forged_form"),
    (
      "the csrf of another browser", { loaded, _, other, _ in loaded["csrf"] = other["csrf"] },
      "forged_form"
    ),
    (
      "the csrf of another request", { loaded, _, _, next in loaded["csrf"] = next["csrf"] },
      "forged_form"
    ),
    ("the Origin of another site", origins("https://evil.example"), "forged_form"),
    ("Origin null", origins("null"), "forged_form"),
    ("an empty Origin", origins(""), "forged_form"),
    ("the Origin of another port", origins("https://calculator.example:8443"), "forged_form"),
    ("the Origin over http", origins("http://calculator.example"), "forged_form"),
    ("the Origin of a subdomain", origins("https://a.calculator.example"), "forged_form"),
    (
      "an Origin that begins alike", origins("https://calculator.example.evil.example"),
      "forged_form"
    ),
    ("two Origins", origins("https://calculator.example", "https://evil.example"), "forged_form"),
    ("Sec-Fetch-Site cross-site", sites("cross-site"), "forged_form"),
    ("Sec-Fetch-Site same-site", sites("same-site"), "forged_form"),
    ("Sec-Fetch-Site none", sites("none"), "forged_form"),
    ("Sec-Fetch-Site twice", sites("same-origin", "cross-site"), "forged_form"),
  ]

  /// O100. RFC 9700 §4.7, RFC 6265 §8.6, Fetch Standard §3.2
  @Test(arguments: forged, Form.allCases)
  func aForgedFormDoesNothing(
    _ row: (name: String, change: Change, reason: String), _ form: Form
  ) throws {
    let fixture = try SignInFixture(form.kind)
    let good = try form.load(fixture)
    let other = try form.load(fixture)
    var next = good
    next.form =
      form == .signIn
      ? try fixture.firstForm(&next.browser, SignInTests.asking("state", "other"))
      : try fixture.consentForm(&next.browser, SignInTests.asking("state", "other"))
    let before = (try fixture.rows(), fixture.people.attempts)
    var bad = good
    row.change(&bad, form, other, next)
    let response = form.send(bad, to: fixture)
    #expect(response.status == 403)
    #expect(response.field("Location") == nil)
    #expect(response.field("Set-Cookie") == nil)
    #expect(fixture.events.take() == ["refused \(row.reason)"])
    #expect(try fixture.rows() == before.0)
    #expect(fixture.people.attempts == before.1)
    #expect(form.send(good, to: fixture).status == form.success)
  }

  /// O100. A request with the name of a sign-in of another person, and the proof of one's own.
  @Test(arguments: Form.allCases)
  func aProofIsForOneRequest(_ form: Form) throws {
    let fixture = try SignInFixture(form.kind)
    let (good, other) = (
      try form.load(fixture), try form.load(fixture, SignInTests.asking("state", "other"))
    )
    var bad = good
    bad["request"] = other["request"]
    #expect(form.send(bad, to: fixture).status == 403)
    #expect(form.send(other, to: fixture).status == form.success)
  }

  /// O100. The page for a password has no proof that the person allows anything.
  @Test func theProofOfASignInIsNoneOfAConsent() throws {
    let password = try SignInFixture(.password)
    let provider = try SignInFixture(.provider, base: password.base)
    let loaded = try Form.signIn.load(password)
    #expect(Form.consentBeforeAProvider.send(loaded, to: provider).status == 403)
    #expect(provider.events.take() == ["refused forged_form"])
  }

  /// A program has no person who could be deceived, and sends none of the fields.
  @Test(
    arguments: Form.allCases,
    [([SignInFixture.settings.issuer], []), ([], ["same-origin"]), ([], [])])
  func aFormWithoutTheFieldsOfABrowserIsAccepted(
    _ form: Form, _ fields: (origins: [String], sites: [String])
  ) throws {
    let fixture = try SignInFixture(form.kind)
    var loaded = try form.load(fixture)
    (loaded.browser.origins, loaded.browser.sites) = fields
    #expect(form.send(loaded, to: fixture).status == form.success)
  }

  // MARK: O101 cookies that somebody else knows

  /// O101. Session fixation: an attacker knows each cookie that the browser has before the sign-in.
  @Test(arguments: Kind.allCases)
  func aCookieFromBeforeTheSignInIsWorthless(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    let known = SignInFixture.secret(200)
    var victim = TestBrowser()
    // The second is the one of `secret(1)`: a page that plants a cookie may guess its name.
    victim.cookies = [
      (SignInTests.pageCookie, known), ("__Host-calculator-sign-in-VtX6czP2", known),
    ]
    var thief = victim
    let first = try fixture.firstForm(&victim)
    switch kind {
    case .password:
      let page = fixture.signIn(first + SignInFixture.credentials(), &victim)
      // The worst case: the thief also knows the text of the page.
      let form = try page.hiddenFields
      let proof = FormProof.text(
        SignInEndpoints.about(Secret(form[0].1)), cookie: Secret(known))
      let response = fixture.decide([form[0], ("csrf", proof)] + Self.allow, &thief)
      #expect(response.status == 403)
      #expect(fixture.events.take() == ["refused unknown_sign_in"])
      #expect(fixture.decide(form + Self.allow, &victim).status == 303)
    case .provider:
      #expect(fixture.decide(first + Self.allow, &victim).status == 303)
      let back = [("state", SignInFixture.secret(1)), ("code", SignInFixture.providerCode)]
      let response = fixture.callback(back, &thief)
      #expect(response.status == 403)
      #expect(fixture.events.take() == ["refused unknown_sign_in"])
      #expect(fixture.provider.calls == 0)
      #expect(fixture.callback(back, &victim).status == 303)
    }
  }

  // MARK: O102 callbacks of others

  /// Changes what the provider sends back, and the browser. `other` is the sign-in of another browser.
  typealias Callback =
    @Sendable (
      _ browser: inout TestBrowser, _ parameters: inout Parameters,
      _ other: (browser: TestBrowser, parameters: Parameters)
    ) -> Void

  static let callbacks: [(String, Callback, String)] = [
    ("no cookie", { browser, _, _ in browser.cookies = [] }, "no_cookie"),
    (
      "login CSRF: state and code of a stranger",
      { _, parameters, other in parameters = other.parameters },
      "no_cookie"
    ),
    (
      "the state of another browser",
      { _, parameters, other in parameters[0] = other.parameters[0] }, "no_cookie"
    ),
    (
      "the cookie of another browser",
      { browser, _, other in
        browser.cookies[1].value = other.browser.cookies[1].value
      }, "unknown_sign_in"
    ),
    (
      "the state of another browser and its name of a cookie",
      { browser, parameters, other in
        parameters = other.parameters
        browser.cookies[1].name = other.browser.cookies[1].name
      }, "unknown_sign_in"
    ),
    (
      "the cookie twice",
      { browser, _, _ in browser.cookies.append((browser.cookies[1].name, SignInFixture.secret(9)))
      }, "no_cookie"
    ),
    ("no state", { _, parameters, _ in parameters.removeFirst() }, "unknown_sign_in"),
    (
      "another state", { _, parameters, _ in parameters[0].1 = SignInFixture.secret(9) },
      "no_cookie"
    ),
    ("a state twice", { _, parameters, _ in parameters.append(parameters[0]) }, "invalid_request"),
    (
      "an error for the sign-in of another",
      { _, parameters, other in parameters = [other.parameters[0], ("error", "access_denied")] },
      "no_cookie"
    ),
  ]

  /// O102. RFC 9700 §4.7: the code of a stranger never reaches the client of this person.
  @Test(arguments: callbacks)
  func aCallbackOfAnotherDoesNothing(_ row: (name: String, change: Callback, reason: String)) throws
  {
    let fixture = try SignInFixture(.provider)
    var (browser, stranger) = (TestBrowser(), TestBrowser())
    let parameters = try fixture.providerResponse(&browser)
    let other = try fixture.providerResponse(&stranger)
    var (badBrowser, bad) = (browser, parameters)
    row.change(&badBrowser, &bad, (stranger, other))
    let response = fixture.callback(bad, &badBrowser)
    #expect(response.status == (row.reason == "invalid_request" ? 400 : 403))
    #expect(response.field("Location") == nil)
    #expect(fixture.events.take() == ["refused \(row.reason)"])
    #expect(fixture.provider.calls == 0)
    #expect(fixture.callback(parameters, &browser).status == 303)
    #expect(fixture.callback(other, &stranger).status == 303)
  }

  /// O102. A sign-in ends once, also when it fails.
  @Test(arguments: [SignInFixture.providerCode, "wrong"])
  func aCallbackWorksOnce(_ code: String) throws {
    let fixture = try SignInFixture(.provider)
    var browser = TestBrowser()
    let parameters = [try fixture.providerResponse(&browser)[0], ("code", code)]
    var copy = browser
    _ = fixture.callback(parameters, &browser)
    _ = fixture.events.take()
    let rows = try fixture.rows()
    let again = [parameters[0], ("code", SignInFixture.providerCode)]
    let response = fixture.callback(again, &copy)
    #expect(response.status == 403 && response.field("Location") == nil)
    #expect(fixture.events.take() == ["refused unknown_sign_in"])
    #expect(fixture.provider.calls == 1)
    #expect(try fixture.rows() == rows)
  }

  /// O102. RFC 9700 §4.4: the settings have another provider now.
  @Test func theSignInOfAnotherProviderIsRefused() throws {
    let fixture = try SignInFixture(.provider)
    let other = try SignInFixture(.provider, base: fixture.base, id: "atlassian")
    var browser = TestBrowser()
    let parameters = try fixture.providerResponse(&browser)
    let response = other.callback(parameters, &browser)
    #expect(response.status == 403)
    #expect(other.events.take() == ["refused unknown_sign_in"])
    #expect(other.provider.calls == 0)
  }

  /// O102. RFC 9207 §2.4: the response of another provider (mix-up).
  @Test(arguments: [("https://login.example", 303), ("https://evil.example", 502)])
  func aCallbackOfAnotherIssuerIsRefused(_ issuer: String, _ status: Int) throws {
    let fixture = try SignInFixture(.provider)
    var browser = TestBrowser()
    let back = try fixture.providerResponse(&browser)
    #expect(fixture.callback(back + [("iss", issuer)], &browser).status == status)
  }

  /// O102. A sign-in with a password does not go on at the callback, nor one with a provider at the
  /// consent.
  @Test func aSignInGoesOnWhereItBegan() throws {
    let password = try SignInFixture(.password)
    let provider = try SignInFixture(.provider, base: password.base)
    var browser = TestBrowser()
    let form = try password.consentForm(&browser)
    let atCallback = provider.callback(
      [("state", form[0].1), ("code", SignInFixture.providerCode)], &browser)
    #expect(atCallback.status == 403 && provider.provider.calls == 0)
    browser = TestBrowser()
    let state = try provider.providerResponse(&browser)[0].1
    let secret = Secret(browser.cookies[1].value)
    let proof = FormProof.text(SignInEndpoints.about(Secret(state)), cookie: secret)
    let atConsent = password.decide([("request", state), ("csrf", proof)] + Self.allow, &browser)
    #expect(atConsent.status == 403)
    #expect(password.events.take() == ["refused unknown_sign_in"])
  }

  // MARK: O103 redirects without consent

  static let requests: [(String, Parameters)] =
    (AuthorizationRequestTests.pages
    + AuthorizationRequestTests.errors.map { ($0.0, $0.1, $0.2) })
    .map { ($0.0, AuthorizationRequestTests.replacing($0.1, $0.2)) }

  /// O103. RFC 9700 §4.11.2, OAuth 2.1 §4.1.2.1: no browser is redirected, and no page has a cookie.
  @Test(arguments: requests, Kind.allCases)
  func noErrorIsRedirected(_ row: (name: String, parameters: Parameters), _ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let query = SignInFixture.query(row.parameters)
    // Also if the browser sends it as the form of a page.
    browser.cookies = [(SignInTests.pageCookie, SignInFixture.secret(7))]
    let proof = FormProof.text(
      SignInEndpoints.about(fixture.endpoints.signIn, query),
      cookie: Secret(SignInFixture.secret(7)))
    let form = [("request", query), ("csrf", proof)]
    for response in [
      fixture.authorize(&browser, query),
      kind == .password
        ? fixture.signIn(form + SignInFixture.credentials(), &browser)
        : fixture.decide(form + SignInTests.deny, &browser),
    ] {
      #expect(response.status == 400)
      #expect(response.field("Location") == nil)
      #expect(response.field("Set-Cookie") == nil)
      #expect(!response.text.contains("<form"))
    }
    #expect(fixture.events.take().allSatisfy { $0.hasBytes(atStart: "refused ") })
    #expect(fixture.people.attempts == 0)
    #expect(try fixture.rows() == [0, 0, 0, 0])
  }

  // MARK: O104 floods

  /// O104. ASVS 2.4.1: a request for a page stores nothing.
  @Test(arguments: Kind.allCases)
  func manyPagesStoreNothing(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    let endpoints = fixture.endpoints
    let queries = (0..<10_000).map { number in
      SignInTests.asking("state", "\(number)")
    }
    let statuses = ThreadExecutor.run {
      var statuses: Set<Int> = []
      for query in queries {
        statuses.insert(await endpoints.authorize(query: query, TestBrowser().fields).status)
      }
      return statuses
    }
    #expect(statuses == [200])
    #expect(try fixture.rows() == [0, 0, 0, 0])
    #expect(fixture.events.take().isEmpty)
  }

  /// O104. Whoever reloads the page ends no sign-in, in the same browser or another.
  @Test(arguments: Kind.allCases)
  func aPageEndsNoSignIn(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var (browser, other) = (TestBrowser(), TestBrowser())
    let form = kind == .password ? try fixture.consentForm(&browser) : []
    let back = kind == .provider ? try fixture.providerResponse(&browser) : []
    for _ in 0..<100 {
      #expect(fixture.authorize(&browser, SignInFixture.query()).status == 200)
      #expect(fixture.authorize(&other, SignInFixture.query()).status == 200)
    }
    let response =
      kind == .password
      ? fixture.decide(form + Self.allow, &browser) : fixture.callback(back, &browser)
    #expect(response.status == 303)
  }

  // MARK: O105 forms and parameters

  static let long = String(repeating: "a", count: 4096)
  static let polluted: [(String, String)] = [
    ("more than 4 KiB", SignInFixture.query() + "&x=" + long),
    ("a parameter twice", SignInFixture.query() + "&state=other"),
    ("a parameter twice, once without a value", SignInFixture.query() + "&scope&scope=x"),
    ("a broken percent", SignInFixture.query() + "&x=%"),
    ("a control character", SignInFixture.query() + "&x=%0A"),
    ("not UTF-8", SignInFixture.query() + "&x=%FF"),
  ]

  /// O105. OAuth 2.1 §3.1
  @Test(arguments: polluted, Kind.allCases)
  func aRequestThatIsReadInTwoWaysIsRefused(_ row: (name: String, query: String), _ kind: Kind)
    throws
  {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let response = fixture.authorize(&browser, row.query)
    #expect(response.status == 400 && response.field("Set-Cookie") == nil)
    #expect(fixture.events.take() == ["refused invalid_request"])
  }

  @Test(arguments: Kind.allCases)
  func aRequestOf4KiBIsAccepted(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let start = SignInFixture.query() + "&x="
    // The character that takes the most space in the state.
    let query = start + String(repeating: "\\", count: 4096 - start.utf8.count)
    #expect(try fixture.run(&browser, query).status == 303)
    #expect(fixture.authorize(&browser, query + "a").status == 400)
  }

  /// O105. A form twice in one body.
  @Test(arguments: Form.allCases, ["request", "csrf"])
  func aFieldTwiceIsRefused(_ form: Form, _ field: String) throws {
    let fixture = try SignInFixture(form.kind)
    let good = try form.load(fixture)
    var bad = good
    bad.form.append((field, good[field]))
    #expect(form.send(bad, to: fixture).status == 400)
    #expect(fixture.events.take() == ["refused invalid_request"])
    #expect(form.send(good, to: fixture).status == form.success)
  }

  /// O105. RFC 9700 §4.2: a query is not read as a form.
  @Test(arguments: Kind.allCases)
  func aFormInTheQueryIsNotRead(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let csrf = try fixture.firstForm(&browser)[1]
    let query = SignInFixture.query(
      SignInFixture.request + SignInFixture.credentials() + Self.allow + [csrf])
    let response = fixture.authorize(&browser, query)
    #expect(response.status == 200 && response.field("Location") == nil)
    #expect(fixture.people.attempts == 0 && fixture.events.take().isEmpty)
    #expect(try fixture.rows() == [0, 0, 0, 0])
  }

  // MARK: O106 to O108 time and change

  /// O106. A sign-in, and the cookie with it, ends after ten minutes.
  @Test(arguments: [(599, true), (600, false), (601, false)], Kind.allCases)
  func aSignInEndsAfterTenMinutes(_ row: (seconds: Int, isGood: Bool), _ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let now = Fixture.start + .seconds(row.seconds)
    let response =
      kind == .password
      ? fixture.decide(try fixture.consentForm(&browser) + Self.allow, &browser, now: now)
      : fixture.callback(try fixture.providerResponse(&browser), &browser, now: now)
    #expect(response.status == (row.isGood ? 303 : 403))
    if !row.isGood { #expect(fixture.events.take() == ["refused unknown_sign_in"]) }
    #expect(fixture.provider.calls == (row.isGood && kind == .provider ? 1 : 0))
  }

  /// O106. RFC 6749 §4.1.2
  @Test(arguments: [(59, 200), (60, 400)], Kind.allCases)
  func theCodeOfASignInLivesAMinute(_ row: (seconds: Int, status: Int), _ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let code = try fixture.run(&browser).code
    let now = Fixture.start + .seconds(row.seconds)
    #expect(fixture.base.ask(Fixture.redemption(code), now: now).status == row.status)
  }

  /// O107. The operator removes a client while a person signs in.
  @Test(arguments: Kind.allCases, [true, false])
  func aClientThatWasRemovedGetsNothing(_ kind: Kind, _ isAllowed: Bool) throws {
    let fixture = try SignInFixture(kind)
    var browser = TestBrowser()
    let form = kind == .password ? try fixture.consentForm(&browser) : []
    let back = kind == .provider ? try fixture.providerResponse(&browser) : []
    fixture.clients.remove("public")
    let response =
      kind == .password
      ? fixture.decide(form + (isAllowed ? Self.allow : SignInTests.deny), &browser)
      : fixture.callback(isAllowed ? back : [back[0], ("error", "access_denied")], &browser)
    #expect(response.status == 400)
    #expect(response.field("Location") == nil)
    #expect(fixture.events.take() == ["refused invalid_client"])
    #expect(try fixture.rows()[1] == 0)
    #expect(fixture.provider.calls == 0)
  }

  /// O108. The operator removes a person while that person signs in.
  @Test func aPersonWhoWasRemovedGetsNoCode() throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let form = try fixture.consentForm(&browser)
    fixture.people.setScopes(nil)
    let response = fixture.decide(form + Self.allow, &browser)
    #expect(response.status == 403 && response.field("Location") == nil)
    #expect(fixture.events.take() == ["not listed password:anshika public"])
    #expect(try fixture.rows()[1] == 0)
  }

  /// O108. RFC 6749 §3.3: who is not listed gets a page, and the client gets nothing.
  @Test(arguments: Kind.allCases)
  func aPersonWhoIsNotListedGetsNoCode(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    fixture.people.setScopes(nil)
    var browser = TestBrowser()
    let response =
      kind == .password
      ? fixture.signIn(try fixture.firstForm(&browser) + SignInFixture.credentials(), &browser)
      : try fixture.run(&browser)
    #expect(response.status == 403 && response.field("Location") == nil)
    #expect(response.text.contains("the operator of this server has not given you a role"))
    let id = kind == .password ? "password:anshika" : "github:1"
    #expect(fixture.events.take() == ["not listed \(id) public"])
    #expect(try fixture.rows() == [0, 0, 0, 0])
  }

  // MARK: O109 names

  /// O109. Two people whose names are alike have two accounts.
  @Test func aUserNamedLikeSomebodyAtAProviderIsAnother() throws {
    let base = try Fixture()
    for (kind, user, first) in [(Kind.password, "github:1", 1), (.provider, "", 100)] {
      let fixture = try SignInFixture(kind, base: base, firstSecret: UInt8(first))
      var browser = TestBrowser()
      let code = try fixture.run(&browser, user: user).code
      _ = try base.granted(Fixture.redemption(code))
    }
    #expect(try Set(base.state.grants().map(\.userID)) == ["password:github:1", "github:1"])
  }

  static let identifiers: [(String, String)] = [
    ("an empty one", ""), ("a control character", "1\n2"),
    ("more than 256 bytes", String(repeating: "1", count: 257)),
  ]

  /// O109. Everybody without an identifier would be one person.
  @Test(arguments: identifiers)
  func anIdentifierThatIsNoneIsRefused(_ row: (name: String, id: String)) throws {
    let fixture = try SignInFixture(.provider)
    fixture.provider.setUser(ProviderUser(id: row.id, login: "anshika", name: nil, email: nil))
    var browser = TestBrowser()
    let response = try fixture.run(&browser)
    #expect(response.status == 502 && response.field("Location") == nil)
    #expect(fixture.events.take() == ["provider invalidResponse public"])
  }

  static let names: [(String, login: String?, name: String?, shown: String)] = [
    ("the login", "anshika", "Anshika", "anshika"), ("no login", nil, "Anshika", "Anshika"),
    ("neither", nil, nil, "1"), ("an empty login", "", "Anshika", "Anshika"),
    ("a login with a line feed", "a\nb", nil, "1"),
    ("a name with a control character", nil, "a\u{9B}b", "1"),
    ("a login of 257 bytes", String(repeating: "a", count: 257), "Anshika", "Anshika"),
  ]

  /// O109. ASVS 16.4.1: a name that forges a line of the log is not used.
  @Test(arguments: names)
  func aPersonIsShownByAValidName(
    _ row: (title: String, login: String?, name: String?, shown: String)
  ) throws {
    let fixture = try SignInFixture(.provider)
    fixture.provider.setUser(ProviderUser(id: "1", login: row.login, name: row.name, email: nil))
    var browser = TestBrowser()
    _ = try fixture.run(&browser)
    #expect(fixture.people.asked.map(\.name) == [row.shown])
  }

  static let markup = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;"

  /// O110. OWASP Cross Site Scripting Prevention: what a client, a person or a provider is called is
  /// text.
  @Test(arguments: Kind.allCases)
  func whatIsSentIsNoMarkup(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    let name = SignInFixture.hostileName
    var browser = TestBrowser()
    let query = SignInFixture.query(
      AuthorizationRequestTests.replacing("client_id", "hostile") + [("x", name)])
    // A raw quote, as a program may send it.
    let first = fixture.authorize(&browser, query + "&y=\"><script>alert(1)</script>")
    var pages = [first]
    #expect(first.text.contains(Self.markup))
    if kind == .password {
      let form = try first.hiddenFields
      pages.append(fixture.signIn(form + SignInFixture.credentials(name), &browser))
      #expect(pages[1].text.contains("value=\"\(Self.markup)\""))
      pages.append(fixture.signIn(form + SignInFixture.credentials(), &browser))
      #expect(pages[2].text.contains(Self.markup))
    } else {
      // The provider's error is not shown at all.
      let back = try fixture.providerResponse(&browser, query)
      pages.append(
        fixture.callback([back[0], ("error", name), ("error_description", name)], &browser))
    }
    pages.append(fixture.authorize(&browser, SignInTests.asking("client_id", name)))
    pages.append(fixture.authorize(&browser, SignInTests.asking("redirect_uri", name)))
    for page in pages {
      #expect(!page.text.contains("<script"))
      #expect(!(page.field("Location") ?? "").contains("alert"))
    }
  }

  // MARK: O111 secrets

  /// O111. ASVS 16.2.5: no page and no event has a secret, except a form its own proof.
  @Test(arguments: Kind.allCases)
  func noPageAndNoEventHasASecret(_ kind: Kind) throws {
    let fixture = try SignInFixture(kind)
    var browsers = [TestBrowser(), TestBrowser()]
    var pages: [[EndpointResponse]] = [[], []]
    var proofs: [[String]] = [[], []]
    for index in browsers.indices {
      func keep(_ response: EndpointResponse) throws -> Parameters {
        pages[index].append(response)
        guard response.text.contains("<form") else { return [] }
        let form = try response.hiddenFields
        proofs[index].append(form[1].1)
        return form
      }
      var form = try keep(fixture.authorize(&browsers[index], SignInFixture.query()))
      if kind == .password {
        _ = try keep(
          fixture.signIn(
            form + SignInFixture.credentials("anshika", "wrong-password"), &browsers[index]))
        form = try keep(fixture.signIn(form + SignInFixture.credentials(), &browsers[index]))
        proofs[index].append(form[0].1)
        for _ in 0..<2 { _ = try keep(fixture.decide(form + Self.allow, &browsers[index])) }
        _ = try keep(fixture.decide(form, &browsers[index]))
      } else {
        let response = fixture.decide(form + Self.allow, &browsers[index])
        let state = try #require(response.field("Location")?.parts(at: "=").last)
        _ = try keep(response)
        proofs[index].append(state)
        for _ in 0..<2 {
          _ = try keep(
            fixture.callback(
              [("state", state), ("code", SignInFixture.providerCode)], &browsers[index]))
        }
      }
    }
    let passwords = [SignInFixture.password, "wrong-password", SignInFixture.providerCode]
    let events = fixture.events.everything
    #expect(!events.isEmpty)
    // Every random value, in whatever part of the sign-in.
    for number in UInt8(1)...30 {
      let secret = SignInFixture.secret(number)
      #expect(!events.contains(secret))
    }
    for secret in proofs.joined() + passwords { #expect(!events.contains(secret)) }
    for index in browsers.indices {
      let text = pages[index].map { $0.text + $0.lines.joined(separator: "\n") }.joined()
      let bodies = pages[index].map(\.text).joined()
      for secret in passwords { #expect(!text.contains(secret)) }
      for cookie in browsers[index].cookies { #expect(!bodies.contains(cookie.value)) }
      let other = 1 - index
      for secret in proofs[other] + browsers[other].cookies.map(\.value) {
        #expect(!text.contains(secret))
      }
    }
  }

  /// O112. ASVS 6.3.8: the answer does not say which names exist.
  @Test func anUnknownNameAndAWrongPasswordAreOneAnswer() throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let form = try fixture.firstForm(&browser)
    let responses = ["anshika", "nobody1"].map { name in
      let response = fixture.signIn(form + SignInFixture.credentials(name, "x"), &browser)
      return (response.status, response.lines, response.text.replacing(name, with: "NAME"))
    }
    #expect(responses[0].0 == 403)
    #expect(responses[0].0 == responses[1].0)
    #expect(responses[0].1 == responses[1].1)
    #expect(responses[0].2 == responses[1].2)
    #expect(fixture.events.take() == ["wrong password public", "wrong password public"])
  }

  // MARK: O113 what the person has seen

  /// O113. OAuth 2.1 §7.3.1: the role grows while the person reads the page.
  @Test func aCodeHasNoMoreThanThePageHasShown() throws {
    let fixture = try SignInFixture(.password)
    fixture.people.setScopes(["calculate:basic"])
    var browser = TestBrowser()
    let query = SignInTests.asking("scope", SignInTests.both)
    let form = try fixture.consentForm(&browser, query)
    fixture.people.setScopes(Fixture.settings.scopes)
    let code = try fixture.decide(form + Self.allow, &browser).code
    #expect(
      try fixture.base.granted(Fixture.redemption(code))["scope"]?.string == "calculate:basic")
  }

  /// O113. The same for what the client may have, while the person is at the provider.
  @Test func aClientThatMayHaveMoreGetsWhatThePageHasShown() throws {
    let fixture = try SignInFixture(.provider)
    var browser = TestBrowser()
    let query = SignInFixture.query(
      AuthorizationRequestTests.replacing("client_id", "modest") + [("scope", SignInTests.both)])
    let back = try fixture.providerResponse(&browser, query)
    fixture.clients.remove("modest")
    fixture.clients.add(Fixture.client("modest"))
    let code = try fixture.callback(back, &browser).code
    let token = try fixture.base.granted(Fixture.redemption(code, client: "modest"))
    #expect(token["scope"]?.string == "calculate:basic")
  }

  /// O113. Who denies after all does not leave a code behind.
  @Test func aDenialVoidsTheCodeOfAnApproval() throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let form = try fixture.consentForm(&browser)
    let code = try fixture.decide(form + Self.allow, &browser).code
    let denial = fixture.decide(form + SignInTests.deny, &browser)
    #expect(denial.status == 303)
    #expect(try fixture.rows() == [0, 0, 0, 0])
    #expect(fixture.base.ask(Fixture.redemption(code)).error == "invalid_grant")
  }

  /// O113. It does not say that nothing was allowed when the client has tokens.
  @Test func aDenialAfterTheRedemptionIsTooLate() throws {
    let fixture = try SignInFixture(.password)
    var browser = TestBrowser()
    let form = try fixture.consentForm(&browser)
    let code = try fixture.decide(form + Self.allow, &browser).code
    _ = try fixture.base.granted(Fixture.redemption(code))
    _ = fixture.events.take()
    let denial = fixture.decide(form + SignInTests.deny, &browser)
    #expect(denial.status == 403 && denial.field("Location") == nil)
    #expect(fixture.events.take() == ["refused unknown_sign_in"])
  }
}
