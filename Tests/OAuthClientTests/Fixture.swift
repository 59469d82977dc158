import Auth
import HTTPClient
import OAuthClient
import Support
import Synchronization
import TestSupport
import Testing

/// A remote server and its authorization server in the test's process: they answer from a table and
/// record the requests.
final class FakeServers: HTTPClient {
  typealias Answer = Result<OutboundResponse, OutboundError>

  private struct State {
    var answers: [String: Answer] = [:]
    var requests: [String] = []
    var isHeld = false
    var held: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// The answer to requests for a URL; 404 if there is none.
  subscript(url: String) -> Answer? {
    get { state.withLock { $0.answers[url] } }
    set { state.withLock { $0.answers[url] = newValue } }
  }

  /// The requests since the last call: method and URL, `Authorization` and the body, in one line.
  func takeRequests() -> [String] {
    state.withLock { state in
      defer { state.requests = [] }
      return state.requests
    }
  }

  var requestCount: Int { state.withLock { $0.requests.count } }

  func hold() { state.withLock { $0.isHeld = true } }

  func release() {
    let held = state.withLock { state in
      defer { state.held = [] }
      state.isHeld = false
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    var line = request.url
    switch request.method {
    case .get: line = "GET \(line)"
    case .delete: line = "DELETE \(line)"
    case .post(let body): line = "POST \(line) \(String(decoding: body, as: UTF8.self))"
    }
    for field in request.fields where field.name == "Authorization" { line += " \(field.value)" }
    state.withLock { $0.requests.append(line) }
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        if state.isHeld { state.held.append(continuation) }
        return state.isHeld
      }
      if !isHeld { continuation.resume() }
    }
    return try (self[request.url] ?? .success(OutboundResponse(status: 404, body: []))).get()
  }

  static func json(_ text: String, status: Int = 200) -> Answer {
    .success(
      OutboundResponse(
        status: status, fields: [("Content-Type", "application/json")], body: Array(text.utf8)))
  }
}

final class FakeStore: TokenStore {
  struct State {
    var document: [UInt8]?
    var events: [String] = []
    var failure: TokenStoreError?
    /// Of `load`, until the next `save` or `remove`.
    var isSealed = false
    /// What another process stores while `lock` waits for it.
    var storedMeanwhile: [UInt8]?
  }

  let state = Mutex(State())

  private struct Lock: TokenStoreLock {
    let store: FakeStore
    func release() { store.state.withLock { $0.events.append("release") } }
  }

  func load(_ resource: String) async throws(TokenStoreError) -> [UInt8]? {
    if state.withLock({ $0.isSealed }) { throw .wrongKey }
    return state.withLock { $0.document }
  }

  func save(_ document: [UInt8], for resource: String) async throws(TokenStoreError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    state.withLock {
      $0.document = document
      $0.isSealed = false
      $0.events.append("save")
    }
  }

  func remove(_ resource: String) async throws(TokenStoreError) {
    state.withLock {
      $0.document = nil
      $0.isSealed = false
      $0.events.append("remove")
    }
  }

  func lock(_ resource: String) async throws(TokenStoreError) -> any TokenStoreLock {
    state.withLock { state in
      state.events.append("lock")
      if let document = state.storedMeanwhile { state.document = document }
      state.storedMeanwhile = nil
    }
    return Lock(store: self)
  }

  /// What happened since the last call: `lock`, `save`, `remove` and `release`.
  func takeEvents() -> [String] {
    state.withLock { state in
      defer { state.events = [] }
      return state.events
    }
  }

  var text: String { String(decoding: state.withLock { $0.document } ?? [], as: UTF8.self) }
}

/// A person who signs in at once.
final class FakeUserAgent: UserAgent {
  struct State {
    var opened: [String] = []
    var port = 1000
    /// Whether somebody can sign in here.
    var isInteractive = true
    /// The redirect URI that the session would like.
    var known: String?
    /// What the redirect has beside `state`.
    var response = "code=c0de"
    /// Instead of the state of the request.
    var state: String?
  }

  let state = Mutex(State())

  private struct Pending: PendingSignIn {
    let agent: FakeUserAgent
    let redirectURI: String

    func query(opening url: String, state: Secret) async throws(UserAgentError) -> [UInt8] {
      agent.state.withLock {
        $0.opened.append(url)
        return Array("\($0.response)&state=\($0.state ?? state.exposed)".utf8)
      }
    }

    func close() {}
  }

  func prepare(preferring known: String?) async throws(UserAgentError) -> any PendingSignIn {
    guard state.withLock({ $0.isInteractive }) else { throw .notInteractive }
    state.withLock { $0.known = known }
    return Pending(
      agent: self, redirectURI: "http://127.0.0.1:\(state.withLock { $0.port })/callback")
  }

  func takeOpened() -> [String] {
    state.withLock { state in
      defer { state.opened = [] }
      return state.opened
    }
  }
}

/// A session with all that it needs.
struct SessionFixture {
  static let server = "https://mcp.example/mcp"
  static let issuer = "https://as.example"
  static let resourceURL = "https://mcp.example/.well-known/oauth-protected-resource/mcp"
  static let challenge = #"Bearer resource_metadata="\#(resourceURL)", scope="read""#

  let servers = FakeServers()
  let store = FakeStore()
  let agent = FakeUserAgent()
  let clock = ManualClock()

  init() {
    setIssuer(Self.issuer)
    setTokens("first", refresh: "refresh1")
  }

  /// Makes the remote server name this authorization server, which then answers.
  func setIssuer(_ issuer: String, metadata: String? = nil) {
    servers[Self.resourceURL] = FakeServers.json(
      #"{"resource":"\#(Self.server)","authorization_servers":["\#(issuer)"]}"#)
    servers["\(issuer)/.well-known/oauth-authorization-server"] = FakeServers.json(
      metadata ?? Self.metadata(of: issuer))
    servers["\(issuer)/register"] = FakeServers.json(
      #"{"client_id":"client of \#(issuer)"}"#, status: 201)
  }

  /// - Parameter more: further members, with a comma before each.
  static func metadata(of issuer: String, _ more: String = "") -> String {
    """
    {"issuer":"\(issuer)","authorization_endpoint":"\(issuer)/authorize",\
    "token_endpoint":"\(issuer)/token","registration_endpoint":"\(issuer)/register",\
    "revocation_endpoint":"\(issuer)/revoke","code_challenge_methods_supported":["S256"],\
    "token_endpoint_auth_methods_supported":["none"]\(more)}
    """
  }

  func setTokens(
    _ access: String, refresh: String? = nil, lifetime: Int = 3600, issuer: String = Self.issuer
  ) {
    let refresh = refresh.map { #","refresh_token":"\#($0)""# } ?? ""
    servers["\(issuer)/token"] = FakeServers.json(
      #"{"access_token":"\#(access)","token_type":"bearer","expires_in":\#(lifetime)\#(refresh)}"#)
  }

  func session(
    grant: OAuthGrant = .authorizationCode, client: RegisteredClient? = nil,
    documentURL: String? = nil, store: FakeStore? = nil
  ) -> OAuthSession {
    let clock = clock
    return OAuthSession(
      .init(
        server: Self.server, grant: grant, client: client, documentURL: documentURL,
        clientName: "Bridge"),
      http: servers, store: store ?? self.store, userAgent: agent, now: { clock.now },
      random: { Array(repeating: 1, count: $0) })
  }

  /// A session that has signed in, with an empty record.
  func signedIn() async throws -> OAuthSession {
    let session = session()
    #expect(try await session.isRenewed(after: 401, challenges: [Self.challenge], sent: nil))
    _ = servers.takeRequests()
    _ = agent.takeOpened()
    return session
  }
}
