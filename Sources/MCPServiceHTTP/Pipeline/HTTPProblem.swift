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
  /// A guest called a tool that needs this permission. Only an OAuth resource server has it.
  case signInNeeded(Permission)
  /// The authority denied the call, or gave no decision. No scope changes that.
  case denied(reason: String)
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
  /// - Parameters:
  ///   - challenges: the challenges for the credential that was sent.
  ///   - resource: `nil` unless the server is an OAuth resource server.
  func answer(
    _ context: RequestContext, challenges: [Challenge], resource: ProtectedResource?
  ) -> Answer {
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
    case .fault(.overloaded), .unauthenticated(.overloaded):  // RFC 9110 §15.6.4
      return answer(503, "Too busy; try again", [("Retry-After", "1")], closes: true)
    case .foreignHost: return answer(403, "This host is not served here")
    case .foreignOrigin: return answer(403, "This origin is not allowed")
    case .plaintextPeer: return answer(403, "Only a trusted proxy may connect without TLS")
    case .notFound: return answer(404, "Not found: \(Self.endpoint)")
    case .methodNotAllowed(let methods):
      let isOfMCP = methods == Route.mcp.methods || context.further != nil
      let hint = isOfMCP ? "" : ": \(Self.endpoint)"
      return answer(405, "Method not allowed\(hint)", [("Allow", methods.joined(separator: ", "))])
    case .notAcceptable: return answer(406, "Accept must allow application/json")
    case .unsupportedMediaType: return answer(415, "Content-Type must be application/json")
    case .unauthenticated(.ambiguousCredential):  // RFC 6750 §3.1
      return answer(
        400, "Send one credential", [Challenge(.bearer, error: .invalidRequest).field],
        audit: .unauthenticated(.ambiguousCredential))
    case .unauthenticated(.providerUnavailable):
      // Not 401: the client would sign in again in vain.
      return answer(
        503, "The server cannot verify tokens at the moment; its log says why",
        [("Retry-After", "5")],
        audit: .unauthenticated(.providerUnavailable))
    case .unauthenticated(let reason):  // RFC 9110 §15.5.2: at least one challenge
      return answer(
        401, "Authentication failed",
        challenges.map { (resource?.challenge(error: $0.error) ?? $0).field },
        audit: .unauthenticated(reason))
    case .forbidden(let permission):
      let fields: [(name: String, value: String)] =
        switch identity?.method {
        case .jwt: [Challenge.insufficientScope(permission).field]
        case .guest: challenges.map(\.field)  // a credential may have the permission
        case .oauth where identity?.mayGain(permission) == true:
          resource?.insufficientScope(permission).map { [$0.field] } ?? []
        case .oauth, .apiKey, .basic, nil: []  // a new token would not help
        }
      return answer(
        403, "Permission denied: this needs \(permission.rawValue)", fields,
        audit: identity.map { .forbidden($0, permission) })
    case .signInNeeded(let permission):  // RFC 6750 §3: without a token, no error
      let challenge = resource?.challenge(error: nil, for: permission)
      return answer(
        401, "Sign in: this needs \(permission.rawValue)",
        challenge.map { [$0.field] } ?? challenges.map(\.field),
        audit: .unauthenticated(.missingCredential))
    case .denied(let reason):
      return answer(
        403, "The authority of this server does not allow this call",
        audit: identity.map { .denied($0, reason: reason) })
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
