/// 128 bits, such as an IPv6 address or half of a digest, for values that async functions hold.
///
/// It does not store a `UInt128`: that needs an alignment of 16 bytes, which the frame of an async
/// function does not have in Swift 6.3. The process then crashes when the function resumes.
package struct Bits128: Sendable, Hashable, ExpressibleByIntegerLiteral {
  private let high: UInt64
  private let low: UInt64

  package init(_ value: UInt128) {
    high = UInt64(truncatingIfNeeded: value >> 64)
    low = UInt64(truncatingIfNeeded: value)
  }

  package init(integerLiteral value: UInt64) { self.init(UInt128(value)) }

  package var value: UInt128 { UInt128(high) << 64 | UInt128(low) }
}
