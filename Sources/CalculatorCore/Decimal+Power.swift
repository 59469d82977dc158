private import Support

extension Decimal {
  /// Nine digits, as in the General Decimal Arithmetic specification.
  package static let maximumPower = 999_999_999

  /// `self` to an integer power, where 0^0 is 1.
  ///
  /// It is exact where 34 digits hold the result and, for a negative power, its reciprocal. Else
  /// the error before the rounding is below |power| × 10^-36 of the result: the last digit is off
  /// by one at most up to the power 50, and 30 digits are right up to 9999.
  /// - Throws: `.exponentNotInteger`, `.exponentTooLarge`, `.zeroToNegativePower`, `.overflow`,
  ///   `.underflow`.
  package func raised(to power: Decimal) throws(CalculatorError) -> Decimal {
    guard power.isInteger else { throw .exponentNotInteger }
    if power.isZero { return Decimal(1) }
    if isZero {
      guard !power.isNegative else { throw .zeroToNegativePower }
      return self
    }
    let isNegative = self.isNegative && power.isOddInteger
    if coefficient == 1 && exponent == 0 { return Decimal(isNegative ? -1 : 1) }

    // A power beyond the limit is tried at the limit: most are out of range there already.
    let isTooLarge = power.leadingExponent >= 9
    let times =
      isTooLarge
      ? Self.maximumPower : Int(power.coefficient * .powerOfTen(power.exponent))
    guard let result = Magnitude(self).multiplied(times: times) else {
      throw (leadingExponent >= 0) == power.isNegative ? .underflow : .overflow
    }
    guard !isTooLarge else { throw .exponentTooLarge }
    return try (power.isNegative ? Magnitude(Decimal(1)) / result : result)
      .rounded(isNegative: isNegative)
  }
}

extension Magnitude {
  /// The product of `times` (1 or more) such factors, or `nil` where it and 1 ÷ it are out of range.
  fileprivate func multiplied(times: Int) -> Magnitude? {
    // From the highest bit of `times` down: square for each, and multiply where it is set.
    var result = self
    for bit in (0..<Int.bitWidth - times.leadingZeroBitCount - 1).reversed() {
      result = result * result
      if times >> bit & 1 == 1 { result = result * self }
      // The results run away from 1 in one direction, so what has left the range stays out.
      let leadingExponent = result.exponent + result.coefficient.digitCount - 1
      guard abs(leadingExponent) <= Decimal.maximumExponent + 2 else { return nil }
    }
    return result
  }
}
