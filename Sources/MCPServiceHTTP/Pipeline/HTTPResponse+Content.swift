internal import HTTPTransport
internal import MCP
private import Support

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
