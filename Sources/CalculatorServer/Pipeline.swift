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
  private let tools: [String: CalculatorTool]
  private let slot: CredentialSlot
  /// Asked in this order; the first to know the caller decides.
  private let authenticators: [any Authenticator<PresentedToken>]
  private let audit: AuditLog

  package init(
    info: ServerInfo, tools: [CalculatorTool], slot: CredentialSlot,
    authenticators: [any Authenticator<PresentedToken>], audit: AuditLog
  ) {
    self.server = MCPServer(info: info, tools: tools.map(\.definition))
    self.tools = Dictionary(uniqueKeysWithValues: tools.map { ($0.definition.name, $0) })
    self.slot = slot
    self.authenticators = authenticators
    self.audit = audit
  }

  /// The reply to one message, or `nil` where none is due.
  package func answer(_ message: [UInt8], in conversation: inout Conversation) -> [UInt8]? {
    switch server.receive(message, in: &conversation) {
    case .silence: return nil
    case .reply(let reply): return send(reply)
    case .call(let call):
      guard let tool = tools[call.tool] else { return send(server.replyToUnknownTool(call)) }
      return send(server.reply(to: call, with: result(of: call, to: tool)))
    }
  }

  private func send(_ reply: Reply) -> [UInt8] {
    if case .error(let id, let error) = reply {
      audit.record(AuditEvent(request: id?.json, tool: nil, outcome: .rejected(code: error.code)))
    }
    return reply.serialized()
  }

  /// The reply to a message that is longer than the transport takes.
  package func answerTooLong(limit: Int) -> [UInt8] {
    send(.error(nil, .invalidRequest("a message has at most \(limit) bytes")))
  }

  private func result(of call: ToolCall, to tool: CalculatorTool) -> ToolResult {
    var call = call
    let credential = slot.take(from: &call)
    do throws(CallFailure) {
      let identity = try authenticate(credential, for: call)
      try authorise(identity, to: tool, for: call)
      return try run(tool, call.arguments)
    } catch {
      return error.result
    }
  }

  /// Who is it?
  private func authenticate(_ credential: PresentedToken, for call: ToolCall)
    throws(CallFailure) -> Identity
  {
    do throws(AuthenticationFailure) {
      for authenticator in authenticators {
        if let identity = try authenticator.authenticate(credential) { return identity }
      }
      throw .missingCredential
    } catch {
      record(call, .unauthenticated(error))
      throw .unauthenticated(error)
    }
  }

  /// May they?
  private func authorise(_ identity: Identity, to tool: CalculatorTool, for call: ToolCall)
    throws(CallFailure)
  {
    guard identity.permissions.contains(tool.permission) else {
      record(call, .forbidden(identity, tool.permission))
      throw .forbidden(identity, tool.permission)
    }
    record(call, .accepted(identity))
  }

  private func run(_ tool: CalculatorTool, _ arguments: JSONObject) throws(CallFailure)
    -> ToolResult
  {
    do throws(ToolFailure) {
      return try tool.run(arguments)
    } catch {
      throw .refused(error)
    }
  }

  private func record(_ call: ToolCall, _ outcome: AuditEvent.Outcome) {
    audit.record(AuditEvent(request: call.id.json, tool: call.tool, outcome: outcome))
  }
}
