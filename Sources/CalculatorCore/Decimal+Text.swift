private import Support

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
