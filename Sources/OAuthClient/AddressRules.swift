private import HTTPClient
private import JSON
package import Support

/// Which URLs a remote server may name: in a challenge, in its metadata, or through the metadata of
/// its authorization server.
///
/// A server on the internet must not make this computer call its own network. These rules judge the
/// text of a URL. The `HTTPClient` that the composition passes in judges the address of the socket as
/// well, so that a name cannot hide a private address: `.publicOnly` for a public server, `.trusted`
/// for the origin of a private one (`OutboundRequests`).
package struct AddressRules: Sendable {
  /// Where a host is, as far as its text says.
  enum Place: Sendable, Equatable {
    case loopback
    /// An address that is not reachable in the whole internet, or a number that is no canonical
    /// address: programs read `127.1` and `0x7f000001` as addresses.
    case privateAddress
    case internet
  }

  private let host: String
  private let place: Place

  /// - Parameter server: the origin of the remote server, which the user chose.
  package init(server: Origin) {
    host = server.host
    place = Self.place(of: server.host)
  }

  /// Whether the server may name the URL: `https`, or `http` on the loopback interface if the server
  /// is there too; never a private address, but for the server's own host.
  package func allows(_ url: String) -> Bool {
    // Another scheme, such as `file:`, is no origin. ATTACKS O162
    guard let origin = Origin(of: url) else { return false }
    let target = Self.place(of: origin.host)
    // OAuth 2.1 §1.5
    guard origin.scheme == .https || target == .loopback else { return false }
    switch target {
    case .internet: return true
    case .loopback: return place == .loopback
    // The whole host: another private address may be another machine.
    case .privateAddress: return place == .privateAddress && origin.host.hasSameBytes(as: host)
    }
  }

  static func place(of host: String) -> Place {
    var bytes = Array(host.utf8)
    // RFC 1034 §3.1: the name with a final dot is the same name.
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    if bytes.first == UInt8(ascii: "[") {
      return IPAddress(bytes.dropFirst().dropLast()).map(place) ?? .privateAddress
    }
    if let address = IPAddress(bytes[...]) { return place(of: address) }
    let labels = bytes.split(separator: UInt8(ascii: "."))
    guard let last = labels.last else { return .privateAddress }
    // RFC 6761 §6.3
    if last.elementsEqual("localhost".utf8) { return .loopback }
    // URL Standard, "ends in a number": such a host is an IPv4 address in another spelling.
    if last.allSatisfy(ASCII.isDigit) || last.starts(with: "0x".utf8) { return .privateAddress }
    return .internet
  }

  private static func place(of address: IPAddress) -> Place {
    if address.isLoopback { return .loopback }
    return AddressPolicy.publicOnly.allows(address, allowsLoopback: false)
      ? .internet : .privateAddress
  }
}
