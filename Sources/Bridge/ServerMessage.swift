private import Support
internal import JSON
internal import MCP

/// One message of the remote server, ready to be written as a line.
struct ServerMessage: Sendable {
  enum Kind: Sendable, Equatable {
    case request
    case notification(String)
    /// `nil`: without an identifier, or with the identifier `null`.
    case response(MessageKey?)
  }

  /// Without a line end.
  let line: [UInt8]
  let kind: Kind
  let object: JSONObject

  /// Reads the messages of one body or one event. Only revision 2025-03-26 has arrays.
  /// - Returns: `nil` if one of them is no JSON-RPC message of strict JSON.
  static func read(_ bytes: [UInt8], allowsBatch: Bool) -> [ServerMessage]? {
    guard let json = try? JSONParser.parse(bytes) else { return nil }
    if case .array(let elements) = json {
      guard allowsBatch, !elements.isEmpty else { return nil }
      var all: [ServerMessage] = []
      for element in elements {
        guard let message = ServerMessage(element, element.serialized()) else { return nil }
        all.append(message)
      }
      return all
    }
    guard let message = ServerMessage(json, line(bytes)) else { return nil }
    return [message]
  }

  private init?(_ json: JSONValue, _ line: [UInt8]) {
    guard let object = json.object, object["jsonrpc"] == "2.0" else { return nil }
    if let method = object["method"] {
      guard let method = method.string else { return nil }
      if let id = object["id"] {
        guard RequestID(id) != nil else { return nil }
        kind = .request
      } else {
        kind = .notification(method)
      }
    } else {
      // JSON-RPC 2.0 §5: either a result or an error.
      guard (object["result"] == nil) != (object["error"] == nil) else { return nil }
      switch object["id"] {
      case nil, .null: kind = .response(nil)
      case let id?:
        guard let key = MessageKey(id) else { return nil }
        kind = .response(key)
      }
    }
    (self.line, self.object) = (line, object)
  }

  private init(_ line: [UInt8], _ kind: Kind, _ object: JSONObject) {
    (self.line, self.kind, self.object) = (line, kind, object)
  }

  /// JSON on one line: a line end of valid JSON is white space (RFC 8259 §2, §7).
  private static func line(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) else {
      return bytes
    }
    return bytes.map { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn ? ASCII.space : $0 }
  }

  /// This message as the response to the request `id`, if it is one. An error may have the
  /// identifier `null`, because it was sent before the body was read (JSON-RPC 2.0 §5).
  func response(to id: RequestID) -> ServerMessage? {
    guard case .response(let key) = kind else { return nil }
    if key == MessageKey(id) { return self }
    guard key == nil, object["error"] != nil else { return nil }
    var object = object
    object["id"] = id.json
    return ServerMessage(JSONValue.object(object).serialized(), .response(MessageKey(id)), object)
  }

  /// Whether this is an error response with a code and a message.
  var isError: Bool {
    guard let error = object["error"]?.object, case .number(let code) = error["code"] else {
      return false
    }
    return code.integer != nil && error["message"]?.string != nil
  }

  /// The code of an error response.
  var errorCode: Int? {
    guard case .number(let code) = object["error"]?.object?["code"] else { return nil }
    return code.integer
  }
}
