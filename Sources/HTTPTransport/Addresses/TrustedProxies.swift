private import Support

/// The proxies whose word about a client's address counts (ASVS 15.3.4).
package struct TrustedProxies: Sendable {
  private let networks: [IPNetwork]

  package init(_ networks: [IPNetwork]) { self.networks = networks }

  package var isEmpty: Bool { networks.isEmpty }

  package func contains(_ address: IPAddress) -> Bool {
    networks.contains { $0.contains(address) }
  }

  /// Who sent the request: the rightmost address that is no trusted proxy.
  ///
  /// Each proxy appends the address it saw, so what stands further to the left may be invented.
  /// An entry that is no address ends the walk at the proxy that wrote it.
  /// - Parameter forwardedFor: the values of X-Forwarded-For, one for each line.
  package func client(peer: IPAddress, forwardedFor: [String]) -> IPAddress {
    var client = peer
    for line in forwardedFor.reversed() {
      // ATTACKS H34: the separator is a byte. As a Character, the comma may merge with what a client
      // sent before it.
      var unread: ArraySlice<UInt8>? = Array(line.utf8)[...]
      while let entries = unread {
        let comma = entries.lastIndex(of: UInt8(ascii: ","))
        let entry = entries[(comma.map { $0 + 1 } ?? entries.startIndex)...]
        guard contains(client), let address = Self.address(ASCII.trimmed(entry)) else {
          return client
        }
        client = address
        unread = comma.map { entries[..<$0] }
      }
    }
    return client
  }

  /// An address as proxies write it: bare, in brackets, or with a port.
  private static func address(_ entry: ArraySlice<UInt8>) -> IPAddress? {
    if let address = IPAddress(entry) { return address }
    let isBracketed = entry.first == UInt8(ascii: "[")
    let text = isBracketed ? entry.dropFirst() : entry
    let end = UInt8(ascii: isBracketed ? "]" : ":")
    let parts = text.split(separator: end, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]) else { return nil }
    if isBracketed {
      // RFC 3986 §3.2.2: brackets are for IPv6.
      guard parts[0].contains(UInt8(ascii: ":")) else { return nil }
      if parts[1].isEmpty { return address }
      guard parts[1].first == UInt8(ascii: ":") else { return nil }
    }
    let port = isBracketed ? parts[1].dropFirst() : parts[1]
    return ASCII.decimal(port, maximum: 65_535) == nil ? nil : address
  }
}
