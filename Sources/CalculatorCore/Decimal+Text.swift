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

extension Decimal: CustomStringConvertible {
  /// A JSON number. Integers are written in full, fractions down to 0.000001 without an exponent,
  /// and smaller ones as 1.5e-7.
  package var description: String {
    let sign = isNegative ? "-" : ""
    let digits = String(coefficient)
    if isInteger { return sign + digits + String(repeating: "0", count: exponent) }
    if leadingExponent < -6 {
      let fraction = Substring(digits.utf8.dropFirst())
      return sign + Substring(digits.utf8.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
        + "e\(leadingExponent)"
    }
    // Add zeros in front, so that there is a digit on each side of the point.
    let padded = (String(repeating: "0", count: max(0, -leadingExponent)) + digits).utf8
    return sign + Substring(padded.dropLast(-exponent)) + "." + Substring(padded.suffix(-exponent))
  }
}
