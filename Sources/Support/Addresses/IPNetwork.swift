/// A single address, or all addresses with the same prefix (RFC 4632 §3.1).
package struct IPNetwork: Sendable, Hashable {
  private let first: IPAddress
  private let hostBits: Int

  /// Parses `10.0.0.0/8`, `2001:db8::/32` or a single address. `nil` for any other text, and if
  /// bits after the prefix are set.
  package init?(_ text: String) {
    let parts = Array(text.utf8).split(
      separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(parts[0]) else { return nil }
    var prefix = address.length
    if parts.count == 2 {
      let isCanonical = parts[1].count == 1 || parts[1].first != UInt8(ascii: "0")
      guard isCanonical, let number = ASCII.decimal(parts[1], maximum: address.length) else {
        return nil
      }
      prefix = number
    }
    hostBits = address.length - prefix
    first = address
    guard address.bits.trailingZeroBitCount >= hostBits else { return nil }
  }

  /// The network of `address` with a prefix of `prefix` bits.
  /// - Precondition: 0 ≤ `prefix` ≤ `address.length`.
  package init(of address: IPAddress, prefix: Int) {
    hostBits = address.length - prefix
    first = IPAddress(bits: (address.bits >> hostBits) << hostBits)
  }

  package func contains(_ address: IPAddress) -> Bool {
    // ::/0 does not contain IPv4 addresses, although a mapped address would match.
    address.isV4 == first.isV4 && address.bits >> hostBits == first.bits >> hostBits
  }
}
