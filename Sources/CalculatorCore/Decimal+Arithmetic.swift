private import Support

/// A result that fits into 34 digits is exact. Any other result is rounded half to even.
extension Decimal {
  /// - Throws: `.overflow`, `.underflow`.
  package static func + (a: Decimal, b: Decimal) throws(CalculatorError) -> Decimal {
    if a.isZero { return b }
    if b.isZero { return a }
    let (high, low) = a.exponent >= b.exponent ? (a, b) : (b, a)
    // Give both the same exponent. `high` gets zeros, up to 38 digits. If that is not enough, `low`
    // loses digits, which are so small that they only affect the rounding.
    let gap = high.exponent - low.exponent
    let zeros = min(gap, UInt128.maximumPowerOfTen - high.coefficient.digitCount)
    let upper = high.coefficient * .powerOfTen(zeros)
    let (lower, isTruncated) = low.coefficient.droppingDigits(gap - zeros)

    let (sum, isNegative): (UInt128, Bool) =
      if high.isNegative == low.isNegative {
        (upper + lower, high.isNegative)
      } else if upper < lower {
        (lower - upper, low.isNegative)
      } else {
        // The digits that were cut off would have been subtracted too. Subtract one more instead,
        // and mark the result as truncated.
        (upper - lower - (isTruncated ? 1 : 0), high.isNegative)
      }
    return try Magnitude(
      coefficient: sum, exponent: high.exponent - zeros, isTruncated: isTruncated
    ).rounded(isNegative: isNegative)
  }

  /// - Throws: `.overflow`, `.underflow`.
  package static func - (a: Decimal, b: Decimal) throws(CalculatorError) -> Decimal {
    try a + -b
  }

  package static prefix func - (a: Decimal) -> Decimal {
    Decimal(isNegative: !a.isNegative, coefficient: a.coefficient, exponent: a.exponent)
  }

  /// - Throws: `.overflow`, `.underflow`.
  package static func * (a: Decimal, b: Decimal) throws(CalculatorError) -> Decimal {
    try (Magnitude(a) * Magnitude(b)).rounded(isNegative: a.isNegative != b.isNegative)
  }

  /// - Throws: `.divisionByZero`, `.overflow`, `.underflow`.
  package static func / (a: Decimal, b: Decimal) throws(CalculatorError) -> Decimal {
    guard !b.isZero else { throw .divisionByZero }
    return try (Magnitude(a) / Magnitude(b)).rounded(isNegative: a.isNegative != b.isNegative)
  }

  /// - Throws: `.rootOfNegative`.
  package func squareRoot() throws(CalculatorError) -> Decimal {
    guard !isNegative else { throw .rootOfNegative }
    return try Magnitude(self).squareRoot.rounded(isNegative: false)
  }
}
