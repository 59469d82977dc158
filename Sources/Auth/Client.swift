package import Support

/// The origin of a request, as the transport sees it. It is used for limits, never for access
/// control.
package struct Client: Sendable, Equatable {
  /// The IPv4 address, or the /64 of the IPv6 address: a client can use every address of its /64
  /// (R3).
  package let address: Bits128
  /// The network of one customer: the IPv4 address, or the /48 of the IPv6 address.
  package let network: Bits128

  package init(address: Bits128, network: Bits128) {
    self.address = address
    self.network = network
  }

  /// The client of a server over stdio.
  package static let local = Client(address: 0, network: 0)
}
