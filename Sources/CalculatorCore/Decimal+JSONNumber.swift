package import JSON
private import Support

extension Decimal {
  /// The exact value of a JSON number.
  /// - Throws: `.tooManyDigits` for more than 34 digits without leading and trailing zeros,
  ///   `.outOfRange`.
  package init(_ number: JSONNumber) throws(DecimalError) {
    let (digits, exponent) = number.decimal
    guard digits.count <= Self.maximumDigits else { throw .tooManyDigits }
    self.init(
      isNegative: number.isNegative, coefficient: digits.reduce(0) { $0 * 10 + UInt128($1) },
      exponent: exponent)
    guard isZero || abs(leadingExponent) <= Self.maximumExponent else { throw .outOfRange }
  }
}
