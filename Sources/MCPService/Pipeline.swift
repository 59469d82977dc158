private import Support
package import Auth
internal import JSON
package import MCP

/// A request over stdio from its bytes to the bytes of the reply:
///
///     bytes → JSON-RPC → authenticate → authorize → tool → reply → bytes
///
/// The credential is part of the call, so parsing comes before authentication over stdio.
package struct Pipeline: Sendable {
  private let server: MCPServer
  /// By the bytes of the name: a `String` as a key would also be found by the Kelvin sign for K.
  private let tools: [[UInt8]: ProtectedTool]
  private let audit: AuditLog

  package init(info: ServerInfo, tools: [ProtectedTool], audit: AuditLog) {
    self.server = MCPServer(info: info, tools: tools.map(\.definition))
    self.tools = Dictionary(
      uniqueKeysWithValues: tools.map { (Array($0.definition.name.utf8), $0) })
    self.audit = audit
  }

  /// The reply to one message or batch; `nil` if there is none.
  package func answer(_ message: [UInt8], in session: inout Session) async -> [UInt8]? {
    switch server.receive(message, in: &session) {
    case .message(let outcome): return await reply(to: outcome)?.serialized()
    case .batch(let outcomes):
      var replies: [Reply] = []
      for outcome in outcomes {
        if let reply = await reply(to: outcome) { replies.append(reply) }
      }
      return Reply.serialized(replies)
    }
  }

  /// The reply to a message over the length limit.
  package func answerTooLong(limit: Int) -> [UInt8] {
    recorded(.error(nil, .invalidRequest("a message has at most \(limit) bytes"))).serialized()
  }

  private func reply(to outcome: MCPServer.Outcome) async -> Reply? {
    switch outcome {
    case .silence: return nil
    case .reply(let reply): return recorded(reply)
    case .call(let call):
      guard let tool = tools[Array(call.tool.utf8)] else {
        return recorded(.error(call.id, MCPServer.unknownTool))
      }
      return server.reply(
        to: call, with: await result(of: call, to: tool.tool, behind: tool.policy))
    }
  }

  /// Authenticates, authorizes and runs the call, and writes one audit line for every outcome.
  private func result(of call: ToolCall, to tool: Tool, behind policy: AccessPolicy) async
    -> ToolResult
  {
    var call = call
    let credential = policy.slot.take(from: &call)
    do throws(CallFailure) {
      let identity = try await authenticate(credential, policy)
      try tool.authorize(identity)
      let result = try await tool.run(
        call.arguments, in: CallContext(identity: identity, client: .local, call: call, tool: tool),
        credential: policy.slot)
      record(call, .accepted(identity))
      return result
    } catch {
      record(call, error.outcome)
      return error.result(failureText: policy.failureText)
    }
  }

  private func authenticate(_ credential: Credential, _ policy: AccessPolicy)
    async throws(CallFailure) -> Identity
  {
    do throws(AuthenticationError) {
      return try await policy.authentication.authenticate(credential, from: .local)
    } catch {
      throw .unauthenticated(error)
    }
  }

  private func record(_ call: ToolCall, _ outcome: AuditEvent.Outcome) {
    audit.record(AuditEvent(request: call.id.json, tool: call.tool, outcome: outcome))
  }

  /// Returns the reply, and writes an audit line if it is an error.
  private func recorded(_ reply: Reply) -> Reply {
    if case .error(let id, let error) = reply {
      audit.record(
        AuditEvent(request: id?.json, tool: nil, outcome: .rejected(nil, code: error.code)))
    }
    return reply
  }
}
