private import Support
package import JSON

/// One JSON-RPC message from a client (JSON-RPC 2.0 §4).
package enum RPCMessage: Sendable {
  case request(id: RequestID, method: String, params: JSONObject)
  /// It never gets a reply, not even an error (JSON-RPC 2.0 §4.1).
  case notification(method: String)
  /// A reply to a request. This server sends no requests, so it ignores it.
  case response

  /// An invalid message, with its identifier if that could be read.
  package struct Rejection: Error, Sendable {
    package let id: RequestID?
    package let error: RPCError
  }

  /// - Throws: `Rejection` with `-32600` if it is not a request, `-32602` if `params` has a wrong
  ///   type.
  init(_ json: JSONValue) throws(Rejection) {
    guard case .object(let message) = json else {
      throw Rejection(id: nil, error: .invalidRequest("a message is one JSON object"))
    }
    // Check this first: two programs that reply to each other's replies never stop.
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
