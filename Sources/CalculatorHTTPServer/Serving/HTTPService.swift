package import Auth
internal import CalculatorServer
package import HTTPTransport
private import JWT
private import MCP
private import OpenSSLCrypto
private import Support
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
  private let now: @Sendable () -> Timestamp
  private let random: @Sendable (Int) -> [UInt8]
  private let current: Mutex<Current>

  /// In a box, so that a request copies one reference under the lock.
  private final class Current: Sendable {
    let pipeline: HTTPPipeline
    init(_ pipeline: HTTPPipeline) { self.pipeline = pipeline }
  }

  package convenience init(_ configuration: HTTPConfiguration, audit: AuditLog) {
    self.init(
      configuration, audit: audit, now: Timestamp.now, clock: MonotonicClock.now,
      random: RandomBytes.make)
  }

  /// - Parameters:
  ///   - now: the wall clock, for what expires.
  ///   - clock: the monotonic clock, in nanoseconds, for limits.
  package init(
    _ configuration: HTTPConfiguration, audit: AuditLog,
    now: @escaping @Sendable () -> Timestamp, clock: @escaping @Sendable () -> Int,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    (self.now, self.random) = (now, random)
    passwords = PasswordAuthenticator(
      configuration.credentials.users, guesses: configuration.failureLimit, now: now,
      monotonic: clock, random: random)
    proxies = configuration.proxies
    connectionsPerClient = configuration.connectionsPerClient
    let notice = PlainHTTPNotice(audit: audit, now: clock)
    certificate = configuration.certificate.map { TLSIdentity($0, onPlainHTTP: notice.write) }
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
    _ watcher: Watcher, now: @escaping @Sendable () -> Timestamp,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) -> HTTPPipeline {
    let credentials = configuration.credentials
    let kinds = credentials.kinds
    let authority = credentials.tokens.map {
      TokenAuthority($0, registry: InMemoryTokenRegistry(), now: now, random: random)
    }
    return HTTPPipeline(
      hosts: configuration.hosts, origins: configuration.origins, proxies: configuration.proxies,
      requiresTrustedPeer: configuration.requiresTrustedPeer,
      authentication: HTTPAuthentication(
        keys: kinds.contains(.apiKey)
          ? KeyAuthenticator(credentials.namedKeys, now: now) : nil,
        tokens: authority.map { TokenAuthenticator($0, accepts: .accessToken) },
        passwords: kinds.contains(.password) ? passwords : nil, guests: credentials.guests),
      limits: limits,
      info: ServerInfo(
        name: "calculator-http", title: "Calculator", version: calculatorVersion,
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
