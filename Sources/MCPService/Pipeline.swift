private import Support
package import Auth
internal import JSON
package import MCP

/// The way of a request over stdio, from its bytes to the bytes of the reply:
///
///     bytes ─ JSON-RPC ─ authenticate ─ authorise ─ tool ─ reply ─ bytes
///               what?      who is it?    may they?
///
/// The credential rides in the call, so that parsing comes before authentication here.
package struct Pipeline: Sendable {
  private let server: MCPServer
  private let tools: [String: GatedTool]
  private let audit: AuditLog

  package init(info: ServerInfo, tools: [GatedTool], audit: AuditLog) {
    self.server = MCPServer(info: info, tools: tools.map(\.tool.definition))
    self.tools = Dictionary(uniqueKeysWithValues: tools.map { ($0.tool.definition.name, $0) })
    self.audit = audit
  }

  /// The reply to one message or batch, or `nil` where none is due.
  package func answer(_ message: [UInt8], in conversation: inout Conversation) -> [UInt8]? {
    switch server.receive(message, in: &conversation) {
    case .message(let outcome): reply(to: outcome)?.serialized()
    case .batch(let outcomes): Reply.serialized(outcomes.compactMap(reply))
    }
  }

  /// The reply to a message that is longer than the transport takes.
  package func answerTooLong(limit: Int) -> [UInt8] {
    recorded(.error(nil, .invalidRequest("a message has at most \(limit) bytes"))).serialized()
  }

  private func reply(to outcome: MCPServer.Outcome) -> Reply? {
    switch outcome {
    case .silence: return nil
    case .reply(let reply): return recorded(reply)
    case .call(let call):
      guard let gated = tools[call.tool] else { return recorded(server.replyToUnknownTool(call)) }
      return server.reply(to: call, with: result(of: call, to: gated.tool, behind: gated.gate))
    }
  }

  /// Authenticate, authorise, run; whatever comes of it, one line of audit.
  private func result(of call: ToolCall, to tool: CalculatorTool, behind gate: Gate) -> ToolResult {
    var call = call
    let credential = gate.slot.take(from: &call)
    do throws(CallFailure) {
      let identity = try authenticate(credential, at: gate)
      try tool.authorise(identity)
      let result = try tool.run(call.arguments, identity)
      record(call, .accepted(identity))
      return result
    } catch {
      record(call, error.outcome)
      return error.result(refusal: gate.refusal)
    }
  }

  /// Who is it?
  private func authenticate(_ credential: PresentedToken, at gate: Gate) throws(CallFailure)
    -> Identity
  {
    do throws(AuthenticationFailure) {
      return try gate.authenticate(credential)
    } catch {
      throw .unauthenticated(error)
    }
  }

  private func record(_ call: ToolCall, _ outcome: AuditEvent.Outcome) {
    audit.record(AuditEvent(request: call.id.json, tool: call.tool, outcome: outcome))
  }

  /// The reply, with a line of audit where it is an error.
  private func recorded(_ reply: Reply) -> Reply {
    if case .error(let id, let error) = reply {
      audit.record(
        AuditEvent(request: id?.json, tool: nil, outcome: .rejected(nil, code: error.code)))
    }
    return reply
  }
}
