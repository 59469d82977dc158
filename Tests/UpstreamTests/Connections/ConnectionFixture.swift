import Auth
import Crypto
import HTTPClient
import Support
import Synchronization
import TestSupport

@testable import State
@testable import Upstream

/// Connections on a state file, with a token endpoint in the test's process and a clock that only the
/// test moves. The file is long because the token endpoint of the tests is in it.
struct ConnectionFixture {
  static let client = Client(address: 7, network: 7)
  static let key = SealingKey([UInt8](repeating: 1, count: 32))
  static let origin = "https://auth.atlassian.com"

  let folder: TemporaryFolder
  let state: AuthorizationState
  let clock = ManualClock()
  let service = FakeTokenEndpoint()

  init() throws {
    folder = try TemporaryFolder()
    state = try AuthorizationState(path: folder.path())
  }

  static func oauth(
    _ service: FakeTokenEndpoint, form: UpstreamOAuth.Form = .atlassianCloud,
    token: String = "https://auth.atlassian.com/oauth/token"
  ) -> UpstreamOAuth {
    guard
      let oauth = UpstreamOAuth(
        authorizeEndpoint: "https://auth.atlassian.com/authorize", tokenEndpoint: token,
        clientID: "the client", clientSecret: Secret("s:e+c/r=e%t"),
        scope: "read:jira-work offline_access",
        redirectURI: "https://calculator.example/connect/callback", form: form, http: service)
    else { preconditionFailure("an endpoint of a test is no URL") }
    return oauth
  }

  /// A process of its own on the same file, unless it gets the state of another one.
  func process(
    state: AuthorizationState? = nil, keys: [SealingKey] = [key],
    token: String = "https://auth.atlassian.com/oauth/token", pool: any BlockingPool = StatePool(),
    mostRenewals: Int = 256,
    sleep: @escaping @Sendable (Duration) async -> Void = { _ in }
  ) throws -> UpstreamConnections {
    let clock = clock
    let oauth = Self.oauth(service, token: token)
    return UpstreamConnections(
      try state ?? AuthorizationState(path: folder.path()),
      seal: ConnectionSeal(current: keys[0], previous: keys.count > 1 ? keys[1] : nil),
      services: [.jira: oauth, .confluence: oauth], pool: pool, mostRenewals: mostRenewals,
      now: { clock.now },
      clock: { 0 + .milliseconds(clock.now.milliseconds - ManualClock.start * 1000) },
      sleep: sleep)
  }

  /// Connects with the first refresh token of the service.
  func connect(
    _ connections: UpstreamConnections, user: String = "ada", service: UpstreamService = .jira
  ) async throws {
    try await connections.connect(
      Secret("refresh-0"), scope: "read:jira-work", user: user, service: service,
      site: AtlassianSite(id: "cloud-1", url: "https://acme.atlassian.net", name: "acme"),
      client: Self.client)
  }

  /// The access token, or the error.
  static func token(
    _ connections: UpstreamConnections, user: String = "ada", service: UpstreamService = .jira
  ) async -> Result<String, ConnectionError> {
    do throws(ConnectionError) {
      let token = try await connections.accessToken(
        user: user, service: service, client: client)
      return .success(token.access.exposed)
    } catch {
      return .failure(error)
    }
  }

  /// What the stored row opens to; `nil` without a row.
  func storedToken(user: String = "ada") throws -> String? {
    guard let row = try state.connection(user: user, service: "jira") else { return nil }
    return ConnectionSeal(current: Self.key).open(row)?.exposed ?? "it does not open"
  }

  /// Changes the file as somebody could who may write to it.
  func sql(_ statements: String...) throws {
    try state.database.transaction { (connection) throws(StateError) in
      for statement in statements { try connection.run(statement) }
    }
  }
}

/// Runs work immediately, until the test makes it refuse.
final class StatePool: BlockingPool {
  private let left: Mutex<Int>

  /// - Parameter count: how many pieces of work it runs.
  init(_ count: Int = .max) { left = Mutex(count) }

  func run<Value: Sendable>(for _: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    let isRun = left.withLock { left in
      defer { left = max(0, left - 1) }
      return left > 0
    }
    guard isRun else { throw BlockingPoolIsFull() }
    return work()
  }
}

/// A token endpoint with refresh tokens that are replaced at each use: `refresh-0`, `refresh-1`, … It
/// accepts the newest one and the one before.
final class FakeTokenEndpoint: HTTPClient {
  typealias Answer = Result<OutboundResponse, OutboundError>

  /// What it does with one request, instead of the right answer.
  enum Behaviour: Sendable {
    case answer(Answer)
    /// It makes new tokens, and its answer is lost.
    case loses
    /// The response has these members besides the access token.
    case members(String)
  }

  private struct State {
    var newest = 0
    var behaviours: [Behaviour] = []
    var requests: [String] = []
    var clients: [Client] = []
    var isHeld = false
    var underWay = 0
    var mostUnderWay = 0
  }

  private let state = Mutex(State())
  private let work = HeldWork()

  /// The next requests behave so, in this order; later ones as they should.
  func behave(_ behaviours: Behaviour...) {
    state.withLock { $0.behaviours += behaviours }
  }

  /// The next request waits until `release`.
  func hold() { state.withLock { $0.isHeld = true } }
  func release() { work.release() }
  /// Returns when a request waits.
  /// - Parameter isOver: whether none will come: all calls have ended.
  func waitForHeld(orUntil isOver: () -> Bool = { false }) async {
    while work.count == 0, !isOver() { await Task.yield() }
  }

  /// The requests since the last call: method and URL, the fields and the body, in lines.
  func takeRequests() -> [String] {
    state.withLock { state in
      defer { state.requests = [] }
      return state.requests
    }
  }

  /// The refresh tokens of the requests since the last call.
  func takeTokens() -> [String] {
    takeRequests().map { request in
      request.firstMatch(of: #/"refresh_token":"([^"]*)"/#).map { String($0.1) } ?? request
    }
  }

  var clients: [Client] { state.withLock { $0.clients } }
  var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    let (behaviour, isHeld) = state.withLock { state in
      state.requests.append(Self.text(request))
      state.clients.append(client)
      state.underWay += 1
      state.mostUnderWay = max(state.mostUnderWay, state.underWay)
      defer { state.isHeld = false }
      return (
        state.behaviours.isEmpty ? nil : state.behaviours.removeFirst(), state.isHeld
      )
    }
    if isHeld { await work.hold() }
    defer { state.withLock { $0.underWay -= 1 } }
    switch behaviour {
    case .answer(let answer): return try answer.get()
    case .members(let text): return try Self.json(#"{"access_token":"access",\#(text)}"#).get()
    case .loses:
      _ = rotate(request)
      throw .timeout
    case nil: return try rotate(request).get()
    }
  }

  private func rotate(_ request: OutboundRequest) -> Answer {
    state.withLock { state in
      let text = Self.text(request)
      let accepted = [state.newest, state.newest - 1].map { #""refresh_token":"refresh-\#($0)""# }
      guard accepted.contains(where: { text.contains($0) }) else {
        return Self.json(#"{"error":"invalid_grant"}"#, status: 403)
      }
      state.newest += 1
      return Self.json(
        """
        {"access_token":"access-\(state.newest)","refresh_token":"refresh-\(state.newest)",\
        "expires_in":3600,"scope":"read:jira-work"}
        """)
    }
  }

  static func json(
    _ text: String, status: Int = 200, type: String = "application/json; charset=utf-8"
  ) -> Answer {
    .success(
      OutboundResponse(
        status: status, fields: [("Date", "today"), ("content-type", type)],
        body: Array(text.utf8)))
  }

  private static func text(_ request: OutboundRequest) -> String {
    let fields = request.fields.map { "\($0.name): \($0.value)" }
    switch request.method {
    case .get: return (["GET \(request.url)"] + fields).joined(separator: "\n")
    case .delete: return (["DELETE \(request.url)"] + fields).joined(separator: "\n")
    case .post(let body):
      let text = String(decoding: body, as: UTF8.self)
      return (["POST \(request.url)"] + fields + [text]).joined(separator: "\n")
    }
  }
}
