package import Auth
internal import MCPService
package import HTTPTransport
private import MCP
private import Crypto
package import Support
private import Synchronization

/// `CalculatorHTTP`: the calculator behind keys, tokens and passwords in the head of each request.
package final class HTTPService: HTTPResponder {
  package static let name = "CalculatorHTTP"

  /// `nil` for plain HTTP.
  package let certificate: TLSIdentity?
  private let proxies: TrustedProxies
  private let connectionsPerClient: Int
  private let passwords: PasswordAuthenticator
  private let limits: Limits
  private let watcher: Watcher
  private let now: @Sendable () -> WallTime
  private let random: @Sendable (Int) -> [UInt8]
  private let current: Mutex<Current>

  /// In a box, so that a request copies one reference under the lock.
  private final class Current: Sendable {
    let pipeline: HTTPPipeline
    init(_ pipeline: HTTPPipeline) { self.pipeline = pipeline }
  }

  package convenience init(_ configuration: HTTPConfiguration, audit: AuditLog) {
    self.init(
      configuration, audit: audit, now: WallTime.now, clock: MonotonicTime.now,
      random: RandomBytes.make)
  }

  /// - Parameters:
  ///   - now: the wall clock, for what expires.
  ///   - clock: the monotonic clock, in nanoseconds, for limits.
  package init(
    _ configuration: HTTPConfiguration, audit: AuditLog,
    now: @escaping @Sendable () -> WallTime, clock: @escaping @Sendable () -> Int,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    (self.now, self.random) = (now, random)
    passwords = PasswordAuthenticator(
      configuration.credentials.users, guesses: configuration.failureLimit, now: now,
      monotonic: clock, random: random)
    proxies = configuration.proxies
    connectionsPerClient = configuration.connectionsPerClient
    certificate = configuration.certificate.map(TLSIdentity.init)
    limits = Limits(requests: configuration.requestLimit, failures: configuration.failureLimit)
    watcher = Watcher(
      audit: audit, metrics: configuration.hasMetrics ? Metrics() : nil, now: clock)
    current = Mutex(
      Current(
        Self.pipeline(configuration, passwords, limits, watcher, now: now, random: random)))
  }

  /// What the next request goes through.
  package var pipeline: HTTPPipeline { current.withLock { $0 }.pipeline }

  package func decide(_ head: HTTPRequestHead) -> HTTPDecision { pipeline.decide(head) }

  package func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    pipeline.respond(to: fault, from: peer)
  }

  /// SIGHUP: from the next request on, `new` is what applies. Passwords that were verified, limits
  /// and metrics stay.
  package func reload(_ new: HTTPConfiguration) {
    passwords.replace(with: new.credentials.users)
    let next = Current(
      Self.pipeline(new, passwords, limits, watcher, now: now, random: random))
    current.withLock { $0 = next }
    if let context = new.certificate { certificate?.replace(with: context) }
  }

  private static func pipeline(
    _ configuration: HTTPConfiguration, _ passwords: PasswordAuthenticator, _ limits: Limits,
    _ watcher: Watcher, now: @escaping @Sendable () -> WallTime,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) -> HTTPPipeline {
    let credentials = configuration.credentials
    let kinds = credentials.kinds
    // Only CalculatorJWT revokes tokens, and it keeps that to itself: this store stays empty.
    let verifier = credentials.tokens.map {
      AccessTokenVerifier($0, revocations: InMemoryTokenStore(), now: now)
    }
    return HTTPPipeline(
      hosts: configuration.hosts, origins: configuration.origins, proxies: configuration.proxies,
      requiresTrustedPeer: configuration.requiresTrustedPeer,
      authentication: HTTPAuthentication(
        keys: kinds.contains(.apiKey)
          ? KeyAuthenticator(credentials.namedKeys, now: now) : nil,
        tokens: verifier.map(TokenAuthenticator.init),
        passwords: kinds.contains(.password) ? passwords : nil, guests: credentials.guests),
      limits: limits,
      info: ServerInfo(
        name: "\(ServiceName.text)-http", title: "Calculator", version: calculatorVersion,
        instructions: "Exact decimal arithmetic. Numbers go in and come out as JSON numbers."),
      tools: CalculatorTools.all(),
      site: Site(
        kinds: kinds, guests: credentials.guests, baseURL: configuration.baseURL,
        tools: CalculatorTools.all()),
      watcher: watcher)
  }

  /// A server for these requests.
  /// - Parameter now: in seconds since 1970, for the Date of responses.
  package func makeServer(
    threads: Int, limits: HTTPLimits = HTTPLimits(), now: @escaping @Sendable () -> Int
  ) -> HTTPServer {
    var limits = limits
    limits.connectionsPerClient = connectionsPerClient
    return HTTPServer(
      threads: threads, limits: limits, encryption: certificate, proxies: proxies,
      responder: self, now: now)
  }
}
