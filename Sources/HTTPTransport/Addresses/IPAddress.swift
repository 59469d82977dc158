/// An IPv4 or IPv6 address; an IPv4 address that is mapped into IPv6 is the IPv4 address
/// (RFC 4291 §2.5.5.2).
package struct IPAddress: Sendable, Hashable {
  /// IPv6 as it is, IPv4 as ::ffff:a.b.c.d.
  let bits: UInt128

  init(bits: UInt128) { self.bits = bits }
}
