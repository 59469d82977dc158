package import Support

/// The proxies whose `X-Forwarded-For` field is trusted (ASVS 15.3.4).
package struct TrustedProxies: Sendable {
  private let networks: [IPNetwork]

  package init(_ networks: [IPNetwork]) { self.networks = networks }

  package var isEmpty: Bool { networks.isEmpty }

  package func contains(_ address: IPAddress) -> Bool {
    networks.contains { $0.contains(address) }
  }

  /// The client's address: the rightmost address that is not a trusted proxy.
  ///
  /// Each proxy appends the address that it saw, so an entry further to the left may be forged. The
  /// search stops at an entry that is not an address. The result is then the proxy that wrote the
  /// entry.
  /// - Parameter forwardedFor: the values of `X-Forwarded-For`, one per field line.
  package func client(peer: IPAddress, forwardedFor: [String]) -> IPAddress {
    var client = peer
    for line in forwardedFor.reversed() {
      // ATTACKS H34: split at the comma's byte. A value of the client that ends in U+0600 would form
      // one Character with the comma that the proxy adds.
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
