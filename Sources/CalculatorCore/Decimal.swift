private import Support

/// A decimal number of at most 34 significant digits: ±coefficient × 10^exponent.
///
/// The number of digits is that of IEEE 754 decimal128. The range is smaller, from 1e-307 to below
/// 1e308, because clients parse JSON numbers into a binary64.
///
/// Each number has exactly one representation, so that `==` is numeric equality: the coefficient
/// has no trailing zeros, and zero has no sign.
package struct Decimal: Sendable, Hashable {
  package static let maximumDigits = 34
  /// The largest power of ten of the leading digit. The smallest one is its negative.
  package static let maximumExponent = 307

  package let isNegative: Bool
  package let coefficient: UInt128
  package let exponent: Int

  /// Normalizes the representation. The caller checks the number of digits and the range.
  init(isNegative: Bool, coefficient: UInt128, exponent: Int) {
    let (stripped, zeros) = coefficient.strippingTrailingZeros()
    self.coefficient = stripped
    self.isNegative = isNegative && stripped != 0
    self.exponent = stripped == 0 ? 0 : exponent + zeros
  }

  package init(_ value: Int) {
    self.init(isNegative: value < 0, coefficient: UInt128(value.magnitude), exponent: 0)
  }

  package var isZero: Bool { coefficient == 0 }

  /// A coefficient has no trailing zeros, so only a fraction needs a negative exponent.
  package var isInteger: Bool { exponent >= 0 }

  /// An integer with a positive exponent is a multiple of ten, so it is even.
  var isOddInteger: Bool { exponent == 0 && coefficient % 2 == 1 }

  /// The power of ten of the leading digit. It has no meaning for zero.
  var leadingExponent: Int { exponent + coefficient.digitCount - 1 }
}
