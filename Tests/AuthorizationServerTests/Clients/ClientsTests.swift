import Auth
import AuthorizationServer
import Crypto
import OAuth
import State
import Support
import TestSupport
import Testing

struct ClientsTests {
  private static let url = "https://app.example/client.json"
  private static let someone = Client.inNetwork(1)

  private struct Directory {
    let web = FakeWeb([
      url: .json(#"{"client_id":"\#(url)","redirect_uris":["https://app.example/"]}"#)
    ])
    let state: AuthorizationState
    let clients: Clients

    init(
      _ configured: [OAuthClient] = [], hasDocuments: Bool = true, pool: FakePool = FakePool()
    ) throws {
      state = try AuthorizationState(path: ":memory:")
      let documents = ClientMetadataDocuments(web, clock: { 0 }, report: { _ in })
      clients = Clients(
        configured: configured, documents: hasDocuments ? documents : nil, state: state,
        pool: pool)
    }

    func register(
      _ id: String, uris: [String] = ["https://app.example/"],
      grantTypes: [String] = ["authorization_code"], scopes: [String] = [], secret: String? = nil
    ) throws {
      try state.register(
        RegisteredClient(
          id: id, name: "Registered", redirectURIs: uris, grantTypes: grantTypes, scopes: scopes,
          secretDigest: secret.map { SHA256Digest(of: $0.utf8) }, isDynamic: true,
          registeredAt: Fixture.start),
        now: Fixture.start)
    }

    func find(_ id: String) async throws(OAuthProblem) -> OAuthClient? {
      try await clients.client(id, for: someone)
    }
  }

  @Test func clientsAreFoundInAllPlaces() async throws {
    let directory = try Directory([Fixture.client("reports")])
    try directory.register("dyn-1")
    #expect(try await directory.find("reports")?.name == "reports")
    #expect(try await directory.find(Self.url)?.name == "app.example")
    #expect(try await directory.find("dyn-1")?.name == "Registered")
    #expect(directory.web.clients == [Self.someone])
  }

  static let unknown: [(String, String)] = [
    ("an unknown name", "nobody"), ("no name", ""), ("another case", "Reports"),
    ("an unknown registration", "dyn-2"),
    // O96: Swift's `==` takes them as equal.
    ("the Kelvin sign", "\u{212A}ey"),
    // O90
    ("a URL without a path", "https://app.example"),
    ("a URL of the whole site", "https://app.example/"),
    ("a URL with a user", "https://user@app.example/client.json"),
    ("a URL with a fragment", "https://app.example/client.json#x"),
    ("a URL with dots", "https://app.example/a/../client.json"),
    ("a URL of http", "http://app.example/client.json"),
    ("a URL with a host of letters", "https://app\u{2024}example/client.json"),
  ]

  /// ATTACKS O90, O96
  @Test(arguments: unknown)
  func anotherNameIsUnknown(_ row: (name: String, id: String)) async throws {
    let directory = try Directory([Fixture.client("reports"), Fixture.client("Key")])
    try directory.register("dyn-1")
    #expect(try await directory.find(row.id) == nil)
    #expect(directory.web.takeRequests() == [])
  }

  /// ATTACKS O96
  @Test func aLongIDIsNotLookedUp() async throws {
    let directory = try Directory(pool: FakePool(isFull: true))
    let long = String(repeating: "a", count: Clients.maximumIDLength)
    #expect(try await directory.find(long + "a") == nil)
    // One that is not too long reaches the pool, which is full.
    await #expect(throws: OAuthProblem.self) { try await directory.find(long) }
  }

  @Test func anOperatorsClientIsFoundBeforeOthers() async throws {
    let directory = try Directory([Fixture.client("dyn-1"), Fixture.client(Self.url)])
    try directory.register("dyn-1")
    #expect(try await directory.find("dyn-1")?.name == "dyn-1")
    #expect(try await directory.find(Self.url)?.name == Self.url)
    #expect(directory.web.takeRequests() == [])
  }

  @Test func sighupReplacesTheClientsOfTheFile() async throws {
    let directory = try Directory([Fixture.client("old", secret: "1"), Fixture.client("kept")])
    directory.clients.replace(with: [Fixture.client("kept", secret: "2"), Fixture.client("new")])
    #expect(try await directory.find("old") == nil)
    #expect(try await directory.find("kept")?.isPublic == false)
    #expect(try await directory.find("new")?.isPublic == true)
  }

  @Test func documentsCanBeTurnedOff() async throws {
    let directory = try Directory(hasDocuments: false)
    #expect(try await directory.find(Self.url) == nil)
    #expect(directory.web.takeRequests() == [])
  }

  @Test func aRegisteredClientKeepsItsLimits() async throws {
    let directory = try Directory()
    try directory.register(
      "dyn-1", uris: ["http://127.0.0.1/", "app://no-more"],
      grantTypes: ["authorization_code", "password"], scopes: ["calculate:basic"],
      secret: Fixture.secret)
    let client = try #require(try await directory.find("dyn-1"))
    #expect(client.redirectURIs.map(\.text) == ["http://127.0.0.1/"])
    #expect(client.grantTypes == [.authorizationCode])
    #expect(client.scopes == ["calculate:basic"])
    #expect(client.accepts(.basic(clientID: "dyn-1", Secret(Fixture.secret))))
    #expect(!client.accepts(.none(clientID: "dyn-1")))
    // Without scopes of its own, it may ask for all.
    try directory.register("dyn-2")
    let other = try #require(try await directory.find("dyn-2"))
    #expect(other.scopes == nil)
    #expect(other.accepts(.none(clientID: "dyn-2")))
  }

  @Test func aFullPoolIsNoUnknownClient() async throws {
    let directory = try Directory(pool: FakePool(isFull: true))
    try directory.register("dyn-1")
    await #expect(
      throws: OAuthProblem(
        .temporarilyUnavailable, "The server has too much to do; try again later.")
    ) { try await directory.find("dyn-1") }
  }

  /// A client that is refused is not one that is unknown: the problem says why.
  @Test func aRefusedDocumentIsAProblem() async throws {
    let directory = try Directory()
    await #expect(
      throws: OAuthProblem(.invalidClient, "The metadata document does not have the status 200.")
    ) { try await directory.find("https://other.example/client.json") }
  }
}
