private import SystemC
private import Support

extension String {
  /// Whether both texts have the same code units (RFC 8259 §8.3, RFC 7519 §7.3).
  ///
  /// Swift's `==` compares by canonical equivalence: "é" composed equals "é" decomposed, and the
  /// Kelvin sign equals "K". The time depends on the texts, so do not compare secrets with this
  /// function.
  package func hasSameBytes(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    let result = unsafe utf8.withContiguousStorageIfAvailable { a in
      unsafe other.utf8.withContiguousStorageIfAvailable { b in
        guard let start = a.baseAddress, let other = b.baseAddress, !b.isEmpty else {
          return true  // both empty
        }
        // Check the first byte before the call: most names differ in it.
        return unsafe start.pointee == other.pointee && memcmp(start, other, b.count) == 0
      }
    }
    return (result ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}
