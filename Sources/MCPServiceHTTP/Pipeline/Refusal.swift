internal import Auth
internal import HTTPTransport
internal import MCP
private import Support

/// Every way in which a request over HTTP gets no result.
enum Refusal: Error {
  case fault(HTTPFault)
  case foreignHost
  case foreignOrigin
  /// Plain HTTP from a peer that is no trusted proxy.
  case plaintextPeer
  case notFound
  case methodNotAllowed([String])
  case tooManyFailures(RateDecision)
  case conflictingCredentials
  case unauthenticated(AuthenticationFailure)
  case tooManyRequests(RateDecision)
  case unsupportedMediaType
  case notAcceptable
  case rpc(RPCError, isModern: Bool)
  case forbidden(Permission)
}
