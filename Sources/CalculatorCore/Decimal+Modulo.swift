private import Support

extension Decimal {
  /// What is left of `self` after whole times `divisor`, exactly, with the sign of the divisor.
  ///
  /// -7 modulo 3 is 2, and 7 modulo -3 is -2.
  /// - Throws: `.divisionByZero`, `.underflow`, `.remainderTooLong` where 34 digits are too few.
  package func modulo(_ divisor: Decimal) throws(CalculatorError) -> Decimal {
    guard !divisor.isZero else { throw .divisionByZero }
    let hasOneSign = isZero || isNegative == divisor.isNegative
    let gap = exponent - divisor.exponent
    guard divisor.coefficient.digitCount - gap <= UInt128.maximumPowerOfTen else {
      // The divisor is far beyond `self`, and their sum has more than 34 digits.
      guard hasOneSign else { throw .remainderTooLong }
      return self
    }
    // Both as multiples of one power of ten, and of the dividend the remainder alone.
    let modulus = divisor.coefficient * .powerOfTen(max(0, -gap))
    var remainder = coefficient % modulus
    for step in Self.steps(to: gap) {
      let scaled = remainder.multipliedFullWidth(by: .powerOfTen(step))
      remainder = modulus.dividingFullWidth(scaled).remainder
    }
    if remainder != 0 && !hasOneSign { remainder = modulus - remainder }
    let digits = remainder.strippingTrailingZeros().stripped.digitCount
    guard digits <= Decimal.maximumDigits else { throw .remainderTooLong }
    return try Magnitude(coefficient: remainder, exponent: min(exponent, divisor.exponent))
      .rounded(isNegative: divisor.isNegative)
  }

  /// Exponents of at most 38 that add up to `exponent`; none where it is zero or less.
  private static func steps(to exponent: Int) -> [Int] {
    stride(from: exponent, to: 0, by: -UInt128.maximumPowerOfTen).map {
      min($0, UInt128.maximumPowerOfTen)
    }
  }
}
