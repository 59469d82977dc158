private import Support

/// Each result is exact where 34 digits hold it, else rounded half to even.
extension Decimal {
  /// - Throws: `.overflow`, `.underflow`.
  package static func + (a: Decimal, b: Decimal) throws(CalculatorError) -> Decimal {
    if a.isZero { return b }
    if b.isZero { return a }
    let (high, low) = a.exponent >= b.exponent ? (a, b) : (b, a)
    // Both get one exponent: `high` takes zeros while there is room for 38 digits, and beyond
    // that `low` loses digits, which are then too far behind for more than the rounding.
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
        // What was cut off would have been subtracted too: one less, and something behind it.
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
