package import Auth
package import MCPService
package import HTTPTransport
internal import JSON
package import MCP
private import Support

/// The way of a request over HTTP, from its head to its response:
///
///     head ─ host ─ authenticate ─ limit ─ body ─ JSON-RPC ─ authorise ─ tool ─ reply ─ bytes
///                    who is it?                     what?    may they?
///
/// Until we know who it is, nothing but the head is looked at: a stranger never reaches the JSON
/// parser.
package struct HTTPPipeline: HTTPResponder {
  private let hosts: AllowedHosts
  private let origins: AllowedOrigins
  private let proxies: TrustedProxies
  private let requiresTrustedPeer: Bool
  private let authentication: HTTPAuthentication
  let limits: Limits
  let server: MCPServer
  let tools: [String: CalculatorTool]
  private let site: Site
  let watcher: Watcher

  package init(
    hosts: AllowedHosts, origins: AllowedOrigins, proxies: TrustedProxies,
    requiresTrustedPeer: Bool = false, authentication: HTTPAuthentication, limits: Limits,
    info: ServerInfo, tools: [CalculatorTool], site: Site, watcher: Watcher
  ) {
    self.hosts = hosts
    self.origins = origins
    self.proxies = proxies
    self.requiresTrustedPeer = requiresTrustedPeer
    self.authentication = authentication
    self.limits = limits
    self.server = MCPServer(info: info, tools: tools.map(\.definition))
    self.tools = Dictionary(uniqueKeysWithValues: tools.map { ($0.definition.name, $0) })
    self.site = site
    self.watcher = watcher
  }

  package func decide(_ head: HTTPRequestHead) -> HTTPDecision {
    let client = proxies.client(
      peer: head.peer, forwardedFor: head.fields["X-Forwarded-For"])
    var exchange = Exchange(client: client, startedAt: watcher.now())
    let origin = head.fields["Origin"]
    exchange.origin = origins.match(origin)
    do throws(Refusal) {
      let route = Route(path: head.path)
      try hosts.check(head.fields["Host"], for: route)
      try origins.check(origin, or: hosts)
      guard let route else { throw .notFound }
      if head.method == "OPTIONS", exchange.origin != nil {
        return .respond(send(AllowedOrigins.preflight(route), exchange))
      }
      try route.check(head.method)
      switch route {
      case .mcp:
        try checkPeer(head)
        return try authenticate(head, &exchange)
      case .page: return .respond(send(site.page(for: head, behind: proxies), exchange))
      case .health: return .respond(send(.text("ok\n"), exchange))
      case .metrics:
        guard let metrics = watcher.metrics else { throw .notFound }
        return .respond(send(.text(metrics.text, type: Metrics.mediaType), exchange))
      }
    } catch {
      exchange.refusedName = RefusedName(error, head)
      return .respond(refuse(error, exchange))
    }
  }

  package func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    refuse(.fault(fault), Exchange(client: peer, startedAt: watcher.now()))
  }

  /// Plain HTTP at a public address: credentials come from a proxy that ended TLS, or from this
  /// machine (RFC 6750 §5.3, ATTACKS L3).
  private func checkPeer(_ head: HTTPRequestHead) throws(Refusal) {
    if requiresTrustedPeer, !proxies.contains(head.peer), !head.peer.isLoopback {
      throw .plaintextPeer
    }
  }

  /// Who is it?
  ///
  /// What can be guessed is charged to the client's address before it is checked, and refunded where
  /// it was right: so no more guesses run at one time than the limit allows. A credential that
  /// cannot be guessed is charged only where it is wrong: a right one is always accepted (ATTACKS
  /// C16, R11).
  private func authenticate(_ head: HTTPRequestHead, _ exchange: inout Exchange) throws(Refusal)
    -> HTTPDecision
  {
    let client = exchange.client
    let credential = try PresentedCredential(head)
    exchange.credential = credential.kind
    exchange.scheme = credential.scheme
    if let identity = authentication.recall(credential, from: BucketKey(client)) {
      return admit(identity, head, exchange)
    }
    let isGuess = authentication.canBeGuessed(credential)
    if isGuess { try limits.charge(client, at: watcher.now()) }
    let recognition: Recognition
    do throws(AuthenticationFailure) {
      recognition = try authentication.recognise(credential, from: BucketKey(client))
    } catch {
      if !isGuess, error != .missingCredential { try limits.charge(client, at: watcher.now()) }
      throw .unauthenticated(error)
    }
    switch recognition {
    case .identity(let identity):
      if isGuess { limits.refund(client) }
      return admit(identity, head, exchange)
    case .pending(let work): return .offLoop(check(work, head, exchange))
    }
  }

  /// The part of `authenticate` that takes long. The attempt has been charged.
  private func check(
    _ work: @escaping @Sendable () throws(AuthenticationFailure) -> Identity,
    _ head: HTTPRequestHead, _ exchange: Exchange
  ) -> BlockingWork {
    BlockingWork(
      client: exchange.client.rateLimitPrefixes.last ?? 0,
      run: {
        do throws(AuthenticationFailure) {
          let identity = try work()
          limits.refund(exchange.client)
          return admit(identity, head, exchange)
        } catch {
          return .respond(refuse(.unauthenticated(error), exchange))
        }
      },
      refuse: {
        limits.refund(exchange.client)  // it was not checked
        return refuse(.fault(.overloaded), exchange)
      })
  }

  /// In bytes: as much of the body of a request over the limit as is read, to learn whether it is a
  /// call of a tool.
  private static let bodyOverLimit = 64 << 10

  /// Checks the rate limit and the media types.
  private func admit(_ identity: Identity, _ head: HTTPRequestHead, _ exchange: Exchange)
    -> HTTPDecision
  {
    var exchange = exchange
    exchange.identity = identity
    let fields = MirroredFields(head.fields)
    do throws(Refusal) {
      exchange.rate = limits.take(for: identity, at: exchange.client, now: watcher.now())
      // Clients of the handshake era end their session on 429: `reply` answers them once it knows
      // what they ask for.
      if let rate = exchange.rate, !rate.isAllowed,
        fields.areModern || (try? MediaTypes.check(head.fields)) == nil
      {
        throw .tooManyRequests(rate)
      }
      try MediaTypes.check(head.fields)
    } catch {
      return .respond(refuse(error, exchange))
    }
    let limit = exchange.rate?.isAllowed == false ? Self.bodyOverLimit : .max
    return .takeBody(upTo: limit) { [exchange] body in
      answer(body, from: identity, fields, exchange)
    }
  }

  func refuse(_ refusal: Refusal, _ exchange: Exchange) -> HTTPResponse {
    watcher.record(refusal.outcome(for: exchange.identity), exchange)
    let challenges = authentication.challenges(
      to: exchange.credential ?? .none, exchange.scheme)
    return send(refusal.response(to: exchange, challenges: challenges), exchange)
  }

  func send(_ response: consuming HTTPResponse, _ exchange: Exchange) -> HTTPResponse {
    if let rate = exchange.rate { limits.add(rate, to: &response.fields) }
    if let origin = exchange.origin { AllowedOrigins.add(origin, to: &response.fields) }
    response.isAccepted = exchange.identity.map { $0.method != .guest } ?? false
    watcher.count(response.status, exchange)
    return response
  }
}
