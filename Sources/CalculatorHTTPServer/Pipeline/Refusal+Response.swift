internal import Auth
internal import HTTPTransport
internal import MCP
private import Support

extension Refusal {
  /// What goes back. It says the same whatever was wrong with a credential, and repeats nothing
  /// that was sent.
  /// - Parameter challenges: which credentials would do.
  func response(to exchange: Exchange, challenges: [Challenge]) -> HTTPResponse {
    var response = HTTPResponse.json(reply(to: exchange), status: status)
    response.fields += fields(exchange, challenges)
    if case .fault = self { response.closes = true }
    return response
  }

  /// The JSON-RPC error. Where the body has not been read, its identifier is `null` (`Reply.error`).
  func reply(to exchange: Exchange) -> Reply { .error(exchange.request, error) }

  private var status: Int {
    switch self {
    case .fault(let fault): fault.status
    case .conflictingCredentials: 400
    case .unauthenticated: 401
    case .foreignHost, .foreignOrigin, .plaintextPeer, .forbidden: 403
    case .notFound: 404
    case .methodNotAllowed: 405
    case .notAcceptable: 406
    case .unsupportedMediaType: 415
    case .tooManyFailures, .tooManyRequests: 429
    case .rpc(let error, let isModern): Self.status(of: error, isModern: isModern)
    }
  }

  private static let endpoint = "MCP is served at POST /mcp"

  private static func status(of error: RPCError, isModern: Bool) -> Int {
    switch error {
    // A legacy client reads an answer to its request only behind a 200: to it, 404 means that its
    // session is over (MCP 2025-11-25 "Session Management"), and mcp 1.9 ends it at 400, too.
    case .methodNotFound: isModern ? 404 : 200
    case .invalidParams: isModern ? 400 : 200
    case .parseError, .invalidRequest, .unsupportedProtocolVersion, .headerMismatch: 400
    case .status(let status, _): status
    }
  }

  private var error: RPCError {
    switch self {
    case .rpc(let error, _): error
    case .fault(.malformed), .fault(.aborted): .status(status, "Bad request")
    case .fault(.bodyTooLarge): .status(status, "The body is too large")
    case .fault(.headTooLarge): .status(status, "The head is too large")
    case .fault(.targetTooLong): .status(status, "The target is too long")
    case .fault(.timeout): .status(status, "The request came too slowly")
    case .fault(.expectationFailed): .status(status, "Only 100-continue can be expected")
    case .fault(.overloaded): .status(status, "Too busy; try again")
    case .foreignHost: .status(status, "This host is not served here")
    case .foreignOrigin: .status(status, "This origin is not allowed")
    case .plaintextPeer: .status(status, "Only a trusted proxy may connect without TLS")
    case .notFound: .status(status, "Not found: \(Self.endpoint)")
    case .methodNotAllowed(let methods) where methods != Route.mcp.methods:
      .status(status, "Method not allowed: \(Self.endpoint)")
    case .methodNotAllowed: .status(status, "Method not allowed")
    case .notAcceptable: .status(status, "Accept must allow application/json")
    case .unsupportedMediaType: .status(status, "Content-Type must be application/json")
    case .conflictingCredentials: .status(status, "Send one credential")
    case .unauthenticated: .status(status, "Authentication failed")
    case .forbidden(let permission):
      .status(status, "Permission denied: this needs \(permission.rawValue)")
    case .tooManyFailures(let decision), .tooManyRequests(let decision):
      .status(status, "Too many requests: try again in \(decision.retryAfterSeconds) s")
    }
  }

  private func fields(_ exchange: Exchange, _ challenges: [Challenge]) -> [(
    name: String, value: String
  )] {
    switch self {
    // RFC 9110 §15.5.2: a challenge for each way in
    case .unauthenticated: return challenges.map(challenge)
    case .conflictingCredentials: return [challenge(Challenge(.bearer, error: .invalidRequest))]
    case .forbidden(let permission):
      switch exchange.identity?.method {
      case .jwt: return [challenge(.insufficientScope(permission))]
      case .guest: return challenges.map(challenge)  // with a credential they may
      case .apiKey, .basic, nil: return []
      }
    case .tooManyFailures(let decision), .tooManyRequests(let decision):
      return [("Retry-After", String(decision.retryAfterSeconds))]
    case .methodNotAllowed(let methods): return [("Allow", methods.joined(separator: ", "))]
    case .fault(.overloaded): return [("Retry-After", "1")]
    case .fault, .foreignHost, .foreignOrigin, .plaintextPeer, .notFound, .unsupportedMediaType,
      .notAcceptable,
      .rpc:
      return []
    }
  }

  private func challenge(_ challenge: Challenge) -> (name: String, value: String) {
    ("WWW-Authenticate", challenge.fieldValue)
  }

  /// How it stands in the audit log.
  func outcome(for identity: Identity?) -> AuditEvent.Outcome {
    switch self {
    case .unauthenticated(let reason): .unauthenticated(reason)
    case .conflictingCredentials: .unauthenticated(.ambiguousCredential)
    case .tooManyFailures, .tooManyRequests: .limited(identity)
    case .forbidden(let permission):
      if let identity { .forbidden(identity, permission) } else { .rejected(nil, code: status) }
    case .rpc(let error, _): .rejected(identity, code: error.code)
    case .fault, .foreignHost, .foreignOrigin, .plaintextPeer, .notFound, .methodNotAllowed,
      .unsupportedMediaType, .notAcceptable:
      .rejected(identity, code: status)
    }
  }
}
