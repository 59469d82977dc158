internal import HTTPTransport
private import Support

/// The origins whose web pages may call this server from a browser (CORS, Fetch standard §3.2). By
/// default there are none.
///
/// An origin is an exact text: scheme, host and port, as a browser sends it (RFC 6454 §6.2). There
/// is no wildcard and no `Access-Control-Allow-Credentials`. A page must send a credential of its
/// own, so it has no more rights than any other client.
package struct AllowedOrigins: Sendable {
  /// The header fields of an MCP request that a page may send only with permission (Fetch standard
  /// §2.2.2).
  private static let requestFields =
    "Authorization, Content-Type, X-API-Key, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
    + "Mcp-Session-Id, Accept, Last-Event-ID"
  /// The response fields that a page may read only with permission.
  private static let responseFields =
    "WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, MCP-Protocol-Version, "
    + "Mcp-Session-Id"
  /// In seconds: two hours, the longest time that Chromium caches the response to a preflight
  /// request.
  private static let maximumAge = "7200"

  private let origins: [String]

  /// - Parameter origins: texts for which `isOrigin` is true.
  package init(_ origins: [String]) { self.origins = origins }

  /// The allowed origin of a request; `nil` if the request has no origin or another one.
  func match(_ sent: [String]) -> String? {
    guard let origin = sent.first, sent.count == 1 else { return nil }
    return origins.first { $0.utf8.elementsEqual(origin.utf8) }
  }

  /// The response to a preflight request. A browser sends that without a credential.
  static func preflight(_ methods: [String]) -> HTTPResponse {
    HTTPResponse(
      status: 204,
      fields: [
        ("Access-Control-Allow-Methods", methods.joined(separator: ", ")),
        ("Access-Control-Allow-Headers", requestFields), ("Access-Control-Max-Age", maximumAge),
      ])
  }

  /// Adds the fields of every response to an allowed origin.
  static func add(_ origin: String, to fields: inout [(name: String, value: String)]) {
    fields.append(("Access-Control-Allow-Origin", origin))
    fields.append(("Access-Control-Expose-Headers", responseFields))
    fields.append(("Vary", "Origin"))
  }

  /// Whether `text` is an origin in the form that browsers send: in lower case, without a path, and
  /// without the default port of the scheme. Any scheme is allowed, because extensions and apps
  /// have their own.
  static func isOrigin(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes[colon...].starts(with: "://".utf8)
    else { return false }
    let scheme = bytes[..<colon]
    let authority = bytes[(colon + 3)...]
    // RFC 3986 §3.1
    guard let first = scheme.first, isLetter(first),
      scheme.allSatisfy({ isLetter($0) || 0x30...0x39 ~= $0 || "+-.".utf8.contains($0) }),
      let name = AllowedHosts.name(authority), authority.starts(with: name.utf8)
    else { return false }
    let port = authority.dropFirst(name.utf8.count).dropFirst()
    if port.isEmpty { return authority.count == name.utf8.count }
    let number = Int(String(decoding: port, as: UTF8.self))
    guard let number, 1...65_535 ~= number, port.first != UInt8(ascii: "0") else { return false }
    return !(scheme.elementsEqual("http".utf8) && number == 80)
      && !(scheme.elementsEqual("https".utf8) && number == 443)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
  }
}
