import Auth
import AuthorizationServer
import HTTPClient
import OAuth
import Support
import TestSupport
import Testing

struct ClientMetadataDocumentsTests {
  private static let url = "https://app.example/client.json"
  private static let members = """
    "client_id":"https://app.example/client.json","redirect_uris":["http://127.0.0.1/callback"]
    """
  private static let document = "{\(members)}"
  private static let someone = Client.inNetwork(1)

  private static func problem(_ error: OAuthError, _ description: StaticString) -> OAuthProblem {
    OAuthProblem(error, description)
  }

  /// Documents, their servers, and what was reported.
  private struct Fixture {
    let web: FakeWeb
    let clock = ManualClock()
    let failures = Collected<ClientMetadataDocuments.Failure>()
    private let documents: ClientMetadataDocuments

    init(
      _ answers: [String: FakeWeb.Answer] = [:], allowedHosts: [String]? = nil,
      limits: ClientMetadataDocuments.Limits = .init()
    ) {
      web = FakeWeb(answers)
      documents = ClientMetadataDocuments(
        web, allowedHosts: allowedHosts, limits: limits,
        clock: { [clock] in instant(after: .milliseconds(clock.now.milliseconds)) },
        report: { [failures] in failures.add($0) })
    }

    func client(
      _ url: String = url, for client: Client = someone
    ) async -> Result<OAuthClient, OAuthProblem> {
      guard let url = ClientIDURL(url) else {
        return .failure(OAuthProblem(.serverError, "The URL of the test is wrong."))
      }
      do throws(OAuthProblem) {
        return .success(try await documents.client(url, for: client))
      } catch {
        return .failure(error)
      }
    }

    func problem(_ url: String = url, for client: Client = someone) async -> OAuthProblem? {
      if case .failure(let problem) = await self.client(url, for: client) { problem } else { nil }
    }
  }

  // MARK: The document

  @Test func aDocumentIsAPublicClient() async throws {
    let document = """
      {\(Self.members),"client_name":"Demo","grant_types":["authorization_code","refresh_token"],\
      "scope":"calculate:basic","token_endpoint_auth_method":"none","logo_uri":"x"}
      """
    let fixture = Fixture([Self.url: .json(document)])
    let client = try await fixture.client().get()
    #expect(client.id == Self.url)
    #expect(client.name == "Demo")
    #expect(client.redirectURIs.map(\.text) == ["http://127.0.0.1/callback"])
    #expect(client.grantTypes == [.authorizationCode, .refreshToken])
    #expect(client.scopes == ["calculate:basic"])
    #expect(client.isPublic)
    #expect(fixture.web.takeRequests() == ["get \(Self.url) Accept: application/json"])
    #expect(fixture.web.clients == [Self.someone])
    #expect(fixture.failures.take() == [])
  }

  @Test func aClientWithoutANameHasTheNameOfItsHost() async throws {
    let fixture = Fixture([Self.url: .json(Self.document)])
    let client = try await fixture.client().get()
    #expect(client.name == "app.example")
    #expect(client.grantTypes == [.authorizationCode])
    #expect(client.scopes == nil)
  }

  static let mediaTypes: [(String, [(name: String, value: String)], Bool)] = [
    ("JSON", [("Content-Type", "application/json")], true),
    ("with a parameter", [("content-type", "Application/JSON; charset=utf-8")], true),
    ("another type of JSON", [("Content-Type", "application/client+json")], true),
    ("none", [], false),
    ("two", [("Content-Type", "application/json"), ("Content-Type", "application/json")], false),
    ("a page", [("Content-Type", "text/html")], false),
    ("text of JSON", [("Content-Type", "text/json")], false),
    ("a text with the ending", [("Content-Type", "text/x+json")], false),
    ("JSON as a parameter", [("Content-Type", "text/html; x=application/json")], false),
    ("JSON at its beginning", [("Content-Type", "application/jsonp")], false),
  ]

  /// ATTACKS O90
  @Test(arguments: mediaTypes)
  func aDocumentIsJSON(
    _ row: (name: String, fields: [(name: String, value: String)], isJSON: Bool)
  ) async {
    let fixture = Fixture([Self.url: .response(200, Self.document, row.fields)])
    let expected =
      row.isJSON
      ? nil
      : Self.problem(.invalidClient, "The metadata document is not application/json.")
    #expect(await fixture.problem() == expected)
    #expect(fixture.failures.take().map(\.reason) == (row.isJSON ? [] : ["media_type"]))
  }

  private static let unreachable = OAuthProblem(
    .temporarilyUnavailable, "The metadata document of the client cannot be fetched now.")
  private static let notOK = OAuthProblem(
    .invalidClient, "The metadata document does not have the status 200.")
  private static let tooLong = OAuthProblem(
    .invalidClient, "The metadata document has more than 5 KiB.")
  private static let secret = OAuthProblem(
    .invalidClient, "A metadata document must not have a secret or keys.")
  private static let unsupported = OAuthProblem(
    .invalidClient, "The token_endpoint_auth_method is not supported.")

  private static func padded(to length: Int) -> String {
    let start = "{\(members),\"x\":\""
    return start + String(repeating: "x", count: length - start.utf8.count - 2) + "\"}"
  }

  static let refused: [(String, FakeWeb.Answer, OAuthProblem, String)] = [
    // O90
    (
      "a redirect",
      .response(
        302, document,
        [("Content-Type", "application/json"), ("Location", "https://other.example/client.json")]),
      notOK, "status_302"
    ),
    ("201", .response(201, document, [("Content-Type", "application/json")]), notOK, "status_201"),
    (
      "not found", .response(404, document, [("Content-Type", "application/json")]), notOK,
      "status_404"
    ),
    (
      "not JSON", .json("<html>"), problem(.invalidClient, "The metadata are not a JSON object."),
      "metadata"
    ),
    (
      "an array", .json("[\(document)]"),
      problem(.invalidClient, "The metadata are not a JSON object."), "metadata"
    ),
    (
      "the client_id of another",
      .json(#"{"client_id":"https://other.example/x","redirect_uris":["https://a.example/"]}"#),
      problem(.invalidClient, "The client_id in the document is not its URL."), "metadata"
    ),
    ("a shared secret", .json(#"{\#(members),"client_secret":"x"}"#), secret, "metadata"),
    (
      "a method with a shared secret",
      .json(#"{\#(members),"token_endpoint_auth_method":"client_secret_post"}"#), unsupported,
      "metadata"
    ),
    (
      "private_key_jwt",
      .json(
        #"{\#(members),"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example/keys"}"#
      ), unsupported, "metadata"
    ),
    (
      "private_key_jwt with keys",
      .json(#"{\#(members),"token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[]}}"#),
      secret, "metadata"
    ),
    (
      "no redirect URI that can be used",
      .json(#"{"client_id":"\#(url)","redirect_uris":["app://x","http://app.example/"]}"#),
      problem(.invalidClient, "No redirect URI is https, or http with a loopback host."), "metadata"
    ),
    ("5 KiB and a byte", .json(padded(to: 5121)), tooLong, "metadata"),
    ("6 KiB", .json(padded(to: 6144)), tooLong, "metadata"),
    ("more than the client reads", .error(.tooLarge), tooLong, "too_large"),
    // O91
    ("a private address", .error(.refusedAddress), unreachable, "refused_address"),
    ("no such name", .error(.unreachable), unreachable, "unreachable"),
    ("a slow server", .error(.timeout), unreachable, "timeout"),
    ("a certificate of somebody else", .error(.insecure), unreachable, "insecure"),
    ("429", .response(429, "", []), unreachable, "status_429"),
    ("500", .response(500, "", []), unreachable, "status_500"),
  ]

  /// ATTACKS O90, O91
  @Test(arguments: refused)
  func refuses(
    _ row: (name: String, answer: FakeWeb.Answer, problem: OAuthProblem, reason: String)
  ) async {
    let fixture = Fixture([Self.url: row.answer])
    #expect(await fixture.problem() == row.problem)
    #expect(fixture.failures.take() == [.init(host: "app.example", reason: row.reason)])
  }

  @Test func aDocumentOf5KiBIsAccepted() async {
    let fixture = Fixture([Self.url: .json(Self.padded(to: 5120))])
    #expect(await fixture.problem() == nil)
  }

  static let hosts: [(String, [String]?, Bool)] = [
    ("all", nil, true), ("the host", ["app.example"], true), ("in capitals", ["APP.example"], true),
    ("none", [], false), ("a parent", ["example"], false), ("a child", ["a.app.example"], false),
  ]

  /// ATTACKS O91
  @Test(arguments: hosts)
  func onlyAllowedHostsAreAsked(_ row: (name: String, hosts: [String]?, isAsked: Bool)) async {
    let fixture = Fixture([Self.url: .json(Self.document)], allowedHosts: row.hosts)
    let expected =
      row.isAsked
      ? nil : Self.problem(.invalidClient, "This server does not accept clients of this host.")
    #expect(await fixture.problem() == expected)
    #expect(fixture.web.takeRequests().count == (row.isAsked ? 1 : 0))
  }

  // MARK: The memory

  private static let hour = 3600
  static let ages: [(String, [(name: String, value: String)], Int)] = [
    ("without Cache-Control", [], 300),
    ("of no use here", [("Cache-Control", "public")], 300),
    ("a minute", [("Cache-Control", "max-age=60")], 60),
    (
      "the smaller", [("Cache-Control", "public, max-age=90"), ("cache-control", "max-age=60")], 60
    ),
    ("an hour", [("Cache-Control", "max-age=3600")], hour),
    ("a day", [("Cache-Control", "max-age=86400")], hour),
    ("a very long time", [("Cache-Control", "max-age=99999999999999999999")], hour),
    ("a time that is no number", [("Cache-Control", "max-age=-1")], 300),
  ]

  /// RFC 9111 §5.2.2.1
  @Test(arguments: ages)
  func aDocumentIsKeptForItsAge(
    _ row: (name: String, fields: [(name: String, value: String)], seconds: Int)
  ) async {
    let fixture = Fixture([Self.url: .json(Self.document, row.fields)])
    #expect(await fixture.problem() == nil)
    fixture.clock.advance(seconds: row.seconds - 1)
    #expect(await fixture.problem() == nil)
    #expect(fixture.web.takeRequests().count == 1)
    fixture.clock.advance(seconds: 1)
    #expect(await fixture.problem() == nil)
    #expect(fixture.web.takeRequests().count == 1)
  }

  static let unkept: [(String, String)] = [
    ("no-store", "no-store"), ("in capitals", "No-Store, max-age=60"), ("no-cache", "no-cache"),
    ("no time", "max-age=0"),
  ]

  /// RFC 9111 §5.2.2.5
  @Test(arguments: unkept)
  func aDocumentThatMustNotBeKeptIsFetchedAgain(_ row: (name: String, value: String)) async {
    let fixture = Fixture([Self.url: .json(Self.document, [("Cache-Control", row.value)])])
    #expect(await fixture.problem() == nil)
    #expect(await fixture.problem() == nil)
    #expect(fixture.web.takeRequests().count == 2)
  }

  /// ATTACKS O92
  @Test func aFailureIsKeptFor30Seconds() async {
    let fixture = Fixture([
      Self.url: .response(404, "", [("Cache-Control", "max-age=3600")])
    ])
    #expect(await fixture.problem() == Self.notOK)
    fixture.web[Self.url] = .json(Self.document)
    fixture.clock.advance(seconds: 29)
    #expect(await fixture.problem() == Self.notOK)
    #expect(fixture.web.takeRequests().count == 1)
    fixture.clock.advance(seconds: 1)
    #expect(await fixture.problem() == nil)
  }

  /// A failure is no document, and a document of before is not used longer than it may.
  @Test func anOldDocumentDoesNotReplaceANewFailure() async {
    let fixture = Fixture([Self.url: .json(Self.document)])
    #expect(await fixture.problem() == nil)
    fixture.web[Self.url] = .error(.timeout)
    fixture.clock.advance(seconds: 300)
    #expect(await fixture.problem() == Self.unreachable)
  }

  /// ATTACKS O92
  @Test func aThousandFailuresRemoveNoDocument() async {
    let fixture = Fixture([Self.url: .json(Self.document)])
    #expect(await fixture.problem() == nil)
    for number in 0...ClientMetadataDocuments.capacity {
      #expect(await fixture.problem("https://attacker.example/\(number)") == Self.notOK)
    }
    #expect(fixture.web.takeRequests().count == ClientMetadataDocuments.capacity + 2)
    #expect(await fixture.problem() == nil)
    #expect(fixture.web.takeRequests() == [])
    // The memory of failures is bounded: the first one is gone, the last one is not.
    #expect(await fixture.problem("https://attacker.example/1000") == Self.notOK)
    #expect(fixture.web.takeRequests() == [])
    #expect(await fixture.problem("https://attacker.example/0") == Self.notOK)
    #expect(fixture.web.takeRequests().count == 1)
  }

  @Test func theOldestOfTooManyDocumentsGoes() async {
    let fixture = Fixture()
    func url(_ number: Int) -> String { "https://app.example/\(number)" }
    for number in 0...ClientMetadataDocuments.capacity {
      fixture.web[url(number)] = .json(
        #"{"client_id":"\#(url(number))","redirect_uris":["https://app.example/"]}"#)
      #expect(await fixture.problem(url(number)) == nil)
    }
    _ = fixture.web.takeRequests()
    #expect(await fixture.problem(url(1)) == nil)
    #expect(fixture.web.takeRequests() == [])
    #expect(await fixture.problem(url(0)) == nil)
    #expect(fixture.web.takeRequests().count == 1)
  }

  // MARK: Many callers

  /// ATTACKS O92
  @Test func callersOfOneDocumentShareOneFetch() async throws {
    let fixture = Fixture([Self.url: .json(Self.document, [("Cache-Control", "no-store")])])
    fixture.web.hold()
    let executor = TestExecutor()
    let callers = (1...5).map { number in
      executor.start { await fixture.problem(for: .inNetwork(number)) }
    }
    await fixture.web.wait(for: 1)
    #expect(fixture.web.takeRequests().count == 1)
    fixture.web.release()
    for caller in callers { #expect(await executor.value(of: caller) == nil) }
    #expect(fixture.web.takeRequests() == [])
  }

  private static let overload = OAuthProblem(
    .temporarilyUnavailable, "The server fetches too many metadata documents now.")

  /// ATTACKS O92
  @Test func aFloodOfOneNetworkDoesNotStopAnother() async {
    let fixture = Fixture(
      [Self.url: .json(Self.document)], limits: .init(total: 3, perNetwork: 2))
    let executor = TestExecutor()
    fixture.web.hold()
    let slow = (1...2).map { number in
      executor.start { await fixture.problem("https://attacker.example/\(number)") }
    }
    await fixture.web.wait(for: 2)
    // A refusal does not wait for the fetches.
    let third = executor.start { await fixture.problem("https://attacker.example/3") }
    #expect(third.value == Self.overload)
    // Another network has its share, also of a document that the flood asks for.
    let other = executor.start { await fixture.problem(for: .inNetwork(2)) }
    await fixture.web.wait(for: 3)
    // The total is bounded, too.
    let last = executor.start {
      await fixture.problem("https://last.example/x", for: .inNetwork(3))
    }
    #expect(last.value == Self.overload)
    #expect(fixture.web.takeRequests().count == 3)
    fixture.web.release()
    for caller in slow { #expect(await executor.value(of: caller) == Self.notOK) }
    #expect(await executor.value(of: other) == nil)
    // A refusal is not kept, and the shares are free again.
    #expect(await fixture.problem("https://attacker.example/3") == Self.notOK)
    #expect(await fixture.problem("https://last.example/x", for: .inNetwork(3)) == Self.notOK)
  }

  /// ATTACKS O92: a slow host has a share of the fetches, from whatever network they come.
  @Test func aSlowHostDoesNotStopAnother() async {
    let fixture = Fixture([Self.url: .json(Self.document)], limits: .init(perHost: 2))
    let executor = TestExecutor()
    fixture.web.hold()
    let slow = (1...2).map { number in
      executor.start {
        await fixture.problem("https://slow.example/\(number)", for: .inNetwork(number))
      }
    }
    await fixture.web.wait(for: 2)
    let third = executor.start {
      await fixture.problem("https://slow.example/3", for: .inNetwork(3))
    }
    #expect(third.value == Self.overload)
    let other = executor.start { await fixture.problem(for: .inNetwork(4)) }
    await fixture.web.wait(for: 3)
    fixture.web.release()
    for caller in slow { #expect(await executor.value(of: caller) == Self.notOK) }
    #expect(await executor.value(of: other) == nil)
  }

  /// ATTACKS O92: the queue of outgoing requests has a share for each caller.
  @Test func theFullQueueOfOneCallerIsNoFailureOfTheDocument() async {
    let fixture = Fixture([Self.url: .error(.overloaded)])
    #expect(await fixture.problem() == Self.overload)
    fixture.web[Self.url] = .json(Self.document)
    #expect(await fixture.problem(for: .inNetwork(2)) == nil)
  }
}
