internal import HTTPTransport
internal import Support

/// The host names that clients may use for this server.
///
/// A web page whose name resolves to this server (DNS rebinding) sends its own name as `Host`.
/// Received text is compared as bytes, in one pass (ATTACKS H34).
package struct AllowedHosts: Sendable {
  /// The longest host with its port, in bytes: a DNS name has at most 253 (RFC 1035 §2.3.4).
  private static let maximumLength = 260

  private let names: Set<String>

  /// - Parameter names: host names in addition to those of the loopback, in lower case; an IPv6
  ///   address is in brackets.
  package init(_ names: [String]) {
    self.names = Set(names).union(["localhost", "127.0.0.1", "[::1]"])
  }

  /// MCP 2026-07-28 basic/transports/streamable-http, "Security & Endpoint" 1; ATTACKS H26.
  /// - Throws: `HTTPProblem.foreignHost`
  func check(_ hosts: [String], for route: Route?) throws(HTTPProblem) {
    // A probe uses the address of a machine or a container. The response says only "ok".
    if route == .health { return }
    guard let host = hosts.first, let name = Self.name(host.utf8),
      names.contains(name) || route == .metrics && Self.isAddress(name)
    else { throw .foreignHost }
  }

  /// Whether an origin has an allowed host name, with any port.
  func contain(origin: String) -> Bool {
    Self.authority(of: origin).flatMap(Self.name).map(names.contains) ?? false
  }

  // MARK: Parsing

  /// The form of an address in an authority.
  static func name(_ address: IPAddress) -> String {
    address.isV4 ? address.description : "[\(address)]"
  }

  /// The name or address in an authority, in lower case and without the port; `nil` if the text is
  /// not an authority (RFC 3986 §3.2) or not ASCII.
  static func name(_ authority: some Collection<UInt8>) -> String? {
    guard authority.count <= maximumLength else { return nil }
    var bytes = Array(authority)
    if let colon = bytes.lastIndex(of: UInt8(ascii: ":")),
      !bytes[colon...].contains(UInt8(ascii: "]"))
    {
      let port = bytes[(colon + 1)...]
      guard port.count <= 5, port.allSatisfy({ 0x30...0x39 ~= $0 }),
        port.reduce(0, { $0 * 10 + Int($1 - 0x30) }) <= 65_535
      else { return nil }
      bytes.removeSubrange(colon...)
    }
    let isLiteral = bytes.first == UInt8(ascii: "[")
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes[index] |= 0x20
      case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x30...0x39, UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "_"):
        break
      case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"):
        guard isLiteral else { return nil }
      default: return nil
      }
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes after the scheme `http` or `https` (RFC 6454 §7). A page without an origin sends
  /// "null", which has no scheme.
  static func authority(of origin: String) -> ArraySlice<UInt8>? {
    let bytes = Array(origin.utf8)
    for scheme in ["http://", "https://"] where bytes.starts(with: scheme.utf8) {
      return bytes[scheme.utf8.count...]
    }
    return nil
  }

  /// Whether `name` is an IP literal. A browser sends one only if it connects to the address
  /// itself, so no DNS name was rebound.
  private static func isAddress(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]"), bytes.count > 2 else {
      return IPAddress(name)?.isV4 == true
    }
    let inner = bytes[1..<(bytes.count - 1)]
    return inner.contains(UInt8(ascii: ":"))
      && IPAddress(String(decoding: inner, as: UTF8.self)) != nil
  }
}
