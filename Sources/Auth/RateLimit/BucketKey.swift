private import Support

/// Whose bucket it is, in 16 bytes however long the name is.
///
/// Names are hashed under the random seed of this process, twice: nobody outside of it finds a name
/// with the key of another one, or of an address.
package struct BucketKey: Sendable, Hashable {
  private let value: UInt128

  /// The same for every token of one user, so that a new `jti` brings no new bucket (R7).
  package init(_ identity: Identity) {
    var first = Hasher()
    first.combine(identity.method)
    // Byte by byte: String itself hashes two spellings of "é" to one.
    for byte in identity.subject.utf8 { first.combine(byte) }
    var second = first
    second.combine(0 as UInt8)
    value = UInt128(Self.bits(first)) << 64 | UInt128(Self.bits(second))
  }

  /// An IP address; of IPv6 the /64, inside of which anybody has as many as they like (R3).
  package init(address: UInt128) { value = address }

  /// In two halves, each of which is one step of the hash; 128 bits at once take a longer way.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(UInt64(truncatingIfNeeded: value))
    hasher.combine(UInt64(truncatingIfNeeded: value >> 64))
  }

  private static func bits(_ hasher: Hasher) -> UInt64 {
    UInt64(UInt(bitPattern: hasher.finalize()))
  }
}
