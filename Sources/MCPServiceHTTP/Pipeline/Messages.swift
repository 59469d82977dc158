package import Auth
internal import HTTPTransport
internal import MCP
private import MCPService
package import Support

extension HTTPResponse {
  /// The response must not be cached (RFC 9111 §5.2.2.5) and not be interpreted as HTML.
  static func json(_ reply: Reply, status: Int = 200) -> HTTPResponse {
    json(reply.serialized(), status: status)
  }

  static func json(_ body: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status,
      fields: [
        ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
      ], body: body)
  }

  static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> HTTPResponse {
    HTTPResponse(
      status: 200,
      fields: [
        ("Content-Type", type), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
      ], body: Array(text.utf8))
  }
}

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

extension Client {
  package init(_ address: IPAddress) {
    self.init(
      address: address.rateLimitPrefix,
      network: address.rateLimitPrefixes.last ?? address.rateLimitPrefix)
  }
}

extension Credential {
  /// The credential in the head of a request.
  init(_ request: HTTPRequest) {
    self.init(
      authorization: request.fields["Authorization"], apiKey: request.fields["X-API-Key"])
    // RFC 6750 §2.3 allows tokens in the query, where every log contains them; OAuth 2.1 §5.1.2
    // removed this. Alone such a token is not a credential. Together with another credential the
    // request is ambiguous.
    let hasToken = request.query?.utf8.split(separator: UInt8(ascii: "&"))
      .contains { $0.starts(with: "access_token=".utf8) }
    if hasToken == true {
      guard case .none = self else {
        self = .ambiguous
        return
      }
    }
  }
}
