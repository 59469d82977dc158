internal import HTTPTransport

/// What a path stands for. Paths are compared as they were sent: `//mcp`, `/%6dcp` and `/mcp/` are
/// others, so that a proxy's rule for a path cannot be got around.
enum Route {
  case mcp, page, health, metrics

  /// - Throws: `Refusal.notFound`, `.methodNotAllowed`
  init(_ head: HTTPRequestHead) throws(Refusal) {
    switch head.path {
    case "/mcp": self = .mcp
    case "/": self = .page
    case "/healthz": self = .health
    case "/metrics": self = .metrics
    default: throw .notFound
    }
    // MCP 2026-07-28 "Earlier Streamable HTTP Revisions": no stream to GET, no session to DELETE.
    let methods = self == .mcp ? ["POST"] : ["GET", "HEAD"]
    guard methods.contains(head.method) else { throw .methodNotAllowed(methods) }
  }
}
