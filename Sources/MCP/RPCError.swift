internal import JSON

/// Every failure that is answered as a JSON-RPC error (JSON-RPC 2.0 §5.1, MCP "Error Codes").
package enum RPCError: Error, Sendable, Equatable {
  case parseError
  case invalidRequest(String)
  case methodNotFound
  case invalidParams(String)
  case unsupportedProtocolVersion(requested: String)

  package var code: Int {
    switch self {
    case .parseError: -32700
    case .invalidRequest: -32600
    case .methodNotFound: -32601
    case .invalidParams: -32602
    case .unsupportedProtocolVersion: -32022
    }
  }

  package var message: String {
    switch self {
    case .parseError: "Parse error: the message is not strict JSON"
    case .invalidRequest(let reason): "Invalid request: \(reason)"
    case .methodNotFound: "Method not found"
    case .invalidParams(let reason): "Invalid params: \(reason)"
    case .unsupportedProtocolVersion: "Unsupported protocol version"
    }
  }

  private var data: JSONValue? {
    guard case .unsupportedProtocolVersion(let requested) = self else { return nil }
    return [
      "supported": .array(ProtocolVersion.modern.map { .string($0.rawValue) }),
      "requested": .string(requested),
    ]
  }

  var json: JSONValue {
    var error = JSONObject([
      ("code", .number(JSONNumber(code))), ("message", .string(message)),
    ])
    error["data"] = data
    return .object(error)
  }
}
