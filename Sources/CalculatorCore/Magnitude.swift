private import Support

/// A result before rounding and before the range check: coefficient × 10^exponent.
///
/// It is exact, or it has at least 36 digits and `isTruncated` says that nonzero digits were cut
/// off. That is enough to round correctly to 34 digits.
struct Magnitude {
  let coefficient: UInt128
  let exponent: Int
  let isTruncated: Bool

  init(coefficient: UInt128, exponent: Int, isTruncated: Bool = false) {
    (self.coefficient, self.exponent, self.isTruncated) = (coefficient, exponent, isTruncated)
  }

  init(_ decimal: Decimal) {
    self.init(coefficient: decimal.coefficient, exponent: decimal.exponent)
  }

  /// The nearest number of 34 digits. A tie goes to the even last digit.
  /// - Throws: `.overflow` from 1e308, `.underflow` below 1e-307.
  func rounded(isNegative: Bool) throws(CalculatorError) -> Decimal {
    let excess = max(0, coefficient.digitCount - Decimal.maximumDigits)
    var (kept, dropped) = coefficient.quotientAndRemainder(dividingBy: .powerOfTen(excess))
    let twice = 2 * dropped
    let isTie = twice == .powerOfTen(excess) && !isTruncated
    if isTie ? kept % 2 == 1 : twice >= .powerOfTen(excess) { kept += 1 }

    let result = Decimal(isNegative: isNegative, coefficient: kept, exponent: exponent + excess)
    guard !result.isZero else { return result }
    guard result.leadingExponent <= Decimal.maximumExponent else { throw .overflow }
    guard result.leadingExponent >= -Decimal.maximumExponent else { throw .underflow }
    return result
  }
}
