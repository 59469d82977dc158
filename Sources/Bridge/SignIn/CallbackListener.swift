internal import HTTPTransport
internal import OAuthClient
internal import Support

/// Listens on 127.0.0.1 while one sign-in is pending (RFC 8252 §7.3).
///
/// The address and not `localhost`, which a resolver may map to something else (RFC 8252 §8.3).
final class CallbackListener: PendingSignIn {
  /// How long a person may take.
  static let timeLimit = Duration.seconds(300)
  /// How long a browser may take to follow the last redirect.
  static let lastPage = Duration.seconds(3)

  let redirectURI: String
  private let server: HTTPServer
  private let responder: CallbackResponder
  private let opener: BrowserOpener
  private let sleep: @Sendable (Duration) async -> Void

  private init(
    port: Int, _ server: HTTPServer, _ responder: CallbackResponder, _ opener: BrowserOpener,
    _ sleep: @escaping @Sendable (Duration) async -> Void
  ) {
    redirectURI = Self.redirectURI(port)
    self.server = server
    self.responder = responder
    self.opener = opener
    self.sleep = sleep
    responder.listens(at: "127.0.0.1:\(port)")
  }

  static func redirectURI(_ port: Int) -> String { "http://127.0.0.1:\(port)/callback" }

  /// - Parameters:
  ///   - port: 0 for one that the system chooses.
  ///   - limits: of time; those of size are the listener's own.
  static func start(
    port: Int, limits: HTTPLimits, opener: BrowserOpener,
    now: @escaping @Sendable () -> WallTime,
    sleep: @escaping @Sendable (Duration) async -> Void, report: (String) -> Void
  ) async throws(UserAgentError) -> CallbackListener {
    let responder = CallbackResponder()
    var limits = limits
    limits.connections = 32
    limits.connectionsPerClient = 32
    limits.body = 0
    limits.bodiesInMemory = 0
    limits.drainedBody = 0
    let server = HTTPServer(threads: 1, limits: limits, responder: responder, now: now)
    do throws(HTTPServerError) {
      let port = try await server.start(host: "127.0.0.1", port: port)
      return CallbackListener(port: port, server, responder, opener, sleep)
    } catch {
      report("cannot listen on 127.0.0.1, port \(port); choose another --callback-port")
      await server.shutDown()
      throw .unavailable
    }
  }

  func query(opening url: String, state: Secret) async throws(UserAgentError) -> [UInt8] {
    responder.expect(state)
    try opener.open(url)
    let result = await responder.outcome.value(
      orAfter: Self.timeLimit, .failure(.timeout), sleep: sleep)
    let query = try result.get()
    // The listener ends soon after this call: the browser must have its last page before.
    await responder.left.value(orAfter: Self.lastPage, (), sleep: sleep)
    return query
  }

  func close() {
    let server = server
    Task.detached { await server.shutDown() }
  }
}
