private import Support
package import JSON

/// One JSON-RPC message from a client (JSON-RPC 2.0 §4).
package enum RPCMessage: Sendable {
  case request(id: RequestID, method: String, params: JSONObject)
  /// Never answered, whatever is in it (JSON-RPC 2.0 §4.1).
  case notification(method: String)
  /// The answer to a request, of which this server sends none: nothing goes back.
  case response

  /// A message that is none, with its identifier where that could be read.
  package struct Rejection: Error, Sendable {
    package let id: RequestID?
    package let error: RPCError
  }

  /// - Throws: `Rejection` with `-32600` for what is no request, `-32602` for params of a wrong type.
  init(_ json: JSONValue) throws(Rejection) {
    guard case .object(let message) = json else {
      throw Rejection(id: nil, error: .invalidRequest("a message is one JSON object"))
    }
    // Before all other checks: to answer an answer could go on for ever.
    if message["method"] == nil, message["result"] != nil || message["error"] != nil {
      self = .response
      return
    }
    let id = message["id"].flatMap(RequestID.init)
    guard message["id"] == nil || id != nil else {
      throw Rejection(id: nil, error: .invalidRequest(RequestID.rule))
    }
    guard message["jsonrpc"] == "2.0" else {
      throw Rejection(id: id, error: .invalidRequest("jsonrpc must be \"2.0\""))
    }
    guard let method = message["method"]?.string else {
      throw Rejection(id: id, error: .invalidRequest("method must be a string"))
    }
    guard let id else {
      self = .notification(method: method)
      return
    }
    guard let params = (message.optional("params") ?? [:]).object else {
      throw Rejection(id: id, error: .invalidParams("params must be an object"))
    }
    self = .request(id: id, method: method, params: params)
  }
}
