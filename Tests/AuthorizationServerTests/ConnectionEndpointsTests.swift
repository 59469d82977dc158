import Auth
import Crypto
import OAuth
import Support
import Synchronization
import TestSupport
import Testing

@testable import AuthorizationServer
@testable import State

/// A person connects an account of another service, and attacks on that.
struct ConnectionEndpointsTests {
  fileprivate static let now = Fixture.start

  /// The endpoints with two services.
  struct Server {
    static let seal = ConnectionSeal(current: SealingKey([UInt8](repeating: 7, count: 32)))
    let endpoints: ConnectionEndpoints
    let state: AuthorizationState
    let sent = Sent()
    let events = Reports()

    final class Sent: Sendable {
      let codes = Mutex<[String]>([])
      let meanwhile = Mutex<(@Sendable () -> Void)?>(nil)
    }
    final class Reports: Sendable {
      let all = Mutex<[ConnectionEvent]>([])
    }

    init(refusal: ConnectionRefused? = nil, signIn: ConnectionSignIn? = nil) throws {
      state = try AuthorizationState(path: ":memory:")
      let (sent, events, count) = (sent, events, SignInFixture.Counter(1))
      let services = ["jira", "confluence"].map { id in
        ConnectableService(
          id: id, title: id == "jira" ? "Jira" : "Confluence", host: "auth.example",
          authorizeURL: { state, verifier in
            "https://auth.example/\(id)?state=\(state.exposed)&verifier=\(verifier.exposed)"
          },
          exchange: { (code, verifier, _) async throws(ConnectionRefused) -> [UInt8] in
            sent.codes.withLock { $0.append("\(id) \(code.exposed) \(verifier.exposed)") }
            sent.meanwhile.withLock { $0 }?()
            if let refusal { throw refusal }
            return Array("tokens of \(code.exposed)".utf8)
          })
      }
      endpoints = ConnectionEndpoints(
        base: Fixture.settings.issuer, services: services, signIn: signIn, state: state,
        seal: Self.seal,
        pool: ImmediatePool(), random: { [UInt8](repeating: count.next(), count: $0) },
        report: { event in events.all.withLock { $0.append(event) } })
    }

    /// Calls this before the service answers.
    func whileExchanging(_ body: @escaping @Sendable () -> Void) {
      sent.meanwhile.withLock { $0 = body }
    }

    /// The identifier of a link for a user.
    func link(user: String = "ann", service: String = "jira") throws -> String {
      let (endpoints, service) = (
        endpoints,
        ConnectableService(
          id: service, title: "", host: "", authorizeURL: { _, _ in "" },
          exchange: { _, _, _ in [] })
      )
      let url = try #require(
        ThreadExecutor.run { () async -> String? in
          try? await endpoints.link(
            for: user, called: "Ann <b>", to: service, client: .local,
            now: ConnectionEndpointsTests.now)
        })
      let start = "https://calculator.example/connect/"
      #expect(url.utf8.starts(with: start.utf8))
      return String(Substring(url.utf8.dropFirst(start.utf8.count)))
    }

    func page(
      _ id: String, _ browser: inout TestBrowser, now: WallTime = Fixture.start
    )
      -> EndpointResponse
    {
      let (endpoints, fields) = (endpoints, browser.fields)
      let response = ThreadExecutor.run { await endpoints.page(id: id, fields, now: now) }
      browser.keep(response)
      return response
    }

    func begin(
      _ id: String, _ csrf: String?, _ browser: inout TestBrowser,
      more: [(String, String)] = [], now: WallTime = Fixture.start
    ) -> EndpointResponse {
      let (endpoints, fields) = (endpoints, browser.fields)
      let form = (csrf.map { [("csrf", $0)] } ?? []) + more
      let response = ThreadExecutor.run {
        await endpoints.begin(id: id, body: Fixture.form(form), fields, now: now)
      }
      browser.keep(response)
      return response
    }

    /// Opens the link and goes on. Returns the `state` that the service gets.
    func goOn(_ id: String, _ browser: inout TestBrowser) throws -> String {
      let csrf = try csrf(of: page(id, &browser))
      let response = begin(id, csrf, &browser)
      #expect(response.status == 303)
      let location = try #require(response.field("Location"))
      return try #require(location.firstMatch(of: /state=([^&]+)/).map { String($0.1) })
    }

    func csrf(of response: EndpointResponse) throws -> String {
      let text = String(decoding: response.body, as: UTF8.self)
      return try #require(text.firstMatch(of: /name="csrf" value="([^"]+)"/).map { String($0.1) })
    }

    func callback(
      _ parameters: [(String, String)], service: String = "jira", _ browser: TestBrowser,
      now: WallTime = Fixture.start
    ) -> EndpointResponse {
      let (endpoints, fields) = (endpoints, browser.fields)
      let query = String(decoding: Fixture.form(parameters), as: UTF8.self)
      return ThreadExecutor.run {
        await endpoints.callback(service: service, query: query, fields, now: now)
      }
    }

    /// What the state has for the user and the code on the page.
    func complete(_ response: EndpointResponse, user: String = "ann") throws -> [UInt8]? {
      let text = String(decoding: response.body, as: UTF8.self)
      let code = try #require(
        text.firstMatch(of: /[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/).map { String($0.0) })
      let completion = try state.complete(
        user: user, code: ConnectionEndpoints.hash(ofCode: " \(code) "), now: Self.time)
      guard case .completed(let flow, let result) = completion else { return nil }
      return Self.seal.open(result, as: .result, of: flow)
    }
    private static let time = ConnectionEndpointsTests.now
  }

  // MARK: The flow

  @Test func aUserConnectsAnAccount() throws {
    let server = try Server()
    var browser = TestBrowser()
    let id = try server.link()
    let page = server.page(id, &browser)
    #expect(page.status == 200)
    let text = String(decoding: page.body, as: UTF8.self)
    #expect(text.contains("<bdi>Ann &lt;b&gt;</bdi>"))
    #expect(text.contains(#"<p class="host"><bdi>auth.example</bdi></p>"#))
    #expect(text.contains(#"action="/connect/\#(id)""#))
    let state = try server.goOn(id, &browser)
    let done = server.callback([("state", state), ("code", "c1")], browser)
    #expect(done.status == 200)
    #expect(try server.complete(done) == Array("tokens of c1".utf8))
    // The verifier is that of the link, not one of the request.
    #expect(server.sent.codes.withLock { $0 } == ["jira c1 \(SignInFixture.secret(2))"])
    #expect(server.events.all.withLock { $0 } == [.allowed(service: "jira")])
  }

  /// A program that looks at the link first, such as a preview in a chat, takes nothing away.
  /// ATTACKS O144
  @Test func lookingAtTheLinkChangesNothing() throws {
    let server = try Server()
    let id = try server.link()
    var preview = TestBrowser()
    for _ in 0..<3 { #expect(server.page(id, &preview).status == 200) }
    var browser = TestBrowser()
    #expect(!(try server.goOn(id, &browser)).isEmpty)
  }

  // MARK: Attacks

  /// MCP 2026-07-28 client/elicitation, "Phishing": Mallory sends Ann the link of his own flow. Ann
  /// connects her account, and only Ann has the code.
  /// ATTACKS O143
  @Test func aLinkThatSomebodySentConnectsNothing() throws {
    let server = try Server()
    var browser = TestBrowser()
    let state = try server.goOn(try server.link(user: "mallory"), &browser)
    let done = server.callback([("state", state), ("code", "ann's")], browser)
    #expect(try server.complete(done, user: "ann") == nil)
    // The page says whose flow it is.
    #expect(String(decoding: done.body, as: UTF8.self).contains("If you are"))
  }

  enum Change: String, CaseIterable, CustomTestStringConvertible {
    case noCookie, anotherBrowser, anotherService, anotherState, stateOfAnotherFlow, twice, late
    case noState
    var testDescription: String { rawValue }
  }

  /// RFC 9700 §4.7 and §4.4: nothing is exchanged.
  /// ATTACKS O141
  @Test(arguments: Change.allCases)
  func aCallbackThatDoesNotFitExchangesNothing(_ change: Change) throws {
    let server = try Server()
    var browser = TestBrowser()
    var other = TestBrowser()
    let state = try server.goOn(try server.link(), &browser)
    let foreign = try server.goOn(try server.link(user: "bob"), &other)
    var parameters = [("state", state), ("code", "c1")]
    var (service, sender, now) = ("jira", browser, Self.now)
    var before = 0
    switch change {
    case .noCookie: sender.cookies = []
    case .anotherBrowser: sender = other
    case .anotherService: service = "confluence"
    case .anotherState: parameters[0].1 = SignInFixture.secret(99)
    case .stateOfAnotherFlow: parameters[0].1 = foreign
    case .twice:
      #expect(server.callback(parameters, browser).status == 200)
      before = 1
    case .late: now = Self.now + .seconds(600)
    case .noState: parameters = [("code", "c1")]
    }
    let response = server.callback(parameters, service: service, sender, now: now)
    #expect(response.status == 403)
    #expect(server.sent.codes.withLock { $0.count } == before)
  }

  /// A form of another site, or of a page that another browser has got.
  @Test(arguments: ["origin", "site", "no csrf", "other csrf", "no cookie", "csrf of another link"])
  func aForgedFormBindsNothing(_ change: String) throws {
    let server = try Server()
    var browser = TestBrowser()
    let id = try server.link()
    var csrf: String? = try server.csrf(of: server.page(id, &browser))
    switch change {
    case "origin": browser.origins = ["https://evil.example"]
    case "site": browser.sites = ["cross-site"]
    case "no csrf": csrf = nil
    case "other csrf": csrf = SignInFixture.secret(9)
    case "no cookie": browser.cookies = []
    default:
      csrf = try server.csrf(of: server.page(try server.link(user: "bob"), &browser))
    }
    let response = server.begin(id, csrf, &browser)
    #expect(response.status == 403)
    #expect(response.field("Location") == nil)
  }

  /// The flow belongs to the first browser that goes on.
  /// ATTACKS O143
  @Test func aSecondBrowserCannotGoOn() throws {
    let server = try Server()
    var first = TestBrowser()
    var second = TestBrowser()
    let id = try server.link()
    let csrf = try server.csrf(of: server.page(id, &second))
    _ = try server.goOn(id, &first)
    let response = server.begin(id, csrf, &second)
    #expect(response.status == 403)
    #expect(String(decoding: response.body, as: UTF8.self).contains("another browser"))
  }

  /// A newer link replaces the old one, and each ends after ten minutes.
  @Test(arguments: ["replaced", "late", "short", "unknown"])
  func anOldLinkHasNoPage(_ change: String) throws {
    let server = try Server()
    var browser = TestBrowser()
    var id = try server.link()
    var now = Self.now
    switch change {
    case "replaced": _ = try server.link()
    case "late": now = now + ConnectionEndpoints.flowLifetime
    case "short": id = "abc"
    default: id = SignInFixture.secret(77)
    }
    let response = server.page(id, &browser, now: now)
    #expect(response.status == 403)
    #expect(String(decoding: response.body, as: UTF8.self).contains("This link has ended"))
  }

  /// The person says no there, or the service gives no tokens: the flow has ended, and the page has
  /// no text of the service.
  @Test(arguments: [true, false])
  func aRefusalEndsTheFlow(_ isDenied: Bool) throws {
    let refusal = ConnectionRefused(reason: "refused", sentence: "Jira gave no tokens.")
    let server = try Server(refusal: isDenied ? nil : refusal)
    var browser = TestBrowser()
    let state = try server.goOn(try server.link(), &browser)
    let parameters = isDenied ? [("error", "<b>denied</b>")] : [("code", "c1")]
    let response = server.callback([("state", state)] + parameters, browser)
    #expect(response.status == (isDenied ? 403 : 502))
    let text = String(decoding: response.body, as: UTF8.self)
    #expect(text.contains(isDenied ? "Jira did not allow the connection." : "Jira gave no tokens."))
    #expect(!text.contains("denied&lt;"))
    #expect(
      server.events.all.withLock { $0 } == [
        .refused(service: "jira", reason: isDenied ? "denied" : "refused")
      ])
    #expect(
      try server.state.database.read { (c) throws(StateError) in
        try c.rowCount(of: "upstream_flows")
      } == 0)
  }
}
