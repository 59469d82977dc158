import Auth
import Crypto
import IdentityProviders
import OAuth
import Support
import Synchronization
import TestSupport
import Testing

@testable import AuthorizationServer
@testable import State

/// The endpoints for the browser, with a clock that stands still, and a password check and a provider
/// that do what the test says. The random values are `secret(1)`, `secret(2)` and so on.
struct SignInFixture {
  enum Kind: String, CaseIterable, Sendable { case password, provider }

  static let settings = Fixture.settings
  static let password = "correct horse battery staple"
  static let providerCode = "code-of-the-provider"
  /// The client whose name is markup.
  static let hostileName = #"<script>alert("1")</script>'&"#

  let base: Fixture
  let kind: Kind
  let settings: AuthorizationServerSettings
  let endpoints: SignInEndpoints
  let provider = FakeProvider()
  let clients = Clients()
  let people = People()
  let events = Events()

  /// - Parameters:
  ///   - base: has the state, which another server may have used.
  ///   - id: of the provider.
  ///   - firstSecret: a state accepts no secret twice.
  init(
    _ kind: Kind, base: Fixture? = nil, id: String = "github", firstSecret: UInt8 = 1,
    settings: AuthorizationServerSettings = settings, pool: any BlockingPool = ImmediatePool()
  ) throws {
    let base = try base ?? Fixture()
    (self.base, self.kind, self.settings) = (base, kind, settings)
    let (people, events, count) = (people, events, Counter(firstSecret))
    let description = ProviderDescription(
      id: id, title: "GitHub", scope: "user:email",
      meaning: ["read your e-mail addresses"], endpoints: nil
    ) { [provider] _, _ in provider }
    endpoints = SignInEndpoints(
      settings,
      signIn: kind == .password
        ? .password { user, password, _ in people.check(user, password) }
        : .provider(description, provider),
      clients: clients, state: base.state, scopesOfPerson: { people.scopes(of: $0) }, pool: pool,
      random: { [UInt8](repeating: count.next(), count: $0) }, report: { events.add($0) })
  }

  static func secret(_ number: UInt8) -> String {
    Base64.url.text(of: [UInt8](repeating: number, count: 32))
  }

  /// How many rows each table has.
  func rows() throws -> [Int] {
    try base.state.database.read { (connection) throws(StateError) in
      try ["transactions", "codes", "grants", "clients"].map { (table) throws(StateError) in
        try connection.rowCount(of: table)
      }
    }
  }
}

// MARK: What the server is connected to

extension SignInFixture {
  final class Counter: Sendable {
    private let value: Mutex<UInt8>
    init(_ first: UInt8) { value = Mutex(first) }
    func next() -> UInt8 {
      value.withLock { value in
        defer { value &+= 1 }
        return value
      }
    }
  }

  final class Clients: ClientDirectory {
    private let all = Mutex(
      Fixture.Clients().all + [
        OAuthClient(
          id: "hostile", name: hostileName,
          redirectURIs: [Fixture.redirectURI].compactMap(RedirectURI.init(registering:)),
          grantTypes: [.authorizationCode], scopes: nil, secret: nil)
      ])
    func client(_ id: String, for _: Client) async throws(OAuthProblem) -> OAuthClient? {
      all.withLock { $0.first { $0.id == id } }
    }
    func add(_ client: OAuthClient) { all.withLock { $0.append(client) } }
    func remove(_ id: String) { all.withLock { $0.removeAll { $0.id == id } } }
  }

  /// The credentials file, and the roles.
  final class People: Sendable {
    private struct Known {
      var scopes: [String]? = Fixture.settings.scopes
      var groups: [String] = []
      var isBusy = false
      var attempts = 0
      var asked: [Person] = []
    }
    private let known = Mutex(Known())

    func check(_ user: String, _ password: Secret) -> SignIn.PasswordCheck {
      known.withLock { known in
        known.attempts += 1
        guard !known.isBusy else { return .tryLater }
        guard ["anshika", "github:1"].contains(user), password.exposed == SignInFixture.password
        else { return .wrong }
        return .correct(
          Person(
            id: "password:\(user)", name: user, email: "\(user)@calculator.example",
            groups: known.groups))
      }
    }
    func scopes(of person: Person) -> [String]? {
      known.withLock {
        $0.asked.append(person)
        return $0.scopes
      }
    }
    var attempts: Int { known.withLock { $0.attempts } }
    /// Each person whose scopes were asked for.
    var asked: [Person] { known.withLock { $0.asked } }
    func setScopes(_ scopes: [String]?) { known.withLock { $0.scopes = scopes } }
    func setGroups(_ groups: [String]) { known.withLock { $0.groups = groups } }
    func setBusy() { known.withLock { $0.isBusy = true } }
  }

  final class Events: Sendable {
    private let all = Mutex<[SignInEvent]>([])
    func add(_ event: SignInEvent) { all.withLock { $0.append(event) } }
    /// All that is in the events.
    var everything: String { all.withLock { "\($0)" } }
    /// Each as one text. What a row expects is easy to read in it.
    func take() -> [String] {
      all.withLock { events in
        defer { events = [] }
        return events.map { event in
          switch event {
          case .allowed(let person, let client, let scope):
            "allowed \(person.id) \(client) \(scope)"
          case .denied(let client): "denied \(client)"
          case .notListed(let person, let client): "not listed \(person.id) \(client)"
          case .wrongPassword(let client): "wrong password \(client)"
          case .providerFailed(let error, let client): "provider \(error) \(client)"
          case .refused(let reason): "refused \(reason)"
          }
        }
      }
    }
  }

  /// It accepts one code, and the verifier, the nonce and the redirect URI that the browser began
  /// with.
  final class FakeProvider: IdentityProvider {
    enum Step: String, CaseIterable, Sendable { case authorizeURL, exchange, profile }
    private struct Setting {
      var user = ProviderUser(
        id: "1", login: "anshika", name: "Anshika", email: "anshika@app.example",
        groups: ["makers"])
      var failure: (step: Step, error: ProviderError)?
      var requests: [String: String] = [:]
      var calls = 0
    }
    private let setting = Mutex(Setting())
    let issuer: String? = "https://login.example"

    func setUser(_ user: ProviderUser) { setting.withLock { $0.user = user } }
    func fail(at step: Step, with error: ProviderError) {
      setting.withLock { $0.failure = (step, error) }
    }
    /// How many codes were sent to it.
    var calls: Int { setting.withLock { $0.calls } }

    private static func text(_ request: ProviderRequest) -> String {
      [request.redirectURI, request.state.exposed, request.verifier.exposed, request.nonce.exposed]
        .joined(separator: " ")
    }

    private func step(_ step: Step) throws(ProviderError) {
      let failure = setting.withLock { $0.failure }
      if let failure, failure.step == step { throw failure.error }
    }

    func authorizeURL(_ request: ProviderRequest) async throws(ProviderError) -> String {
      try step(.authorizeURL)
      setting.withLock { $0.requests[request.state.exposed] = Self.text(request) }
      return "https://provider.example/authorize?state=\(request.state.exposed)"
    }

    func exchange(
      _ code: Secret, of request: ProviderRequest, for _: Client
    ) async throws(ProviderError) -> ProviderTokens {
      try step(.exchange)
      let isKnown = setting.withLock {
        $0.calls += 1
        return $0.requests[request.state.exposed] == Self.text(request)
      }
      guard isKnown, code.exposed == providerCode else { throw .refused }
      return ProviderTokens(access: Secret("access-of-the-provider"))
    }

    func profile(
      _ tokens: ProviderTokens, of request: ProviderRequest, for _: Client
    ) async throws(ProviderError) -> ProviderUser {
      try step(.profile)
      return try setting.withLock { (setting) throws(ProviderError) in
        guard setting.requests[request.state.exposed] == Self.text(request),
          tokens.access.exposed == "access-of-the-provider"
        else { throw .refused }
        return setting.user
      }
    }
  }

  /// Has no thread free.
  struct FullPool: BlockingPool {
    func run<Value: Sendable>(for _: Client, _: @escaping @Sendable () -> Value)
      async throws(BlockingPoolIsFull) -> Value
    { throw BlockingPoolIsFull() }
  }
}

// MARK: The browser

/// What a browser keeps, and what it says with each request.
struct TestBrowser: Sendable {
  var cookies: [(name: String, value: String)] = []
  var origins = [Fixture.settings.issuer]
  var sites = ["same-origin"]

  var fields: Browser {
    Browser(
      address: IPAddress(v4: 0x7F00_0001), client: .local,
      cookies: cookies.isEmpty
        ? [] : [cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")],
      origins: origins, sites: sites)
  }

  mutating func keep(_ response: EndpointResponse) {
    for field in response.fields where field.name == "Set-Cookie" {
      let parts = field.value.parts(at: ";")
      let pair = parts[0].parts(at: "=")
      cookies.removeAll { $0.name == pair[0] }
      if !parts.contains(" Max-Age=0") { cookies.append((pair[0], pair[1])) }
    }
  }
}

extension SignInFixture {
  typealias Parameters = [(String, String)]

  static let request = AuthorizationRequestTests.good

  static func query(_ parameters: Parameters = request) -> String {
    String(decoding: Fixture.form(parameters), as: UTF8.self)
  }

  /// GET /authorize
  func authorize(_ browser: inout TestBrowser, _ query: String = query()) -> EndpointResponse {
    let (endpoints, fields) = (endpoints, browser.fields)
    let response = ThreadExecutor.run { await endpoints.authorize(query: query, fields) }
    browser.keep(response)
    return response
  }

  /// POST /authorize
  func signIn(
    _ form: Parameters, _ browser: inout TestBrowser, now: WallTime = Fixture.start
  ) -> EndpointResponse {
    let (endpoints, fields) = (endpoints, browser.fields)
    let response = ThreadExecutor.run {
      await endpoints.signIn(body: Fixture.form(form), fields, now: now)
    }
    browser.keep(response)
    return response
  }

  /// POST /consent
  func decide(
    _ form: Parameters, _ browser: inout TestBrowser, now: WallTime = Fixture.start
  ) -> EndpointResponse {
    let (endpoints, fields) = (endpoints, browser.fields)
    let response = ThreadExecutor.run {
      await endpoints.decide(body: Fixture.form(form), fields, now: now)
    }
    browser.keep(response)
    return response
  }

  /// GET /<provider>/callback
  func callback(
    _ parameters: Parameters, _ browser: inout TestBrowser, now: WallTime = Fixture.start
  ) -> EndpointResponse {
    let (endpoints, fields) = (endpoints, browser.fields)
    let response = ThreadExecutor.run {
      await endpoints.callback(query: Self.query(parameters), fields, now: now)
    }
    browser.keep(response)
    return response
  }

  // MARK: Steps that must succeed

  static func credentials(_ user: String = "anshika", _ password: String = password) -> Parameters {
    [("username", user), ("password", password)]
  }

  /// The form of the first page.
  func firstForm(_ browser: inout TestBrowser, _ query: String = query()) throws -> Parameters {
    let response = authorize(&browser, query)
    try #require(response.status == 200)
    return try response.hiddenFields
  }

  /// The form of the consent page: the first page with a provider, the second with passwords.
  func consentForm(
    _ browser: inout TestBrowser, _ query: String = query(), user: String = "anshika"
  ) throws -> Parameters {
    let form = try firstForm(&browser, query)
    guard kind == .password else { return form }
    let response = signIn(form + Self.credentials(user), &browser)
    try #require(response.status == 200)
    return try response.hiddenFields
  }

  /// The parameters that the provider sends back.
  func providerResponse(
    _ browser: inout TestBrowser, _ query: String = query()
  ) throws -> Parameters {
    let form = try consentForm(&browser, query)
    let response = decide(form + [("decision", "allow")], &browser)
    try #require(response.status == 303)
    let state = try #require(response.field("Location")?.parts(at: "=").last)
    return [("state", state), ("code", Self.providerCode)]
  }

  /// The whole sign-in, up to the redirect with the code.
  func run(
    _ browser: inout TestBrowser, _ query: String = query(), user: String = "anshika"
  ) throws -> EndpointResponse {
    switch kind {
    case .password:
      let form = try consentForm(&browser, query, user: user)
      return decide(form + [("decision", "allow")], &browser)
    case .provider: return callback(try providerResponse(&browser, query), &browser)
    }
  }
}

extension EndpointResponse {
  /// The hidden fields of the form, as a browser reads them.
  var hiddenFields: [(String, String)] {
    get throws {
      let fields = text.matches(of: /<input type="hidden" name="([a-z]+)" value="([^"]*)">/)
      try #require(fields.count == 2)
      return fields.map { match in
        var value = String(match.2)
        for (entity, character) in [
          ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] { value = value.replacing(entity, with: character) }
        return (String(match.1), value)
      }
    }
  }

  var lines: [String] { fields.map { "\($0.name): \($0.value)" } }

  /// The code of the redirect to the client.
  var code: String {
    get throws {
      let location = try #require(field("Location"))
      try #require(location.hasBytes(atStart: Fixture.redirectURI + "?code="))
      return location.parts(at: "?")[1].parts(at: "&")[0].parts(at: "=")[1]
    }
  }
}
