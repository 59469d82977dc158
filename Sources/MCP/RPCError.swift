private import Support
internal import JSON

/// Every failure that gets a JSON-RPC error (JSON-RPC 2.0 §5.1, MCP "Error Codes").
package enum RPCError: Error, Sendable, Equatable {
  case parseError
  case invalidRequest(String)
  case methodNotFound
  case invalidParams(String)
  case unsupportedProtocolVersion(requested: String, supported: [ProtocolVersion])
  /// Only over HTTP: a header field and the body differ.
  case headerMismatch(String)
  /// An error of the application, with a code that JSON-RPC does not reserve (MCP 2026-07-28
  /// basic/index, "Error Codes"). It may be sent before the request is read.
  case application(code: Int, String)

  package var code: Int {
    switch self {
    case .parseError: -32700
    case .invalidRequest: -32600
    case .methodNotFound: -32601
    case .invalidParams: -32602
    case .unsupportedProtocolVersion: -32022
    case .headerMismatch: -32020
    case .application(let code, _): code
    }
  }

  package var message: String {
    switch self {
    case .parseError: "Parse error: the message is not strict JSON"
    case .invalidRequest(let reason): "Invalid request: \(reason)"
    case .methodNotFound: "Method not found"
    case .invalidParams(let reason): "Invalid params: \(reason)"
    case .unsupportedProtocolVersion: "Unsupported protocol version"
    case .headerMismatch(let reason): "Header mismatch: \(reason)"
    case .application(_, let reason): reason
    }
  }

  private var data: JSONValue? {
    guard case .unsupportedProtocolVersion(let requested, let supported) = self else { return nil }
    return [
      "supported": .array(supported.map { .string($0.rawValue) }),
      "requested": .string(ProtocolVersion.shown(requested)),
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
