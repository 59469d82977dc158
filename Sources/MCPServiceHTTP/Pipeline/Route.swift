private import Support

/// What a path stands for. Paths are compared as they were sent: `//mcp`, `/%6dcp` and `/mcp/` are
/// others, so that a proxy's rule for a path cannot be got around.
enum Route {
  case mcp, page, health, metrics

  /// `nil` for an unknown path.
  init?(path: String) {
    switch path {
    case "/mcp": self = .mcp
    case "/": self = .page
    case "/healthz": self = .health
    case "/metrics": self = .metrics
    default: return nil
    }
  }

  /// MCP 2026-07-28 "Earlier Streamable HTTP Revisions": no stream to GET, no session to DELETE.
  var methods: [String] { self == .mcp ? ["POST"] : ["GET", "HEAD"] }

  /// - Throws: `HTTPProblem.methodNotAllowed`
  func check(_ method: String) throws(HTTPProblem) {
    guard methods.contains(method) else { throw .methodNotAllowed(methods) }
  }
}
