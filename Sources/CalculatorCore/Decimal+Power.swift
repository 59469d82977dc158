private import Support

extension Decimal {
  /// The largest power. It has nine digits, as in the General Decimal Arithmetic specification.
  package static let maximumPower = 999_999_999

  /// `self` to an integer power. 0^0 is 1.
  ///
  /// The result is exact if 34 digits hold it and, for a negative power, its reciprocal. Otherwise
  /// the relative error before rounding is below |power| × 10^-36: up to the power 50 the last
  /// digit differs by one at most, and up to the power 9999 at least 30 digits are correct.
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

    // Compute a power beyond the limit at the limit: most results are already out of range there.
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
  /// The product of `times` such factors; `nil` if it and its reciprocal are out of range.
  /// - Precondition: `times` is at least 1.
  fileprivate func multiplied(times: Int) -> Magnitude? {
    // For each bit of `times` after the highest: square, and multiply if the bit is set.
    var result = self
    for bit in (0..<Int.bitWidth - times.leadingZeroBitCount - 1).reversed() {
      result = result * result
      if times >> bit & 1 == 1 { result = result * self }
      // The intermediate results move away from 1 in one direction, so a result that has left the
      // range does not return.
      let leadingExponent = result.exponent + result.coefficient.digitCount - 1
      guard abs(leadingExponent) <= Decimal.maximumExponent + 2 else { return nil }
    }
    return result
  }
}
