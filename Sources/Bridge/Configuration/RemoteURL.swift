private import JSON
package import MCPService
private import MCPServiceHTTP
package import Support

/// The address of the remote MCP server, as the person wrote it.
package struct RemoteURL: Sendable, Equatable {
  package let text: String
  package let origin: Origin
  /// Whether the server is on this machine. Only then requests may go there without TLS.
  package let isLoopback: Bool

  /// - Throws: an error for every address but `https`, or `http` to this machine. It does not repeat
  ///   the address, which may have a secret.
  package init(_ text: String) throws(ConfigurationError) {
    guard let (origin, target) = Origin.split(text) else {
      throw Self.error("must be a URL of https:// without a user, spaces and a fragment")
    }
    // Other users of the machine can read the arguments of a program, and the URL names the resource
    // of tokens (RFC 8707 §2).
    guard !target.contains(UInt8(ascii: "?")) else {
      throw Self.error("must have no query, which may have a secret; use --header for one")
    }
    let isLoopback = HTTPConfiguration.isLoopback(origin.host)
    // RFC 9700 §2.6: a credential over plain HTTP can be read on the network.
    guard origin.scheme == .https || isLoopback else {
      throw Self.error("must begin with https://; http:// is only for this machine")
    }
    (self.text, self.origin, self.isLoopback) = (text, origin, isLoopback)
  }

  private static func error(_ problem: String) -> ConfigurationError {
    ConfigurationError("URL", problem, fix: "give one such as https://calculator.example/mcp")
  }
}
