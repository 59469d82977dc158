internal import Auth
internal import CalculatorServer
internal import HTTPTransport
internal import MCP
private import Support

// The second half of the pipeline: from the body of an authenticated request to its response.
extension HTTPPipeline {
  /// Answers the message or the batch in the body.
  func answer(
    _ body: HTTPBody, from identity: Identity, _ fields: MirroredFields, _ exchange: Exchange
  ) -> HTTPResponse {
    var exchange = exchange
    do throws(Refusal) {
      let message: [UInt8]
      switch body {
      case .complete(let bytes): message = bytes
      case .failed(let fault):
        if let rate = exchange.rate, !rate.isAllowed { throw .tooManyRequests(rate) }
        throw .fault(fault)
      }
      var conversation = Conversation(fields: fields)
      switch server.receive(message, in: &conversation) {
      case .message(let outcome):
        guard let reply = try reply(to: outcome, from: identity, fields, &exchange) else {
          return send(HTTPResponse(status: 202), exchange)
        }
        return send(.json(reply), exchange)
      case .batch(let outcomes):
        // One answer and one line of audit, not one for each message. ATTACKS R14
        if let rate = exchange.rate, !rate.isAllowed { throw .tooManyRequests(rate) }
        return answer(outcomes, from: identity, fields, exchange)
      }
    } catch {
      return refuse(error, exchange)
    }
  }

  /// Answers a batch as if each message had come in a request of its own: each takes a token of the
  /// rate limit, and each has a line of audit (S12).
  private func answer(
    _ outcomes: [MCPServer.Outcome], from identity: Identity, _ fields: MirroredFields,
    _ exchange: Exchange
  ) -> HTTPResponse {
    var exchange = exchange
    var replies: [Reply] = []
    for (index, outcome) in outcomes.enumerated() {
      exchange.request = nil
      exchange.tool = nil
      if index > 0 {  // the request as a whole took the token of the first
        exchange.rate = limits.take(for: identity, at: exchange.client, now: watcher.now())
      }
      do throws(Refusal) {
        if let reply = try reply(to: outcome, from: identity, fields, &exchange) {
          replies.append(reply)
        }
      } catch {
        watcher.record(error.outcome(for: identity), exchange)
        if case .silence = outcome { continue }
        replies.append(error.reply(to: exchange))
      }
    }
    guard let body = Reply.serialized(replies) else {
      return send(HTTPResponse(status: 202), exchange)
    }
    return send(.json(body), exchange)
  }

  /// The reply to one message, with its line of audit; `nil` where none is due.
  /// - Throws: `Refusal`, which has no line of audit yet.
  private func reply(
    to outcome: MCPServer.Outcome, from identity: Identity, _ fields: MirroredFields,
    _ exchange: inout Exchange
  ) throws(Refusal) -> Reply? {
    if let rate = exchange.rate, !rate.isAllowed {
      return try reply(to: outcome, over: rate, from: identity, &exchange)
    }
    switch outcome {
    case .silence:
      watcher.record(.accepted(identity), exchange)
      return nil
    case .reply(.error(let id, let error)):
      exchange.request = id
      throw .rpc(error, isModern: fields.areModern)
    case .reply(.result(let id, let result)):
      exchange.request = id
      watcher.record(.accepted(identity), exchange)
      return .result(id, result)
    case .call(let call):
      exchange.request = call.id
      guard let tool = tools[call.tool] else {
        throw .rpc(MCPServer.unknownTool, isModern: fields.areModern)
      }
      exchange.tool = call.tool
      return server.reply(to: call, with: try run(tool, call, identity, exchange))
    }
  }

  /// The reply to a message over the rate limit; nothing of it is executed. A call of a tool gets a
  /// result that the model can read.
  /// - Throws: `Refusal.tooManyRequests` for anything else.
  private func reply(
    to outcome: MCPServer.Outcome, over rate: RateDecision, from identity: Identity,
    _ exchange: inout Exchange
  ) throws(Refusal) -> Reply {
    guard case .call(let call) = outcome else {
      if case .reply(let reply) = outcome { exchange.request = reply.id }
      throw .tooManyRequests(rate)
    }
    exchange.request = call.id
    exchange.tool = tools[call.tool]?.definition.name
    watcher.record(.limited(identity), exchange)
    return server.reply(
      to: call, with: CallFailure.rateLimited(retryAfter: rate.retryAfterSeconds))
  }

  /// Authorises the call and runs the tool.
  private func run(
    _ tool: CalculatorTool, _ call: ToolCall, _ identity: Identity, _ exchange: Exchange
  ) throws(Refusal) -> ToolResult {
    do throws(CallFailure) {
      try tool.authorise(identity)
      let result = try tool.run(call.arguments, identity)
      watcher.record(.accepted(identity), exchange)
      return result
    } catch {
      switch error {
      case .unauthenticated(let reason): throw .unauthenticated(reason)
      case .forbidden(_, let permission):
        if call.version == .v2026_07_28 { throw .forbidden(permission) }
        // Clients of the handshake era end their session on 403, or take it for a sign-in problem.
        watcher.record(error.outcome, exchange)
        return CallFailure.permissionDenied(permission)
      case .refused(_, let failure):
        watcher.record(error.outcome, exchange)
        return .failure(failure.sentence)
      }
    }
  }
}
