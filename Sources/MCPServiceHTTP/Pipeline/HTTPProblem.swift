internal import Auth
internal import HTTPTransport
internal import MCP
private import Support

/// Every reason why an HTTP request gets no result.
enum HTTPProblem: Error {
  case fault(HTTPFault)
  case foreignHost
  case foreignOrigin
  /// Plain HTTP from a peer that is not a trusted proxy.
  case plaintextPeer
  case notFound
  case methodNotAllowed([String])
  case tooManyFailures(RateDecision)
  case unauthenticated(AuthenticationError)
  case tooManyRequests(RateDecision)
  case unsupportedMediaType
  case notAcceptable
  case rpc(RPCError, isModern: Bool)
  case forbidden(Permission)
}

extension HTTPProblem {
  /// The response to a problem, and its outcome for the audit log.
  struct Answer {
    let status: Int
    let error: RPCError
    var fields: [(name: String, value: String)] = []
    var closes = false
    let audit: AuditEvent.Outcome
  }

  /// Maps each problem to its response. Every wrong credential gets the same response.
  /// - Parameter challenges: the challenges for the credential that was sent.
  func answer(_ context: RequestContext, challenges: [Challenge]) -> Answer {
    let identity = context.identity
    func answer(
      _ status: Int, _ message: String, _ fields: [(name: String, value: String)] = [],
      closes: Bool = false, audit: AuditEvent.Outcome? = nil
    ) -> Answer {
      Answer(
        status: status, error: .application(code: status, message), fields: fields, closes: closes,
        audit: audit ?? .rejected(identity, code: status))
    }
    switch self {
    case .fault(.malformed), .fault(.aborted): return answer(400, "Bad request", closes: true)
    case .fault(.timeout): return answer(408, "The request came too slowly", closes: true)
    case .fault(.bodyTooLarge): return answer(413, "The body is too large", closes: true)
    case .fault(.targetTooLong): return answer(414, "The target is too long", closes: true)
    case .fault(.expectationFailed):
      return answer(417, "Only 100-continue can be expected", closes: true)
    case .fault(.headTooLarge): return answer(431, "The head is too large", closes: true)
    case .fault(.overloaded), .unauthenticated(.overloaded),
      .unauthenticated(.providerUnavailable):  // RFC 9110 §15.6.4
      return answer(503, "Too busy; try again", [("Retry-After", "1")], closes: true)
    case .foreignHost: return answer(403, "This host is not served here")
    case .foreignOrigin: return answer(403, "This origin is not allowed")
    case .plaintextPeer: return answer(403, "Only a trusted proxy may connect without TLS")
    case .notFound: return answer(404, "Not found: \(Self.endpoint)")
    case .methodNotAllowed(let methods):
      let hint = methods == Route.mcp.methods ? "" : ": \(Self.endpoint)"
      return answer(405, "Method not allowed\(hint)", [("Allow", methods.joined(separator: ", "))])
    case .notAcceptable: return answer(406, "Accept must allow application/json")
    case .unsupportedMediaType: return answer(415, "Content-Type must be application/json")
    case .unauthenticated(.ambiguousCredential):  // RFC 6750 §3.1
      return answer(
        400, "Send one credential", [Challenge(.bearer, error: .invalidRequest).field],
        audit: .unauthenticated(.ambiguousCredential))
    case .unauthenticated(let reason):  // RFC 9110 §15.5.2: at least one challenge
      return answer(
        401, "Authentication failed", challenges.map(\.field), audit: .unauthenticated(reason))
    case .forbidden(let permission):
      let fields: [(name: String, value: String)] =
        switch identity?.method {
        case .jwt: [Challenge.insufficientScope(permission).field]
        case .guest: challenges.map(\.field)  // a credential may have the permission
        case .apiKey, .basic, .oauth, nil: []
        }
      return answer(
        403, "Permission denied: this needs \(permission.rawValue)", fields,
        audit: identity.map { .forbidden($0, permission) })
    case .tooManyFailures(let decision), .tooManyRequests(let decision):
      let seconds = String(decision.retryAfterSeconds)
      return answer(
        429, "Too many requests: try again in \(seconds) s", [("Retry-After", seconds)],
        audit: .limited(identity))
    case .rpc(let error, let isModern):
      return Answer(
        status: Self.status(of: error, isModern: isModern), error: error,
        audit: .rejected(identity, code: error.code))
    }
  }

  private static let endpoint = "MCP is served at POST /mcp"

  private static func status(of error: RPCError, isModern: Bool) -> Int {
    switch error {
    // A client of the handshake era reads the reply to its request only with status 200. It treats
    // 404 as the end of its session (MCP 2025-11-25 "Session Management"), and mcp 1.9 also ends it
    // on 400.
    case .methodNotFound: isModern ? 404 : 200
    case .invalidParams: isModern ? 400 : 200
    case .parseError, .invalidRequest, .unsupportedProtocolVersion, .headerMismatch, .application:
      400
    }
  }
}

extension Challenge {
  fileprivate var field: (name: String, value: String) { ("WWW-Authenticate", fieldValue) }
}
