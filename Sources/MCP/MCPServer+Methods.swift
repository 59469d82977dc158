private import Support
internal import JSON

/// The methods of both eras, except running a tool.
extension MCPServer {
  /// How long a client may cache the list of tools, in milliseconds. The list never changes while
  /// the server runs.
  private static let listLifetime = 300_000

  /// Tools, without notifications of changes.
  private static let capabilities: JSONValue = ["tools": [:]]

  func answer(
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
    case "tools/call": return .call(try ToolCall(id, params, version))
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
}
