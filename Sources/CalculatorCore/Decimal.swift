private import Support

/// A decimal number of at most 34 significant digits: ±coefficient × 10^exponent.
///
/// The digits are those of an IEEE 754 decimal128. The range is smaller, 1e-307 up to below 1e308,
/// because clients read JSON numbers into a binary64, which holds no more.
/// Each number has one form only, so that `==` is numeric equality: the coefficient has no trailing
/// zeros, and zero has no sign.
package struct Decimal: Sendable, Hashable {
  package static let maximumDigits = 34
  /// The largest power of ten of a leading digit; its negative is the smallest.
  package static let maximumExponent = 307

  package let isNegative: Bool
  package let coefficient: UInt128
  package let exponent: Int

  /// The one form of a number within the digits and the range of this type.
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

  /// Ten divides an integer with a positive exponent: it is even.
  var isOddInteger: Bool { exponent == 0 && coefficient % 2 == 1 }

  /// The power of ten of the leading digit, of a number other than zero.
  var leadingExponent: Int { exponent + coefficient.digitCount - 1 }
}
