private import SystemC
private import Support

extension String {
  /// Whether both are the same code unit by code unit (RFC 8259 §8.3, RFC 7519 §7.3).
  ///
  /// Swift's `==` is canonical equivalence: "é" composed and decomposed would be one name, and the
  /// Kelvin sign would be "K". The time depends on the texts, so this is not for secrets.
  package func hasSameBytes(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    let result = unsafe utf8.withContiguousStorageIfAvailable { a in
      unsafe other.utf8.withContiguousStorageIfAvailable { b in
        guard let start = a.baseAddress, let other = b.baseAddress, !b.isEmpty else {
          return true  // both empty
        }
        // Most names differ in the first byte.
        return unsafe start.pointee == other.pointee && memcmp(start, other, b.count) == 0
      }
    }
    return (result ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}
