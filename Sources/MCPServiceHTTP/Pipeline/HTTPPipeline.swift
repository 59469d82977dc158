package import Auth
package import HTTPTransport
internal import JSON
package import MCP
package import MCPService
package import Support

/// A request over HTTP from its head to its response:
///
///     head → host and origin → authenticate → rate limit → body → JSON-RPC → authorize → tool → reply
///
/// Before the caller is authenticated, only the head is read. The JSON parser never sees bytes of
/// an unauthenticated caller.
///
/// The file is longer than 150 lines, so that all steps of a request stand in their order.
package struct HTTPPipeline: HTTPResponder {
  /// In bytes: how much of the body is read if the request is over the rate limit, to find out
  /// whether it is a tool call.
  private static let bodyOverLimit = 64 << 10

  private let hosts: AllowedHosts
  private let origins: AllowedOrigins
  private let proxies: TrustedProxies
  private let requiresTrustedPeer: Bool
  private let authentication: Authentication
  private let limits: Limits
  private let server: MCPServer
  /// By the bytes of the name: a `String` as a key would also be found by the Kelvin sign for K.
  private let tools: [[UInt8]: Tool]
  private let page: LandingPage
  /// `nil` unless the server is an OAuth resource server.
  private let resource: ProtectedResource?
  private let authority: (any Authority)?
  /// `nil` unless the server is an authorization server too.
  private let further: (any FurtherRoutes)?
  private let audit: AuditLog
  /// `nil` if metrics are disabled.
  private let metrics: Metrics?
  private let now: @Sendable () -> MonotonicTime

  package init(
    hosts: AllowedHosts, origins: AllowedOrigins, proxies: TrustedProxies,
    requiresTrustedPeer: Bool = false, authentication: Authentication, limits: Limits,
    info: ServerInfo, tools: [Tool], page: LandingPage, resource: ProtectedResource? = nil,
    authority: (any Authority)? = nil, further: (any FurtherRoutes)? = nil, audit: AuditLog,
    metrics: Metrics?, now: @escaping @Sendable () -> MonotonicTime
  ) {
    self.hosts = hosts
    self.origins = origins
    self.proxies = proxies
    self.requiresTrustedPeer = requiresTrustedPeer
    self.authentication = authentication
    self.limits = limits
    self.server = MCPServer(info: info, tools: tools.map(\.definition))
    self.tools = Dictionary(
      uniqueKeysWithValues: tools.map { (Array($0.definition.name.utf8), $0) })
    self.page = page
    self.resource = resource
    self.authority = authority
    self.further = further
    self.audit = audit
    self.metrics = metrics
    self.now = now
  }

  package func respond(to request: HTTPRequest) async -> HTTPResponse {
    let client = proxies.client(
      peer: request.peer, forwardedFor: request.fields["X-Forwarded-For"])
    var context = RequestContext(
      client: client, startedAt: now(), fields: request.fields)
    context.origin = origins.match(request.fields["Origin"])
    do throws(HTTPProblem) {
      return complete(try await response(to: request, &context), context)
    } catch {
      context.refusedName = RefusedName(error, request)
      return refuse(error, context)
    }
  }

  package func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    refuse(.fault(fault), RequestContext(client: peer, startedAt: now()))
  }

  // MARK: The steps

  private func response(to request: HTTPRequest, _ context: inout RequestContext)
    async throws(HTTPProblem) -> HTTPResponse
  {
    let route = Route(request.path, hasMetadata: resource != nil)
    try hosts.check(request.fields["Host"], for: route)
    if let resource, route == .metadata {
      context.origin = nil
      return try resource.response(to: request)
    }
    if let other = further?.resource(at: request.path) {
      context.origin = nil
      context.further = other
      try checkPeer(request)  // passwords, codes and tokens are credentials too
      return try await other.response(to: request, from: context.client)
    }
    try checkOrigin(request, isAllowed: context.origin != nil)
    guard let route else { throw .notFound }
    if request.method == "OPTIONS", context.origin != nil {
      return AllowedOrigins.preflight(route.methods)
    }
    guard route.methods.contains(request.method) else { throw .methodNotAllowed(route.methods) }
    switch route {
    case .metadata: throw .notFound  // answered above
    case .page: return page.response(to: request, behind: proxies)
    case .health: return .text("ok\n")
    case .metrics:
      guard let metrics else { throw .notFound }
      return .text(metrics.text, type: Metrics.mediaType)
    case .mcp:
      try checkPeer(request)
      let identity = try await authenticate(request, &context)
      let headers = RequestHeaders(request.fields)
      try checkRate(of: identity, request, headers, &context)
      try MediaTypes.check(request.fields)
      let body = try await body(of: request, context)
      return try await reply(to: body, from: identity, headers, &context)
    }
  }

  /// MCP 2026-07-28 basic/transports/streamable-http, "Security & Endpoint" 1; ATTACKS H25. A page of
  /// this server, or of another port of this machine, may send requests. It reads a response only if
  /// its origin is allowed.
  private func checkOrigin(_ request: HTTPRequest, isAllowed: Bool) throws(HTTPProblem) {
    let sent = request.fields["Origin"]
    guard let origin = sent.first else { return }
    // RFC 6454 §7.3: a browser sends one origin.
    guard sent.count == 1, isAllowed || hosts.contain(origin: origin) else { throw .foreignOrigin }
  }

  /// If the server listens with plain HTTP at a public address, only a proxy that terminates TLS or
  /// this machine may send credentials (RFC 6750 §5.3, ATTACKS L3).
  private func checkPeer(_ request: HTTPRequest) throws(HTTPProblem) {
    if requiresTrustedPeer, !proxies.contains(request.peer), !request.peer.isLoopback {
      throw .plaintextPeer
    }
  }

  /// A credential that can be guessed is charged to the client's address before the check, and
  /// refunded if it is correct. So the limit also applies to attempts at the same time. A
  /// credential that cannot be guessed is charged only if it is wrong, so a correct one is always
  /// accepted (ATTACKS C16, R11).
  private func authenticate(_ request: HTTPRequest, _ context: inout RequestContext)
    async throws(HTTPProblem) -> Identity
  {
    let credential = Credential(
      authorization: request.fields["Authorization"], apiKey: request.fields["X-API-Key"],
      query: request.query)
    context.credential = credential.kind
    context.scheme = credential.scheme
    let client = Client(context.client)
    if let identity = authentication.recall(credential, from: client) {
      context.identity = identity
      return identity
    }
    let isGuess = authentication.canBeGuessed(credential)
    if isGuess { try limits.charge(context.client, at: now()) }
    do throws(AuthenticationError) {
      let identity = try await authentication.authenticate(credential, from: client)
      if isGuess { limits.refund(context.client) }
      context.identity = identity
      return identity
    } catch {
      switch error {
      case .missingCredential, .ambiguousCredential: break  // no credential was checked
      // The credential was not checked.
      case .overloaded, .providerUnavailable: if isGuess { limits.refund(context.client) }
      default: if !isGuess { try limits.charge(context.client, at: now()) }
      }
      throw .unauthenticated(error)
    }
  }

  /// Takes a token from the caller's rate-limit bucket. If the bucket is empty, a modern client gets
  /// 429 now. A client of a handshake revision of MCP would end its session on 429: `reply` parses
  /// its message first, and answers a call of a tool with a result that has `isError`.
  /// - Throws: `HTTPProblem.tooManyRequests`
  private func checkRate(
    of identity: Identity, _ request: HTTPRequest, _ headers: RequestHeaders,
    _ context: inout RequestContext
  ) throws(HTTPProblem) {
    context.rate = limits.take(for: identity, at: context.client, now: now())
    guard let rate = context.rate, !rate.isAllowed else { return }
    if headers.areModern || (try? MediaTypes.check(request.fields)) == nil {
      throw .tooManyRequests(rate)
    }
  }

  private func body(of request: HTTPRequest, _ context: RequestContext)
    async throws(HTTPProblem) -> [UInt8]
  {
    let isAllowed = context.rate?.isAllowed ?? true
    do throws(HTTPFault) {
      return try await request.body(upTo: isAllowed ? .max : Self.bodyOverLimit)
    } catch {
      if let rate = context.rate, !isAllowed { throw .tooManyRequests(rate) }
      throw .fault(error)
    }
  }

  /// The response to the message or the batch in the body.
  private func reply(
    to body: [UInt8], from identity: Identity, _ headers: RequestHeaders,
    _ context: inout RequestContext
  ) async throws(HTTPProblem) -> HTTPResponse {
    var session = Session(headers: headers)
    switch server.receive(body, in: &session) {
    case .message(let outcome):
      guard let reply = try await reply(to: outcome, from: identity, headers, &context) else {
        return HTTPResponse(status: 202)
      }
      return .json(reply)
    case .batch(let outcomes):
      // One response and one audit line for the whole batch. ATTACKS R14
      if let rate = context.rate, !rate.isAllowed { throw .tooManyRequests(rate) }
      let replies = await replies(to: outcomes, from: identity, headers, &context)
      guard let body = Reply.serialized(replies)
      else { return HTTPResponse(status: 202) }
      return .json(body)
    }
  }

  /// Each message of a batch takes a token of the rate limit and gets an audit line, like a
  /// separate request (S12).
  private func replies(
    to outcomes: [MCPServer.Outcome], from identity: Identity, _ headers: RequestHeaders,
    _ context: inout RequestContext
  ) async -> [Reply] {
    var replies: [Reply] = []
    for (index, outcome) in outcomes.enumerated() {
      context.request = nil
      context.tool = nil
      if index > 0 {  // `checkRate` has taken the token of the first message
        context.rate = limits.take(for: identity, at: context.client, now: now())
      }
      do throws(HTTPProblem) {
        if let reply = try await reply(to: outcome, from: identity, headers, &context) {
          replies.append(reply)
        }
      } catch {
        let answer = error.answer(context, challenges: [], resource: resource)
        record(answer.audit, &context)
        if case .silence = outcome { continue }
        replies.append(.error(context.request, answer.error))
      }
    }
    return replies
  }

  /// The reply to one message; `nil` if there is none. It writes the audit line.
  /// - Throws: `HTTPProblem`. The caller writes its audit line.
  private func reply(
    to outcome: MCPServer.Outcome, from identity: Identity, _ headers: RequestHeaders,
    _ context: inout RequestContext
  ) async throws(HTTPProblem) -> Reply? {
    var tool: Tool?
    if case .call(let call) = outcome { tool = tools[Array(call.tool.utf8)] }
    context.tool = tool?.definition.name
    context.request = outcome.id
    context.notes = nil
    if let rate = context.rate, !rate.isAllowed {
      // Over the limit nothing runs. A tool call gets a result that the model can read.
      guard case .call(let call) = outcome else { throw .tooManyRequests(rate) }
      record(.limited(identity), &context)
      return server.reply(
        to: call, with: CallFailure.rateLimited(retryAfter: rate.retryAfterSeconds))
    }
    switch outcome {
    case .silence:
      record(.accepted(identity), &context)
      return nil
    case .reply(.error(_, let error)):
      throw .rpc(error, isModern: headers.areModern)
    case .reply(let reply):
      record(.accepted(identity), &context)
      return reply
    case .call(let call):
      guard let tool else {
        throw .rpc(MCPServer.unknownTool, isModern: headers.areModern)
      }
      return server.reply(to: call, with: try await run(tool, call, identity, &context))
    }
  }

  /// Authorizes the call and runs the tool.
  private func run(
    _ tool: Tool, _ call: ToolCall, _ identity: Identity, _ context: inout RequestContext
  ) async throws(HTTPProblem) -> ToolResult {
    let notes = CallNotes()
    context.notes = notes
    do throws(CallFailure) {
      try tool.authorize(identity)
      try await authorize(tool, call, identity, context)
      let result = try await tool.run(
        call.arguments,
        in: CallContext(
          identity: identity, client: Client(context.client), call: call, tool: tool,
          notes: notes,
          values: { context.fields[$0] }))
      record(.accepted(identity), &context)
      return result
    } catch {
      switch error {
      case .unauthenticated(let reason): throw .unauthenticated(reason)
      case .forbidden(_, let permission):
        if identity.method == .guest, resource != nil { throw .signInNeeded(permission) }
        // A client gets a token with more scopes only after a 403 (MCP 2026-07-28 "Step-Up
        // Authorization Flow").
        let isStepUp = identity.method == .oauth && identity.mayGain(permission)
        if call.version == .v2026_07_28 || isStepUp { throw .forbidden(permission) }
        // Clients of the handshake era end their session on 403, or start to authenticate again.
        record(error.outcome, &context)
        return CallFailure.permissionDenied(permission)
      case .denied(_, let reason):
        if call.version == .v2026_07_28 { throw .denied(reason: reason) }
        record(error.outcome, &context)
        return CallFailure.deniedByAuthority
      case .refused(_, let failure):
        record(error.outcome, &context)
        return .failure(failure.sentence)
      }
    }
  }

  /// Asks the authority about the call, after the permissions. A guest has no subject that an
  /// authority could know: the permissions of the guests' role decide.
  /// - Throws: `CallFailure.denied` unless the authority allows the call.
  private func authorize(
    _ tool: Tool, _ call: ToolCall, _ identity: Identity, _ context: RequestContext
  ) async throws(CallFailure) {
    guard let authority, identity.method != .guest else {
      // ATTACKS O156: what needs an authority is denied without one.
      if tool.object?.needsAuthority == true { throw .denied(identity, reason: "no_authority") }
      return
    }
    let question = AuthorityQuestion(
      identity: identity, tool: tool.definition.name,
      object: tool.object.flatMap { call.arguments[$0.argument]?.string },
      client: Client(context.client))
    switch await authority.decide(question) {
    case .allow: return
    case .deny: throw .denied(identity, reason: "denied")
    case .unavailable(let reason): throw .denied(identity, reason: reason)
    }
  }

  // MARK: The end

  /// Writes one audit line for each attempt to authenticate, and for each request that is refused
  /// before. `complete` counts the outcome.
  private func record(_ outcome: AuditEvent.Outcome, _ context: inout RequestContext) {
    audit.record(
      AuditEvent(
        request: context.request?.json, tool: context.tool, outcome: outcome,
        address: context.client.description, credential: context.credential?.rawValue,
        refusedName: context.refusedName, notes: context.notes?.all ?? []))
    context.outcomes.append(outcome)
  }

  private func refuse(_ problem: HTTPProblem, _ context: RequestContext) -> HTTPResponse {
    var context = context
    let challenges = authentication.challenges(to: context.credential, context.scheme)
    let answer = problem.answer(context, challenges: challenges, resource: resource)
    record(answer.audit, &context)
    // Never echo input. The identifier is `null` if the body was not read.
    var response =
      context.further?.refusal(answer.status, answer.error.message)
      ?? HTTPResponse.json(.error(context.request, answer.error), status: answer.status)
    response.fields += answer.fields
    response.closes = answer.closes
    return complete(response, context)
  }

  /// Adds the fields of every response, and counts the request.
  private func complete(_ response: consuming HTTPResponse, _ context: RequestContext)
    -> HTTPResponse
  {
    if let rate = context.rate { response.fields += rate.fields }
    if let origin = context.origin { AllowedOrigins.add(origin, to: &response.fields) }
    response.isAccepted = context.identity.map { $0.method != .guest } ?? false
    metrics?.count(
      status: response.status, duration: now() - context.startedAt, context.outcomes,
      by: context.credential)
    return response
  }
}
