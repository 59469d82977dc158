internal import Auth
internal import HTTPTransport
internal import MCP
private import MCPService
private import Support

extension RefusedName {
  /// The refused host, origin or peer, for the log; `nil` for every other problem.
  init?(_ problem: HTTPProblem, _ request: HTTPRequest) {
    switch problem {
    case .foreignHost:
      self.init(.host, request.fields["Host"].first ?? "", setting: Settings.allowedHosts.name)
    case .foreignOrigin,
      // The preflight request of a page whose host is allowed, but not its origin.
      .methodNotAllowed where request.method == "OPTIONS":
      let origins = request.fields["Origin"]
      if origins.isEmpty { return nil }
      self.init(
        .origin, origins.joined(separator: ", "), setting: Settings.allowedOrigins.name)
    case .plaintextPeer:
      self.init(.peer, request.peer.description, setting: Settings.trustedProxies.name)
    default: return nil
    }
  }
}

extension RequestHeaders {
  init(_ fields: HTTPFields) {
    self.init(
      versions: fields["MCP-Protocol-Version"], methods: fields["Mcp-Method"],
      names: fields["Mcp-Name"])
  }
}
