@testable import CalculatorCore

/// The expected results of `Decimal`, calculated with all digits and rounded at the end.
enum Oracle {
  static func sum(_ a: Decimal, _ b: Decimal) -> Decimal {
    let (x, y, exponent) = aligned(a, b)
    if a.isNegative == b.isNegative { return rounded(x + y, exponent, a.isNegative) }
    return x < y ? rounded(y - x, exponent, b.isNegative) : rounded(x - y, exponent, a.isNegative)
  }

  static func product(_ a: Decimal, _ b: Decimal) -> Decimal {
    rounded(
      Natural(a.coefficient) * Natural(b.coefficient), a.exponent + b.exponent,
      a.isNegative != b.isNegative)
  }

  static func quotient(_ a: Decimal, _ b: Decimal) -> Decimal {
    let (quotient, remainder) = Natural(a.coefficient).shifted(by: 70)
      .divided(by: Natural(b.coefficient))
    return rounded(
      quotient, a.exponent - b.exponent - 70, a.isNegative != b.isNegative,
      isTruncated: !remainder.isZero)
  }

  static func squareRoot(_ a: Decimal) -> Decimal {
    let shift = a.exponent.isMultiple(of: 2) ? 70 : 71
    let (root, remainder) = Natural(a.coefficient).shifted(by: shift).squareRoot()
    return rounded(root, (a.exponent - shift) / 2, false, isTruncated: !remainder.isZero)
  }

  /// `nil` if the exact result has more than 34 digits.
  static func modulo(_ a: Decimal, _ b: Decimal) -> Decimal? {
    let (x, y, exponent) = aligned(a, b)
    var remainder = x.divided(by: y).remainder
    if !remainder.isZero && a.isNegative != b.isNegative { remainder = y - remainder }
    let zeros = remainder.digits.prefix { $0 == 0 }.count
    guard remainder.digits.count - zeros <= 34 else { return nil }
    return rounded(remainder, exponent, b.isNegative)
  }

  private static func aligned(_ a: Decimal, _ b: Decimal) -> (Natural, Natural, exponent: Int) {
    let exponent = min(a.exponent, b.exponent)
    return (
      Natural(a.coefficient).shifted(by: a.exponent - exponent),
      Natural(b.coefficient).shifted(by: b.exponent - exponent), exponent
    )
  }

  /// Rounds half to even at 34 digits, by the digits that are dropped.
  static func rounded(
    _ number: Natural, _ exponent: Int, _ isNegative: Bool, isTruncated: Bool = false
  ) -> Decimal {
    let excess = max(0, number.digits.count - 34)
    var kept = Natural(digits: Array(number.digits.dropFirst(excess)))
    let dropped = number.digits.prefix(excess)
    if let first = dropped.last {
      let isBeyondHalf = isTruncated || dropped.dropLast().contains { $0 != 0 }
      let isOdd = kept.digits[0] % 2 == 1
      if first > 5 || first == 5 && (isBeyondHalf || isOdd) { kept = kept + Natural(1) }
    }
    let coefficient = kept.digits.reversed().reduce(into: UInt128(0)) { $0 = $0 * 10 + UInt128($1) }
    return Decimal(isNegative: isNegative, coefficient: coefficient, exponent: exponent + excess)
  }
}
