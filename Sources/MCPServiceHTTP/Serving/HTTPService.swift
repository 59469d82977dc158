package import Auth
package import MCPService
package import HTTPTransport
private import MCP
private import Crypto
package import Support
private import Synchronization

/// Tools over HTTP, protected by the credential in the head of each request.
package final class HTTPService: HTTPResponder {
  /// `nil` for plain HTTP.
  package let certificate: TLSIdentity?
  private let definition: ServerDefinition
  private let proxies: TrustedProxies
  private let connectionsPerClient: Int
  private let passwords: PasswordAuthenticator
  private let context: HTTPProtection.Context
  private let metrics: Metrics?
  private let current: Mutex<Current>

  /// A class, so that a request copies one reference under the lock.
  private final class Current: Sendable {
    let pipeline: HTTPPipeline
    init(_ pipeline: HTTPPipeline) { self.pipeline = pipeline }
  }

  package convenience init(
    _ configuration: HTTPConfiguration, offering definition: ServerDefinition, audit: AuditLog
  ) {
    self.init(
      configuration, offering: definition, audit: audit, now: WallTime.now,
      clock: MonotonicTime.now, random: RandomBytes.make, pool: BlockingThreads())
  }

  /// - Parameters:
  ///   - now: the wall clock, for keys, users and tokens that expire.
  ///   - clock: the monotonic clock; for limits.
  ///   - pool: the threads that check passwords.
  package init(
    _ configuration: HTTPConfiguration, offering definition: ServerDefinition, audit: AuditLog,
    now: @escaping @Sendable () -> WallTime, clock: @escaping @Sendable () -> MonotonicTime,
    random: @escaping @Sendable (Int) -> [UInt8], pool: any BlockingPool
  ) {
    self.definition = definition
    passwords = PasswordAuthenticator(
      configuration.credentials.users, guesses: configuration.failureLimit, now: now,
      monotonic: clock, random: random, pool: pool)
    proxies = configuration.proxies
    connectionsPerClient = configuration.connectionsPerClient
    let notice = PlainHTTPNotice(audit: audit, now: clock)
    certificate = configuration.certificate.map { TLSIdentity($0, onPlainHTTP: notice.write) }
    context = HTTPProtection.Context(
      audit: audit, now: now, clock: clock,
      limits: Limits(requests: configuration.requestLimit, failures: configuration.failureLimit))
    metrics = configuration.hasMetrics ? Metrics() : nil
    current = Mutex(
      Current(Self.pipeline(configuration, definition, passwords, metrics, context)))
  }

  /// The pipeline for the next request.
  package var pipeline: HTTPPipeline { current.withLock { $0 }.pipeline }

  package func respond(to request: HTTPRequest) async -> HTTPResponse {
    await pipeline.respond(to: request)
  }

  package func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    pipeline.respond(to: fault, from: peer)
  }

  /// Applies `new` from the next request on, after SIGHUP. Verified passwords, limits and metrics
  /// stay.
  package func reload(_ new: HTTPConfiguration) {
    passwords.replace(with: new.credentials.users)
    let next = Current(Self.pipeline(new, definition, passwords, metrics, context))
    current.withLock { $0 = next }
    if let context = new.certificate { certificate?.replace(with: context) }
  }

  private static func pipeline(
    _ configuration: HTTPConfiguration, _ definition: ServerDefinition,
    _ passwords: PasswordAuthenticator, _ metrics: Metrics?, _ context: HTTPProtection.Context
  ) -> HTTPPipeline {
    let credentials = configuration.credentials
    let protection = configuration.protect?(context)
    return HTTPPipeline(
      hosts: configuration.hosts, origins: configuration.origins, proxies: configuration.proxies,
      requiresTrustedPeer: configuration.requiresTrustedPeer,
      authentication: Authentication(
        protection?.authenticators
          ?? authenticators(configuration, passwords, now: context.now)),
      limits: context.limits,
      info: definition.info, tools: definition.tools + (protection?.tools ?? []),
      page: LandingPage(
        kinds: credentials.kinds, guests: credentials.guests, baseURL: configuration.baseURL,
        offering: definition),
      resource: protection?.resource, authority: protection?.authority,
      further: protection?.further, audit: context.audit, metrics: metrics,
      now: context.clock)
  }

  /// Tokens come before keys: both may be sent as a Bearer token.
  private static func authenticators(
    _ configuration: HTTPConfiguration, _ passwords: PasswordAuthenticator,
    now: @escaping @Sendable () -> WallTime
  ) -> [any Authenticator] {
    let credentials = configuration.credentials
    let kinds = credentials.kinds
    var all: [any Authenticator] = []
    if let policy = credentials.tokens {
      // This store stays empty: CalculatorJWT keeps its revocations in its own memory.
      let verifier = AccessTokenVerifier(policy, revocations: InMemoryTokenStore(), now: now)
      all.append(TokenAuthenticator(verifier, areKeysBearers: kinds.contains(.apiKey)))
    }
    if kinds.contains(.apiKey) { all.append(APIKeyAuthenticator(credentials.keyStore, now: now)) }
    if kinds.contains(.password) { all.append(passwords) }
    if let guests = credentials.guests { all.append(GuestAuthenticator(role: guests)) }
    return all
  }

  /// Makes a server that sends its requests to this service.
  /// - Parameter now: for the Date of responses.
  package func makeServer(
    threads: Int, limits: HTTPLimits = HTTPLimits(),
    now: @escaping @Sendable () -> WallTime = WallTime.now
  ) -> HTTPServer {
    var limits = limits
    limits.connectionsPerClient = connectionsPerClient
    return HTTPServer(
      threads: threads, limits: limits, encryption: certificate, proxies: proxies,
      responder: self, now: now)
  }
}
