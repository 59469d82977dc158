private import Support

/// The paths of the server, with their methods.
///
/// A path is compared as it was sent. `//mcp`, `/%6dcp` and `/mcp/` are other paths, so that no
/// client can bypass a proxy's rule for a path.
enum Route: String {
  case mcp = "/mcp"
  case page = "/"
  case health = "/healthz"
  case metrics = "/metrics"

  /// MCP 2026-07-28 "Earlier Streamable HTTP Revisions": no stream for GET, no session for DELETE.
  var methods: [String] {
    switch self {
    case .mcp: ["POST"]
    case .page, .health, .metrics: ["GET", "HEAD"]
    }
  }

  /// - Throws: `HTTPProblem.methodNotAllowed`
  func check(_ method: String) throws(HTTPProblem) {
    guard methods.contains(method) else { throw .methodNotAllowed(methods) }
  }
}
