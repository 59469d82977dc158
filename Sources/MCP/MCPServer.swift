private import Support
internal import JSON

/// MCP in both eras. It parses a message and answers every method that needs no tool.
///
/// The file is longer than most, so that the methods of both eras stand side by side.
package struct MCPServer: Sendable {
  /// The result of one message.
  package enum Outcome: Sendable {
    /// A notification or a response. It gets no reply.
    case silence
    case reply(Reply)
    case call(ToolCall)

    /// The identifier of the request; `nil` if it has none, or if it could not be read.
    package var id: RequestID? {
      switch self {
      case .silence: nil
      case .reply(let reply): reply.id
      case .call(let call): call.id
      }
    }
  }

  /// The content of one line over stdio, or of one body over HTTP.
  package enum Received: Sendable {
    case message(Outcome)
    /// At least one message. The replies form one array. If no message has a reply, nothing is
    /// sent.
    case batch([Outcome])
  }

  /// The number of messages in a batch. It bounds the work of the server and the size of the reply.
  package static let maximumBatch = 50

  /// How long a client may cache the list of tools, in milliseconds. The list never changes while
  /// the server runs.
  private static let listLifetime = 300_000

  private let info: ServerInfo
  private let tools: JSONValue

  package init(info: ServerInfo, tools: [ToolDefinition]) {
    self.info = info
    self.tools = .array(tools.map(\.json))
  }

  /// Parses `bytes` as one message or a batch. Answers every method that needs no tool, and runs no
  /// tool.
  package func receive(_ bytes: [UInt8], in session: inout Session) -> Received {
    guard let json = try? JSONParser.parse(bytes) else {
      return .message(.reply(.error(nil, .parseError)))
    }
    guard case .array(let messages) = json, session.allowsBatches else {
      return .message(outcome(of: json, in: &session))
    }
    guard 1...Self.maximumBatch ~= messages.count else {  // S12; JSON-RPC 2.0 §6: not empty
      let reason = "a batch has 1 to \(Self.maximumBatch) messages"
      return .message(.reply(.error(nil, .invalidRequest(reason))))
    }
    var inBatch = session
    inBatch.isInBatch = true
    return .batch(messages.map { outcome(of: $0, in: &inBatch) })
  }

  private func outcome(of json: JSONValue, in session: inout Session) -> Outcome {
    do throws(RPCMessage.Rejection) {
      switch try RPCMessage(json) {
      case .notification, .response: return .silence
      case .request(let id, let method, let params):
        do throws(RPCError) {
          return try answer(id, method, params, in: &session)
        } catch {
          return .reply(.error(id, error))
        }
      }
    } catch {
      return .reply(.error(error.id, error.error))
    }
  }

  /// MCP server/tools, "Error Handling". Never echo the name: it may contain a secret.
  package static let unknownTool = RPCError.invalidParams("unknown tool; tools/list names them all")

  /// The reply to a call of an unknown tool.
  package func replyToUnknownTool(_ call: ToolCall) -> Reply {
    .error(call.id, Self.unknownTool)
  }

  /// The reply that carries the result of a tool call, in the era of the call.
  package func reply(to call: ToolCall, with result: ToolResult) -> Reply {
    self.result(call.id, result.json, in: call.version, type: result.type)
  }

  // MARK: Methods

  private func answer(
    _ id: RequestID, _ method: String, _ params: JSONObject, in session: inout Session
  ) throws(RPCError) -> Outcome {
    let modern = try modernVersion(of: params, method, in: session)
    if session.isInBatch, modern != nil || method == "initialize" {
      // MCP 2025-03-26 basic/lifecycle, "Initialization"; later revisions have no batches.
      throw .invalidRequest("a batch takes neither initialize nor requests of another revision")
    }
    if modern == nil {
      try session.headers?.check(version: nil, method: method, params: params)  // H36
      if method == "initialize" {  // the body negotiates; the header has no effect
        return .reply(.result(id, try initialize(params, in: &session)))
      }
    }
    let legacy = modern == nil ? try session.version : nil
    if modern == nil, method == "ping" {  // also before the handshake (2025-11-25 lifecycle)
      return .reply(.result(id, JSONObject()))
    }
    guard let version = modern ?? legacy else {
      throw .invalidParams(
        "send initialize first, or _meta with \(MetaKey.protocolVersion) and "
          + MetaKey.clientCapabilities)
    }
    switch method {
    case "tools/list": return .reply(result(id, try listTools(params, version), in: version))
    case "tools/call": return .call(try toolCall(id, params, version))
    case "server/discover" where version == .v2026_07_28:
      return .reply(result(id, discovery(session.supported), in: version))
    default: throw .methodNotFound
    }
  }

  /// The version of a modern request; `nil` if `_meta` has none of the modern keys.
  private func modernVersion(
    of params: JSONObject, _ method: String, in session: Session
  ) throws(RPCError) -> ProtocolVersion? {
    guard let meta = (params.optional("_meta") ?? [:]).object else {
      throw .invalidParams("_meta must be an object")
    }
    try RequestMeta.checkProgressToken(meta)
    let opensModern = method == "server/discover" && session.legacyVersion == nil
    let fieldsAreModern = session.headers?.areModern == true && method != "initialize"
    guard opensModern || fieldsAreModern || MetaKey.modern.contains(where: { meta[$0] != nil })
    else { return nil }
    // MCP 2026-07-28 basic/index, "Per-request protocol fields": both are required.
    guard let requested = meta[MetaKey.protocolVersion]?.string else {
      throw .invalidParams("_meta must have \(MetaKey.protocolVersion), a string")
    }
    try session.headers?.check(version: requested, method: method, params: params)
    guard meta[MetaKey.clientCapabilities]?.object != nil else {
      throw .invalidParams("_meta must have \(MetaKey.clientCapabilities), an object")
    }
    guard let version = ProtocolVersion(rawValue: requested),
      ProtocolVersion.modern.contains(version)
    else {
      throw .unsupportedProtocolVersion(requested: requested, supported: session.supported)
    }
    try RequestMeta.checkOptionalFields(meta)
    return version
  }

  /// MCP 2025-11-25 basic/lifecycle, "Version Negotiation".
  private func initialize(_ params: JSONObject, in session: inout Session)
    throws(RPCError) -> JSONObject
  {
    guard let requested = params["protocolVersion"]?.string,
      params["capabilities"]?.object != nil, params["clientInfo"]?.object != nil
    else {
      throw .invalidParams(
        "initialize takes protocolVersion (string), capabilities and clientInfo (objects)")
    }
    let versions = session.supported.filter(ProtocolVersion.legacy.contains)
    let version = versions.first { $0.rawValue == requested } ?? versions[0]
    session.legacyVersion = version
    return JSONObject([
      ("protocolVersion", .string(version.rawValue)), ("capabilities", Self.capabilities),
      ("serverInfo", info.implementation), ("instructions", .string(info.instructions)),
    ])
  }

  private func discovery(_ supported: [ProtocolVersion]) -> JSONObject {
    JSONObject([
      ("supportedVersions", .array(supported.map { .string($0.rawValue) })),
      ("capabilities", Self.capabilities), ("instructions", .string(info.instructions)),
      ("ttlMs", .number(JSONNumber(Self.listLifetime))), ("cacheScope", "public"),
    ])
  }

  private func listTools(_ params: JSONObject, _ version: ProtocolVersion) throws(RPCError)
    -> JSONObject
  {
    // All tools are on one page, so the server never issues a cursor (server/utilities/pagination).
    guard params.optional("cursor") == nil else { throw .invalidParams("unknown cursor") }
    var list = JSONObject([("tools", tools)])
    if version == .v2026_07_28 {
      list["ttlMs"] = .number(JSONNumber(Self.listLifetime))
      list["cacheScope"] = "public"
    }
    return list
  }

  private func toolCall(_ id: RequestID, _ params: JSONObject, _ version: ProtocolVersion)
    throws(RPCError) -> ToolCall
  {
    guard let name = params["name"]?.string else {
      throw .invalidParams("name must be a string")
    }
    guard let arguments = (params.optional("arguments") ?? [:]).object else {
      throw .invalidParams("arguments must be an object")
    }
    guard let responses = (params.optional("inputResponses") ?? [:]).object else {
      throw .invalidParams("inputResponses must be an object")
    }
    return ToolCall(
      id: id, version: version, tool: name, arguments: arguments,
      meta: params.optional("_meta")?.object ?? JSONObject(), inputResponses: responses)
  }

  /// Tools, without notifications of changes.
  private static let capabilities: JSONValue = ["tools": [:]]

  /// A result in the form of its era: a modern one has `resultType` and `serverInfo`.
  private func result(
    _ id: RequestID, _ result: JSONObject, in version: ProtocolVersion,
    type: JSONValue = "complete"
  ) -> Reply {
    guard version == .v2026_07_28 else { return .result(id, result) }
    var result = result
    var meta = result["_meta"]?.object ?? JSONObject()
    meta[MetaKey.serverInfo] = info.implementation
    result["resultType"] = type
    result["_meta"] = .object(meta)
    return .result(id, result)
  }
}
