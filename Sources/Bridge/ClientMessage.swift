private import Support
internal import JSON
internal import MCP

/// One line of the client, with the parts that decide how it is sent. The line itself is sent as it
/// came.
struct ClientMessage: Sendable {
  enum Kind: Sendable, Equatable {
    case request(RequestID)
    case notification
    /// The client's answer to a request of the server.
    case response
  }

  /// A line that is not sent, with its identifier if that could be read.
  struct Rejection: Error, Equatable {
    let id: RequestID?
    let error: RPCError
  }

  /// The bytes, without the line end.
  let line: [UInt8]
  let kind: Kind
  /// Empty for a response.
  let method: String
  let params: JSONObject
  /// The version in the `_meta` of a modern message; `nil` in the handshake era.
  let version: String?

  /// - Throws: `Rejection` with `-32700`, `-32600` or `-32602`.
  init(_ line: [UInt8]) throws(Rejection) {
    self = try Self.read(line, allowsBatch: false)[0].get()
  }

  /// The message of a line, or those of a batch.
  /// - Parameter allowsBatch: the session is of 2025-03-26, the only revision that has batches.
  /// - Returns: a failure with `-32700`, `-32600` or `-32602` for what is not sent.
  static func read(
    _ line: [UInt8], allowsBatch: Bool
  ) -> [Result<ClientMessage, Rejection>] {
    guard let json = try? JSONParser.parse(line) else {
      return [.failure(Rejection(id: nil, error: .parseError))]
    }
    guard allowsBatch, case .array(let elements) = json else {
      return [Result { () throws(Rejection) in try ClientMessage(json, line) }]
    }
    guard 1...MCPServer.maximumBatch ~= elements.count else {  // S12; JSON-RPC 2.0 §6: not empty
      let reason = "a batch has 1 to \(MCPServer.maximumBatch) messages"
      return [.failure(Rejection(id: nil, error: .invalidRequest(reason)))]
    }
    return elements.map { element in
      Result { () throws(Rejection) in
        let message = try ClientMessage(element, element.serialized())
        // MCP 2025-03-26 basic/lifecycle, "Initialization"; later revisions have no batches.
        guard !message.isInitialize, message.version == nil else {
          let reason = "a batch takes neither initialize nor requests of another revision"
          throw Rejection(id: message.id, error: .invalidRequest(reason))
        }
        return message
      }
    }
  }

  private init(_ json: JSONValue, _ line: [UInt8]) throws(Rejection) {
    guard let message = json.object else {
      throw Rejection(id: nil, error: .invalidRequest("a message is one JSON object"))
    }
    self.line = line
    // Check this first: two programs that reply to each other's replies never stop.
    if message["method"] == nil, message["result"] != nil || message["error"] != nil {
      (kind, method, params, version) = (.response, "", JSONObject(), nil)
      return
    }
    let id = message["id"].flatMap(RequestID.init)
    guard message["id"] == nil || id != nil else {
      throw Rejection(
        id: nil,
        error: .invalidRequest(
          "id must be a string of at most 256 bytes, or an integer of at most 64 digits"))
    }
    guard let method = message["method"]?.string else {
      throw Rejection(id: id, error: .invalidRequest("method must be a string"))
    }
    let params = message.optional("params")?.object ?? JSONObject()
    let version = params["_meta"]?.object?[MetaKey.protocolVersion]?.string
    // It becomes a header field as it is.
    guard version.map({ HeaderValue.isVisible($0, atMost: 64) }) ?? true else {
      throw Rejection(id: id, error: .invalidParams("the protocol version is not visible ASCII"))
    }
    kind = id.map(Kind.request) ?? .notification
    (self.method, self.params, self.version) = (method, params, version)
  }

  var id: RequestID? { if case .request(let id) = kind { id } else { nil } }

  var isInitialize: Bool { id != nil && method == "initialize" }

  /// Whether the server may get this request twice: it only reads (RFC 9110 §9.2.2).
  var isIdempotent: Bool {
    switch method {
    case "initialize", "server/discover", "ping", "tools/list", "prompts/list", "prompts/get",
      "resources/list", "resources/templates/list", "resources/read", "completion/complete":
      id != nil
    default: false
    }
  }

  /// The header fields that repeat parts of a modern message ("Standard Request Headers").
  var mirroredFields: [(name: String, value: String)] {
    guard let version else { return [] }
    var fields = [
      ("MCP-Protocol-Version", version), ("Mcp-Method", HeaderValue.encode(method)),
    ]
    let name: String? =
      switch method {
      case "tools/call", "prompts/get": params["name"]?.string
      case "resources/read": params["uri"]?.string
      default: nil
      }
    if let name { fields.append(("Mcp-Name", HeaderValue.encode(name))) }
    return fields.map { (name: $0.0, value: $0.1) }
  }
}

/// An identifier as a key of a table: `1` and `"1"` differ, `1` and `1.0` do not.
struct MessageKey: Hashable, Sendable {
  private let bytes: [UInt8]

  /// `nil` for a type that no identifier has.
  init?(_ json: JSONValue) {
    switch json {
    case .string(let text): bytes = [UInt8(ascii: "s")] + text.utf8
    case .number(let number): bytes = Array((number.integer.map(String.init) ?? number.text).utf8)
    default: return nil
    }
  }

  init(_ id: RequestID) {
    // An identifier is a string or an integer.
    self = MessageKey(id.json) ?? MessageKey(bytes: [])
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }
}
