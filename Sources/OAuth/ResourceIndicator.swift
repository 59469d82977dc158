private import JSON
private import Support

/// The only resource of this server, and the texts by which clients name it (RFC 8707 §2).
package struct ResourceIndicator: Sendable {
  /// The audience of the tokens: the base URL with `/mcp`.
  package let text: String
  private let accepted: [[UInt8]]

  /// - Parameter base: `https://host` or `https://host:port`, without a slash at its end.
  package init(base: String) {
    text = base + "/mcp"
    // Clients that know only the origin send it, with or without a slash.
    accepted = [text, base, base + "/"].map { Self.withLowercaseOrigin(Array($0.utf8)) }
  }

  /// - Parameter parameter: the value of `resource`. Absent, it means the only resource.
  /// - Throws: `OAuthProblem` with `invalid_target`: another resource (RFC 8707 §2).
  package func check(_ parameter: String?) throws(OAuthProblem) {
    guard let parameter, !parameter.hasSameBytes(as: text) else { return }
    guard accepted.contains(Self.withLowercaseOrigin(Array(parameter.utf8))) else {
      throw OAuthProblem(.invalidTarget, "This server issues tokens only for its own resource.")
    }
  }

  /// Scheme and host may be written in either case (RFC 3986 §6.2.2.1), a path may not.
  private static func withLowercaseOrigin(_ url: [UInt8]) -> [UInt8] {
    let slashes = url.indices.lazy.filter { url[$0] == UInt8(ascii: "/") }
    let end = slashes.dropFirst(2).first ?? url.endIndex
    return url[..<end].map(ASCII.lowercase) + url[end...]
  }
}
