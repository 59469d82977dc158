internal import Auth
internal import HTTPTransport
internal import MCP

extension HTTPResponse {
  /// Nothing that may be shown to somebody else later (RFC 9111 §5.2.2.5), or taken for a page.
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
        ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
      ], body: Array(text.utf8))
  }
}

extension MirroredFields {
  init(_ fields: HTTPFields) {
    self.init(
      versions: fields["MCP-Protocol-Version"], methods: fields["Mcp-Method"],
      names: fields["Mcp-Name"])
  }
}

extension PresentedCredential {
  /// - Throws: `Refusal.conflictingCredentials`
  init(_ head: HTTPRequestHead) throws(Refusal) {
    do throws(CredentialConflict) {
      try self.init(
        authorization: head.fields["Authorization"], apiKey: head.fields["X-API-Key"])
    } catch {
      throw .conflictingCredentials
    }
    // RFC 6750 §2.3 puts tokens into the query, where every log has them: OAuth 2.1 §5.1.2 ended
    // that. Alone it is no credential; beside one, nobody knows which of them counts.
    let hasToken = head.query?.split(separator: "&").contains { $0.hasPrefix("access_token=") }
    if hasToken == true {
      guard case .none = self else { throw .conflictingCredentials }
    }
  }
}
