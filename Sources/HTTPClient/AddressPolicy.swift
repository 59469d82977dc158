package import Support

/// The addresses that a client may connect to. The policy judges the address of the socket, not the
/// text of the URL, so that no name and no form of a number evades it (ATTACKS O40).
package enum AddressPolicy: Sendable {
  /// For origins that the operator named: also private addresses.
  case trusted
  /// For URLs that somebody else chose: only addresses that are reachable in the whole internet.
  case publicOnly

  /// Whether the policy allows a connection to the address. An IPv4-mapped IPv6 address is judged as
  /// the IPv4 address.
  package func allows(_ address: IPAddress, allowsLoopback: Bool) -> Bool {
    if address.isLoopback { return allowsLoopback }
    return switch self {
    case .trusted: !Self.neverAllowed.contains { $0.contains(address) }
    case .publicOnly:
      (address.isV4 || Self.globalUnicast.contains { $0.contains(address) })
        && !Self.notPublic.contains { $0.contains(address) }
    }
  }

  /// Addresses that are no server of an operator. 169.254.169.254 has the credentials of a cloud's
  /// virtual machine.
  private static let neverAllowed = networks([
    "0.0.0.0/8",  // "this network", RFC 791 §3.2; 0.0.0.0 connects to this machine
    "169.254.0.0/16",  // link-local, RFC 3927
    "224.0.0.0/4",  // multicast, RFC 5771
    "255.255.255.255",  // limited broadcast, RFC 8190
    "::/96",  // unspecified, and IPv4-compatible, RFC 4291 §2.5.2 and §2.5.5.1
    "64:ff9b::/96",  // contains an IPv4 address, RFC 6052: name the IPv4 address instead
    "64:ff9b:1::/48",  // contains an IPv4 address, RFC 8215
    "2002::/16",  // contains an IPv4 address: 6to4, RFC 3056
    "fe80::/10",  // link-local, RFC 4291
    "ff00::/8",  // multicast, RFC 4291 §2.7
  ])

  /// The IPv6 addresses that are assigned for the internet (RFC 4291 §2.4, IANA registry).
  private static let globalUnicast = networks(["2000::/3"])

  /// The special-purpose addresses that are not globally reachable (RFC 6890 and its registries).
  private static let notPublic = networks([
    "0.0.0.0/8",  // "this network", RFC 791 §3.2
    "10.0.0.0/8",  // private use, RFC 1918
    "100.64.0.0/10",  // shared address space of providers, RFC 6598
    "169.254.0.0/16",  // link-local, RFC 3927
    "172.16.0.0/12",  // private use, RFC 1918
    "192.0.0.0/24",  // IETF protocol assignments, RFC 6890 §2.1
    "192.0.2.0/24",  // documentation, RFC 5737
    "192.88.99.0/24",  // 6to4 relays, deprecated, RFC 7526
    "192.168.0.0/16",  // private use, RFC 1918
    "198.18.0.0/15",  // benchmarking, RFC 2544
    "198.51.100.0/24",  // documentation, RFC 5737
    "203.0.113.0/24",  // documentation, RFC 5737
    "224.0.0.0/4",  // multicast, RFC 5771
    "240.0.0.0/4",  // reserved, RFC 1112 §4, and limited broadcast, RFC 8190
    "2001::/23",  // IETF protocol assignments, RFC 2928; Teredo, RFC 4380
    "2001:db8::/32",  // documentation, RFC 3849
    "2002::/16",  // contains an IPv4 address: 6to4, RFC 3056
    "3fff::/20",  // documentation, RFC 9637
  ])

  private static func networks(_ texts: [String]) -> [IPNetwork] {
    texts.map { text in
      guard let network = IPNetwork(text) else { fatalError("\(text) is not a network") }
      return network
    }
  }
}
