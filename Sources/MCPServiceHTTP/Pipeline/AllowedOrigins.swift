internal import HTTPTransport
private import Support

/// The web pages of other origins that may call this server from a browser (CORS, Fetch standard
/// §3.2). Without a setting there are none.
///
/// An origin is an exact text: scheme, host and port, as a browser sends it (RFC 6454 §6.2). There
/// is no wildcard and no `Access-Control-Allow-Credentials`: a page must have a credential itself,
/// so that it can do no more than any other client.
package struct AllowedOrigins: Sendable {
  /// What a request of MCP has beyond the fields that every page may send (Fetch standard §2.2.2).
  private static let requestFields =
    "Authorization, Content-Type, X-API-Key, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
    + "Mcp-Session-Id, Accept, Last-Event-ID"
  /// What a page may read beyond the fields that it may always read.
  private static let responseFields =
    "WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, MCP-Protocol-Version, "
    + "Mcp-Session-Id"
  /// In seconds: two hours, the longest that Chromium keeps the response to a preflight request.
  private static let maximumAge = "7200"

  private let origins: [String]

  /// - Parameter origins: each as `isOrigin` takes it.
  package init(_ origins: [String]) { self.origins = origins }

  /// The allowed origin that a request comes from; `nil` for every other, and for none.
  func match(_ sent: [String]) -> String? {
    guard let origin = sent.first, sent.count == 1 else { return nil }
    return origins.first { $0.utf8.elementsEqual(origin.utf8) }
  }

  /// MCP 2026-07-28 basic/transports/streamable-http, "Security & Endpoint" 1; ATTACKS H25.
  /// - Parameter hosts: our own names; a page that this server or its neighbour on the same machine
  ///   serves may send requests, but reads no response unless its origin is allowed.
  /// - Throws: `HTTPProblem.foreignOrigin`
  func check(_ sent: [String], or hosts: AllowedHosts) throws(HTTPProblem) {
    guard let origin = sent.first else { return }
    // RFC 6454 §7.3: a browser sends one.
    guard sent.count == 1, match(sent) != nil || hosts.contain(origin: origin) else {
      throw .foreignOrigin
    }
  }

  /// The response to a preflight request, which a browser sends without any credential.
  static func preflight(_ route: Route) -> HTTPResponse {
    HTTPResponse(
      status: 204,
      fields: [
        ("Access-Control-Allow-Methods", route.methods.joined(separator: ", ")),
        ("Access-Control-Allow-Headers", requestFields), ("Access-Control-Max-Age", maximumAge),
      ])
  }

  /// What every response to an allowed origin has.
  static func add(_ origin: String, to fields: inout [(name: String, value: String)]) {
    fields.append(("Access-Control-Allow-Origin", origin))
    fields.append(("Access-Control-Expose-Headers", responseFields))
    fields.append(("Vary", "Origin"))
  }

  /// Whether `text` is an origin as browsers send it: in lower case, without a path, without the
  /// port that the scheme implies. Any scheme may be there: extensions and apps have their own.
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
