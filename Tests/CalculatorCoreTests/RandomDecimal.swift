@testable import CalculatorCore

extension Decimal {
  /// A coefficient of any length, often at the limits, with the leading digit in `range`.
  static func random(
    leadingExponent range: ClosedRange<Int>, using random: inout some RandomNumberGenerator
  ) -> Decimal {
    let count = Int.random(in: 1...34, using: &random)
    let power = UInt128.powerOfTen(count)
    let coefficient =
      switch Int.random(in: 0..<12, using: &random) {
      case 0: power - 1
      case 1: power / 10
      case 2: power / 2
      case 3: power / 10 + 1
      default: UInt128.random(in: 1..<power, using: &random)
      }
    return Decimal(
      isNegative: Bool.random(using: &random), coefficient: coefficient,
      exponent: Int.random(in: range, using: &random) - coefficient.digitCount + 1)
  }
}
