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

/// The sign-in of a person who connects an account: only the user who has asked for the link goes on.
/// MCP 2026-07-28 client/elicitation, "Phishing"; ATTACKS O143
struct ConnectionSignInTests {
  typealias Server = ConnectionEndpointsTests.Server
  private static let now = Fixture.start

  /// What was stored.
  private final class Stored: Sendable {
    let all = Mutex<[String]>([])
    let refusal: ConnectionRefused?
    init(_ refusal: ConnectionRefused? = nil) { self.refusal = refusal }
  }

  private struct World {
    let server: Server
    let stored: Stored
    let provider = SignInFixture.FakeProvider()
    let people = SignInFixture.People()
    var browser = TestBrowser()

    init(_ kind: SignInFixture.Kind, refusal: ConnectionRefused? = nil) throws {
      let (stored, provider, people) = (Stored(refusal), provider, people)
      self.stored = stored
      let description = ProviderDescription(
        id: "github", title: "GitHub", scope: "", meaning: [], endpoints: nil
      ) { _, _ in provider }
      server = try Server(
        signIn: ConnectionSignIn(
          kind == .password
            ? .password { user, password, _ in people.check(user, password) }
            : .provider(description, provider),
          user: { "key of \($0.id)" },
          connect: { (result, flow, _) async throws(ConnectionRefused) in
            if let refusal = stored.refusal { throw refusal }
            let text = String(decoding: result, as: UTF8.self)
            stored.all.withLock { $0.append("\(flow.user), \(flow.service), \(text)") }
          }))
    }

    /// Sends the form of the link.
    mutating func begin(
      _ id: String, _ user: String = "anshika", _ password: String = SignInFixture.password
    ) throws -> EndpointResponse {
      let csrf = try server.csrf(of: server.page(id, &browser))
      return server.begin(
        id, csrf, &browser, more: [("username", user), ("password", password)])
    }

    /// The `state` of the redirect to the provider.
    mutating func providerState(_ id: String) throws -> String {
      try Self.state(try begin(id), at: "https://provider.example/")
    }

    static func state(_ response: EndpointResponse, at start: String) throws -> String {
      try #require(response.status == 303)
      let location = try #require(response.field("Location"))
      try #require(location.hasBytes(atStart: start))
      return try #require(location.firstMatch(of: /state=([^&]+)/).map { String($0.1) })
    }

    func signedIn(
      _ parameters: [(String, String)], _ browser: TestBrowser, now: WallTime = Fixture.start
    ) -> EndpointResponse? {
      let (endpoints, fields) = (server.endpoints, browser.fields)
      let query = String(decoding: Fixture.form(parameters), as: UTF8.self)
      return ThreadExecutor.run { await endpoints.signedIn(query: query, fields, now: now) }
    }

    var events: [ConnectionEvent] { server.events.all.withLock { $0 } }
    var connected: [String] { stored.all.withLock { $0 } }

    func flows() throws -> Int {
      try server.state.database.read { (connection) throws(StateError) in
        try connection.rowCount(of: "upstream_flows")
      }
    }
  }

  // MARK: With a password

  @Test func aUserSignsInAndTheConnectionIsStored() throws {
    var world = try World(.password)
    let id = try world.server.link(user: "key of password:anshika")
    let page = world.server.page(id, &world.browser)
    #expect(page.text.contains(#"name="password" type="password""#))
    let state = try World.state(try world.begin(id), at: "https://auth.example/jira?")
    let done = world.server.callback([("state", state), ("code", "c1")], world.browser)
    #expect(done.status == 200)
    #expect(done.text.contains("<bdi>Jira</bdi> is connected"))
    #expect(world.connected == ["key of password:anshika, jira, tokens of c1"])
    #expect(world.events == [.connected(service: "jira")])
    #expect(try world.flows() == 0)
  }

  @Test(arguments: [("anshika", "wrong", false), ("", "", false), ("anshika", "x", true)])
  func aWrongPasswordGoesNowhere(_ user: String, _ password: String, _ isBusy: Bool) throws {
    var world = try World(.password)
    if isBusy { world.people.setBusy() }
    let id = try world.server.link(user: "key of password:anshika")
    let response = try world.begin(id, user, password)
    #expect(response.status == 403)
    #expect(response.field("Location") == nil)
    #expect(
      response.text.contains(
        isBusy ? "Too many attempts." : "The user name or the password is wrong."))
    #expect(
      world.events == [
        .refused(service: "jira", reason: isBusy ? "too_many_attempts" : "wrong_password")
      ])
    // The person may try again on the same page.
    if !isBusy { #expect(try world.begin(id).status == 303) }
  }

  // MARK: With a provider

  @Test func aUserSignsInWithAProvider() throws {
    var world = try World(.provider)
    let id = try world.server.link(user: "key of github:1")
    #expect(world.server.page(id, &world.browser).text.contains("<bdi>GitHub</bdi>"))
    let first = try world.providerState(id)
    let response = try #require(
      world.signedIn([("state", first), ("code", SignInFixture.providerCode)], world.browser))
    let second = try World.state(response, at: "https://auth.example/jira?")
    #expect(first != second)
    let done = world.server.callback([("state", second), ("code", "c1")], world.browser)
    #expect(done.status == 200)
    #expect(world.connected == ["key of github:1, jira, tokens of c1"])
    #expect(world.events == [.connected(service: "jira")])
  }

  /// The callback of the provider belongs to a sign-in of a client.
  @Test(arguments: [[("state", "of-another-sign-in"), ("code", "c")], [("code", "c")], []])
  func anotherCallbackIsLeftAlone(_ parameters: [(String, String)]) throws {
    let world = try World(.provider)
    #expect(world.signedIn(parameters, world.browser) == nil)
  }

  enum Change: String, CaseIterable, CustomTestStringConvertible {
    case noCookie, otherBrowser, otherIssuer, denied, wrongCode, twice, late, replaced
    case providerDown
    var testDescription: String { rawValue }
  }

  /// RFC 9700 §4.7, RFC 9207 §2.4
  @Test(arguments: Change.allCases)
  func aSignInThatDoesNotFitGoesNowhere(_ change: Change) throws {
    var world = try World(.provider)
    let id = try world.server.link(user: "key of github:1")
    let state = try world.providerState(id)
    var parameters = [("state", state), ("code", SignInFixture.providerCode)]
    var (browser, now, status) = (world.browser, Self.now, 403)
    switch change {
    case .noCookie: browser.cookies = []
    case .otherBrowser:
      browser.cookies = browser.cookies.map { ($0.name, SignInFixture.secret(99)) }
    case .otherIssuer:
      parameters.append(("iss", "https://login.example/"))
      status = 502
    case .denied: parameters[1] = ("error", "<b>access_denied</b>")
    case .wrongCode:
      parameters[1].1 = "another"
      status = 502
    case .twice:
      let first = world.signedIn(parameters, browser)
      #expect(first?.status == 303)
    case .late: now = Self.now + .seconds(600)
    case .replaced: _ = try world.server.link(user: "key of github:1")
    case .providerDown:
      world.provider.fail(at: .profile, with: .unavailable)
      status = 503
    }
    let response = world.signedIn(parameters, browser, now: now)
    switch change {
    case .twice, .replaced: #expect(response == nil)
    default:
      #expect(response?.status == status)
      #expect(response?.text.contains("<b>") == false)
    }
    #expect(world.connected.isEmpty)
    #expect(world.server.sent.codes.withLock { $0.isEmpty })
  }

  // MARK: Attacks

  /// Mallory sends Ann the link of his own flow, or opens that of Ann: the sign-in does not fit.
  @Test(arguments: SignInFixture.Kind.allCases)
  func anotherPersonConnectsNothing(_ kind: SignInFixture.Kind) throws {
    var world = try World(kind)
    let id = try world.server.link(user: "key of github:666")
    var response = try world.begin(id)
    if kind == .provider {
      let state = try World.state(response, at: "https://provider.example/")
      response = try #require(
        world.signedIn([("state", state), ("code", SignInFixture.providerCode)], world.browser))
    }
    #expect(response.status == 403)
    #expect(response.text.contains("This link belongs to another user"))
    #expect(world.events == [.refused(service: "jira", reason: "other_user")])
    #expect(try world.flows() == 0)
    #expect(world.connected.isEmpty)
  }

  /// The `state` for the provider is no way to the service without a sign-in, and that for the service
  /// none to the provider.
  @Test func noWayLeadsPastTheSignIn() throws {
    var world = try World(.provider)
    let id = try world.server.link(user: "key of github:1")
    let first = try world.providerState(id)
    let skipped = world.server.callback([("state", first), ("code", "c1")], world.browser)
    #expect(skipped.status == 403)
    #expect(world.server.sent.codes.withLock { $0.isEmpty })

    let other = try world.server.link(user: "key of github:1")
    let begun = try world.providerState(other)
    let response = try #require(
      world.signedIn([("state", begun), ("code", SignInFixture.providerCode)], world.browser))
    let second = try World.state(response, at: "https://auth.example/jira?")
    let calls = world.provider.calls
    let back = world.signedIn(
      [("state", second), ("code", SignInFixture.providerCode)], world.browser)
    #expect(back?.status == 403)
    #expect(world.provider.calls == calls)
    #expect(world.connected.isEmpty)
  }

  /// The person opens the link again after the sign-in: it counts no more.
  @Test func aSecondStartNeedsASecondSignIn() throws {
    var world = try World(.provider)
    let id = try world.server.link(user: "key of github:1")
    let first = try world.providerState(id)
    let response = try #require(
      world.signedIn([("state", first), ("code", SignInFixture.providerCode)], world.browser))
    let service = try World.state(response, at: "https://auth.example/jira?")
    _ = try world.providerState(id)
    let old = world.server.callback([("state", service), ("code", "c1")], world.browser)
    #expect(old.status == 403)
    #expect(world.connected.isEmpty)
  }

  /// The user asks for another link while the service answers.
  @Test func aNewerLinkReplacesTheFlow() throws {
    var world = try World(.password)
    let server = world.server
    server.whileExchanging { _ = try? server.link(user: "key of password:anshika") }
    let id = try server.link(user: "key of password:anshika")
    let state = try World.state(try world.begin(id), at: "https://auth.example/jira?")
    let done = server.callback([("state", state), ("code", "c1")], world.browser)
    #expect(done.status == 403)
    #expect(world.connected.isEmpty)
    #expect(world.events.isEmpty)
    #expect(try world.flows() == 1)
  }

  @Test func aConnectionThatCannotBeStoredIsTold() throws {
    let refusal = ConnectionRefused(reason: "not_stored", sentence: "It cannot be stored now.")
    var world = try World(.password, refusal: refusal)
    let id = try world.server.link(user: "key of password:anshika")
    let state = try World.state(try world.begin(id), at: "https://auth.example/jira?")
    let done = world.server.callback([("state", state), ("code", "c1")], world.browser)
    #expect(done.status == 502)
    #expect(done.text.contains("It cannot be stored now."))
    #expect(world.events == [.refused(service: "jira", reason: "not_stored")])
  }

  @Test func aProviderThatIsDownIsTold() throws {
    var world = try World(.provider)
    world.provider.fail(at: .authorizeURL, with: .unavailable)
    let id = try world.server.link(user: "key of github:1")
    let response = try world.begin(id)
    #expect(response.status == 503)
    #expect(world.events == [.refused(service: "jira", reason: "provider_unavailable")])
    #expect(try world.flows() == 1)
  }
}
