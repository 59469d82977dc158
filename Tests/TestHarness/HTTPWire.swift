/// Responses byte for byte, at the start time of the clock.
package enum HTTPWire {
  /// - Parameter fields: lines after those of every response.
  package static func reply(
    _ status: String, _ body: String, _ fields: [String] = [], closes: Bool = false
  ) -> String {
    let lines =
      [
        "HTTP/1.1 \(status)", "Date: Tue, 28 Jul 2026 00:00:00 GMT",
        "Content-Length: \(body.utf8.count)",
      ] + (closes ? ["Connection: close"] : []) + [
        "Content-Type: application/json", "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
      ] + fields
    return (lines + ["", body]).joined(separator: "\r\n")
  }

  /// The response that refuses a request with this status.
  package static func refusal(
    _ status: String, _ message: String, _ fields: [String] = [], closes: Bool = false
  ) -> String {
    let code = Int(status.prefix(3)) ?? 0
    return reply(status, Wire.error(code, message, id: "null"), fields, closes: closes)
  }

  /// The reply as the last one of its connection.
  package static func closing(_ reply: String) -> String {
    reply.replacing("\r\nContent-Type:", with: "\r\nConnection: close\r\nContent-Type:")
  }

  package static let bearer = #"WWW-Authenticate: Bearer realm="calculator""#
  package static let basic = #"WWW-Authenticate: Basic realm="calculator", charset="UTF-8""#
  /// The 401 for a request without a credential, or with one without a known scheme.
  package static let unauthenticated = unauthenticated(bearer, basic)
  /// The 401 for a wrong key.
  package static let badKey = unauthenticated(bearer)
  package static let badToken = unauthenticated(bearer + #", error="invalid_token""#)
  package static let badPassword = unauthenticated(basic)
  package static func unauthenticated(_ challenges: String...) -> String {
    refusal("401 Unauthorized", "Authentication failed", challenges)
  }
  package static let conflict = refusal(
    "400 Bad Request", "Send one credential", [bearer + #", error="invalid_request""#])
  package static let malformed = refusal("400 Bad Request", "Bad request", closes: true)
}
