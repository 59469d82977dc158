/// An address, or all addresses that begin with the same bits (RFC 4632 §3.1).
package struct IPNetwork: Sendable, Hashable {
  private let first: IPAddress
  private let hostBits: Int

  /// `10.0.0.0/8`, `2001:db8::/32`, or an address alone; `nil` where bits after the prefix are set.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])) else { return nil }
    let length = address.isV4 ? 32 : 128
    var prefix = length
    if parts.count == 2 {
      guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(ASCII.isDigit),
        parts[1] == "0" || parts[1].first != "0", let number = Int(parts[1]), number <= length
      else { return nil }
      prefix = number
    }
    hostBits = length - prefix
    first = address
    guard address.bits.trailingZeroBitCount >= hostBits else { return nil }
  }

  package func contains(_ address: IPAddress) -> Bool {
    // ::/0 is not meant for IPv4, though a mapped address would fit.
    address.isV4 == first.isV4 && address.bits >> hostBits == first.bits >> hostBits
  }
}
