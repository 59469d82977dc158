private import Support

/// The paths of the server, with their methods.
///
/// A path is compared as it was sent. `//mcp`, `/%6dcp` and `/mcp/` are other paths, so that no
/// client can bypass a proxy's rule for a path.
enum Route {
  case mcp
  case page
  case health
  case metrics
  /// Only an OAuth resource server has it.
  case metadata

  /// `nil` for every other path.
  init?(_ path: String, hasMetadata: Bool) {
    switch path {
    case "/mcp": self = .mcp
    case "/": self = .page
    case "/healthz": self = .health
    case "/metrics": self = .metrics
    // RFC 9728 §3.1: the path of the resource follows the well-known name. Some clients ask without
    // it (MCP 2026-07-28 authorization-server-discovery).
    case "/.well-known/oauth-protected-resource/mcp" where hasMetadata,
      "/.well-known/oauth-protected-resource" where hasMetadata:
      self = .metadata
    default: return nil
    }
  }

  /// MCP 2026-07-28 "Earlier Streamable HTTP Revisions": no stream for GET, no session for DELETE.
  var methods: [String] {
    switch self {
    case .mcp: ["POST"]
    case .page, .health, .metrics, .metadata: ["GET", "HEAD"]
    }
  }
}
