package import Support

/// Where a request comes from, as far as the transport knows: for limits, never for access.
package struct Client: Sendable, Equatable {
  /// An IP address; of IPv6 the /64, inside of which anybody has as many as they like (R3).
  package let address: Bits128
  /// What one customer of a network may have: an IPv4 address, or a /48.
  package let network: Bits128

  package init(address: Bits128, network: Bits128) {
    self.address = address
    self.network = network
  }

  /// The process at the other end of a pipe.
  package static let local = Client(address: 0, network: 0)
}
