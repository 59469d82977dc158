internal import HTTPTransport

/// The names under which this server is called: what keeps a web page whose name was made to point
/// here (DNS rebinding) from calling it.
package struct AllowedHosts: Sendable {
  private let names: Set<String>

  /// - Parameter names: beside the loopback's, in lower case, an IPv6 address in brackets.
  package init(_ names: [String]) {
    self.names = Set(names).union(["localhost", "127.0.0.1", "[::1]"])
  }

  /// MCP 2026-07-28 basic/transports/streamable-http, "Security & Endpoint" 1.
  /// - Throws: `Refusal.foreignHost`, `.foreignOrigin`
  func check(_ head: HTTPRequestHead) throws(Refusal) {
    guard let host = head.fields["Host"].first, contain(host[...]) else { throw .foreignHost }
    for origin in head.fields["Origin"] {
      guard let authority = Self.authority(of: origin), contain(authority) else {
        throw .foreignOrigin
      }
    }
  }

  /// Whether `authority` is one of ours, at whatever port.
  private func contain(_ authority: Substring) -> Bool {
    Self.name(authority).map(names.contains) ?? false
  }

  /// An address as it stands in an authority.
  static func name(_ address: IPAddress) -> String {
    address.description.contains(":") ? "[\(address)]" : address.description
  }

  /// The name or address in an authority, in lower case; `nil` where it is none (RFC 3986 §3.2).
  static func name(_ authority: Substring) -> String? {
    var name = authority
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      let port = authority[colon...].utf8.dropFirst()
      guard port.count <= 5, port.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
      name = authority[..<colon]
    }
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        true
      case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"):
        name.utf8.first == UInt8(ascii: "[")
      default: false
      }
    }
    return isName && !name.isEmpty ? name.lowercased() : nil
  }

  /// RFC 6454 §7: a scheme and an authority. A page without an origin says "null", which is none.
  static func authority(of origin: String) -> Substring? {
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
      return origin.dropFirst(scheme.count)
    }
    return nil
  }
}
