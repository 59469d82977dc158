private import Support

extension Decimal {
  /// The exact remainder of dividing `self` by `divisor`, with the sign of `divisor`.
  ///
  /// -7 modulo 3 is 2, and 7 modulo -3 is -2.
  /// - Throws: `.divisionByZero`, `.underflow`, `.remainderTooLong` if the remainder has more than
  ///   34 digits.
  package func modulo(_ divisor: Decimal) throws(CalculatorError) -> Decimal {
    guard !divisor.isZero else { throw .divisionByZero }
    let hasOneSign = isZero || isNegative == divisor.isNegative
    let gap = exponent - divisor.exponent
    guard divisor.coefficient.digitCount - gap <= UInt128.maximumPowerOfTen else {
      // `divisor` is much larger than `self`, and their sum has more than 34 digits.
      guard hasOneSign else { throw .remainderTooLong }
      return self
    }
    // Express both as multiples of the same power of ten. Of the dividend, keep only the remainder.
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

  /// Exponents of at most 38 with the sum `exponent`; none if it is zero or negative.
  private static func steps(to exponent: Int) -> [Int] {
    stride(from: exponent, to: 0, by: -UInt128.maximumPowerOfTen).map {
      min($0, UInt128.maximumPowerOfTen)
    }
  }
}
