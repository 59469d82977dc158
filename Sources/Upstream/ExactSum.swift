package import CalculatorCore
package import JSON
private import Support

/// A sum of JSON numbers without rounding.
///
/// `Decimal` rounds a result of more than 34 digits. The exact sum of two numbers has at most the
/// digits from one place above the leading digit of both down to the last digit of both. If these are
/// at most 34, the sum is exact; otherwise the sum is refused, so that no digit is lost silently.
package struct ExactSum: Sendable {
  package private(set) var value = Decimal(0)

  package init() {}

  /// - Throws: `.tooLarge` for a number that `Decimal` cannot hold, and for a sum that it might round.
  package mutating func add(_ number: JSONNumber) throws(UpstreamError) {
    guard let addend = try? Decimal(number) else { throw .tooLarge }
    guard !addend.isZero else { return }
    guard !value.isZero else {
      value = addend
      return
    }
    let top = max(Self.end(of: value), Self.end(of: addend)) + 1  // one place for the carry
    // IEEE 754-2019 §5.4.1: more digits would be rounded.
    guard top - min(value.exponent, addend.exponent) <= Decimal.maximumDigits,
      let sum = try? value + addend
    else { throw .tooLarge }
    value = sum
  }

  /// The power of ten above the leading digit.
  private static func end(of number: Decimal) -> Int {
    number.exponent + String(number.coefficient).utf8.count
  }
}
