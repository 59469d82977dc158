package import Auth
internal import CalculatorServer
package import HTTPTransport
private import JWT
private import MCP
private import OpenSSLCrypto
private import Support

/// `CalculatorHTTP`: the calculator behind keys, tokens and passwords in the head of each request.
package struct HTTPService: Sendable {
  package static let name = "CalculatorHTTP"

  package let pipeline: HTTPPipeline
  /// `nil` for plain HTTP.
  package let certificate: TLSIdentity?
  private let proxies: TrustedProxies
  private let connectionsPerClient: Int
  private let keys: KeyAuthenticator
  private let passwords: PasswordAuthenticator
  private let authority: TokenAuthority?

  package init(_ configuration: HTTPConfiguration, audit: AuditLog) {
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
    let credentials = configuration.credentials
    let kinds = credentials.kinds
    keys = KeyAuthenticator(credentials.namedKeys, now: now)
    passwords = PasswordAuthenticator(
      credentials.users, guesses: configuration.failureLimit, now: now, monotonic: clock,
      random: random)
    authority = credentials.tokens.map {
      TokenAuthority($0, registry: InMemoryTokenRegistry(), now: now, random: random)
    }
    proxies = configuration.proxies
    connectionsPerClient = configuration.connectionsPerClient
    certificate = configuration.certificate.map(TLSIdentity.init)
    pipeline = HTTPPipeline(
      hosts: configuration.hosts, origins: configuration.origins, proxies: configuration.proxies,
      authentication: HTTPAuthentication(
        keys: kinds.contains(.apiKey) ? keys : nil,
        tokens: authority.map { TokenAuthenticator($0, accepts: .accessToken) },
        passwords: kinds.contains(.password) ? passwords : nil, guests: credentials.guests),
      limits: Limits(requests: configuration.requestLimit, failures: configuration.failureLimit),
      info: ServerInfo(
        name: "calculator-http", title: "Calculator", version: calculatorVersion,
        instructions: "Exact decimal arithmetic. Numbers go in and come out as JSON numbers."),
      tools: CalculatorTools.all(),
      site: Site(
        kinds: kinds, guests: credentials.guests, baseURL: configuration.baseURL,
        tools: CalculatorTools.all()),
      watcher: Watcher(
        audit: audit, metrics: configuration.hasMetrics ? Metrics() : nil, now: clock))
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
      responder: pipeline, now: now)
  }

  /// SIGHUP: takes over the credentials, secrets and certificate from `new`. Which kinds of
  /// credential are on, limits and addresses stay until a restart.
  package func reload(_ new: HTTPConfiguration) {
    keys.replace(with: new.credentials.namedKeys)
    passwords.replace(with: new.credentials.users)
    if let settings = new.credentials.tokens { authority?.replaceSettings(with: settings) }
    if let context = new.certificate { certificate?.replace(with: context) }
  }
}
