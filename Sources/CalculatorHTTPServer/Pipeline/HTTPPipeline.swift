package import Auth
package import CalculatorServer
package import HTTPTransport
internal import JSON
package import MCP

/// The way of a request over HTTP, from its head to its response:
///
///     head ─ host ─ authenticate ─ limit ─ body ─ JSON-RPC ─ authorise ─ tool ─ reply ─ bytes
///                    who is it?                     what?    may they?
///
/// Until we know who it is, nothing but the head is looked at: a stranger never reaches the JSON
/// parser.
package struct HTTPPipeline: HTTPResponder {
  private let hosts: AllowedHosts
  private let proxies: TrustedProxies
  private let authentication: HTTPAuthentication
  private let limits: Limits
  private let server: MCPServer
  private let tools: [String: CalculatorTool]
  private let site: Site
  private let watcher: Watcher

  package init(
    hosts: AllowedHosts, proxies: TrustedProxies, authentication: HTTPAuthentication,
    limits: Limits, info: ServerInfo, tools: [CalculatorTool], site: Site, watcher: Watcher
  ) {
    self.hosts = hosts
    self.proxies = proxies
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
    do throws(Refusal) {
      try hosts.check(head)
      switch try Route(head) {
      case .mcp: return try authenticate(head, &exchange)
      case .page: return .respond(send(site.page(for: head, behind: proxies), exchange))
      case .health: return .respond(send(.text("ok\n"), exchange))
      case .metrics:
        guard let metrics = watcher.metrics else { throw .notFound }
        return .respond(send(.text(metrics.text), exchange))
      }
    } catch {
      return .respond(refuse(error, exchange))
    }
  }

  package func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    refuse(.fault(fault), Exchange(client: peer, startedAt: watcher.now()))
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

  /// Not too often, and in a language that we speak.
  private func admit(_ identity: Identity, _ head: HTTPRequestHead, _ exchange: Exchange)
    -> HTTPDecision
  {
    var exchange = exchange
    exchange.identity = identity
    do throws(Refusal) {
      exchange.rate = limits.take(for: identity, at: exchange.client, now: watcher.now())
      if let rate = exchange.rate, !rate.isAllowed { throw .tooManyRequests(rate) }
      try MediaTypes.check(head.fields)
    } catch {
      return .respond(refuse(error, exchange))
    }
    let fields = MirroredFields(head.fields)
    return .takeBody { [exchange] body in answer(body, from: identity, fields, exchange) }
  }

  /// What do they want, and may they?
  private func answer(
    _ body: HTTPBody, from identity: Identity, _ fields: MirroredFields, _ exchange: Exchange
  ) -> HTTPResponse {
    var exchange = exchange
    do throws(Refusal) {
      let message: [UInt8]
      switch body {
      case .complete(let bytes): message = bytes
      case .failed(let fault): throw .fault(fault)
      }
      var conversation = Conversation(fields: fields)
      switch server.receive(message, in: &conversation) {
      case .silence: return accept(HTTPResponse(status: 202), from: identity, exchange)
      case .reply(.error(let id, let error)):
        exchange.request = id
        throw .rpc(error, isModern: fields.areModern)
      case .reply(.result(let id, let result)):
        exchange.request = id
        return accept(.json(Reply.result(id, result)), from: identity, exchange)
      case .call(let call):
        exchange.request = call.id
        guard let tool = tools[call.tool] else {
          throw .rpc(MCPServer.unknownTool, isModern: fields.areModern)
        }
        exchange.tool = call.tool
        return accept(
          .json(server.reply(to: call, with: try run(tool, call, identity))), from: identity,
          exchange)
      }
    } catch {
      return refuse(error, exchange)
    }
  }

  private func run(_ tool: CalculatorTool, _ call: ToolCall, _ identity: Identity) throws(Refusal)
    -> ToolResult
  {
    do throws(CallFailure) {
      try tool.authorise(identity)
      return try tool.run(call.arguments, identity)
    } catch {
      switch error {
      case .unauthenticated(let reason): throw .unauthenticated(reason)
      case .forbidden(_, let permission): throw .forbidden(permission)
      case .refused(_, let failure): return .failure(failure.sentence)
      }
    }
  }

  private func accept(_ response: HTTPResponse, from identity: Identity, _ exchange: Exchange)
    -> HTTPResponse
  {
    watcher.record(.accepted(identity), exchange)
    return send(response, exchange)
  }

  private func refuse(_ refusal: Refusal, _ exchange: Exchange) -> HTTPResponse {
    watcher.record(refusal.outcome(for: exchange.identity), exchange)
    let challenges = authentication.challenges(to: exchange.credential ?? .none)
    return send(refusal.response(to: exchange, challenges: challenges), exchange)
  }

  private func send(_ response: consuming HTTPResponse, _ exchange: Exchange) -> HTTPResponse {
    if let rate = exchange.rate { limits.add(rate, to: &response.fields) }
    response.isAccepted = exchange.identity.map { $0.method != .guest } ?? false
    watcher.count(response.status, exchange)
    return response
  }
}
