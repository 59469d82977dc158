private import Support

/// Arithmetic on coefficients of at most 38 digits. The results have at most 38 digits too.
///
/// Products and dividends need 256 bits: a pair of `UInt128`. Its `high` must be smaller than the
/// divisor, so that the quotient fits into 128 bits.
extension Magnitude {
  /// The product. A longer one is truncated to 37 or 38 digits, with a relative error below 10^-36.
  static func * (a: Magnitude, b: Magnitude) -> Magnitude {
    let product = a.coefficient.multipliedFullWidth(by: b.coefficient)
    let excess =
      a.coefficient.digitCount + b.coefficient.digitCount - UInt128.maximumPowerOfTen
    let wasTruncated = a.isTruncated || b.isTruncated
    guard excess > 0 else {
      return Magnitude(
        coefficient: product.low, exponent: a.exponent + b.exponent, isTruncated: wasTruncated)
    }
    let (kept, dropped) = UInt128.powerOfTen(excess).dividingFullWidth(product)
    return Magnitude(
      coefficient: kept, exponent: a.exponent + b.exponent + excess,
      isTruncated: wasTruncated || dropped != 0)
  }

  /// The quotient, with at least 37 digits.
  /// - Precondition: `b` is not zero.
  static func / (a: Magnitude, b: Magnitude) -> Magnitude {
    // The dividend is at least 10^37 and is multiplied by b's power of ten, so the quotient is
    // between 10^36 and 10^38.
    let dividend = a.filled
    let shift = b.coefficient.digitCount - 1
    let (quotient, remainder) = b.coefficient.dividingFullWidth(
      dividend.coefficient.multipliedFullWidth(by: .powerOfTen(shift)))
    return Magnitude(
      coefficient: quotient, exponent: dividend.exponent - shift - b.exponent,
      isTruncated: a.isTruncated || b.isTruncated || remainder != 0)
  }

  /// The square root, with 38 digits.
  var squareRoot: Magnitude {
    guard coefficient != 0 else { return self }
    // Use 75 or 76 digits, because the exponent must be even.
    let radicand = filled
    let shift = radicand.exponent.isMultiple(of: 2) ? 38 : 37
    let square = radicand.coefficient.multipliedFullWidth(by: .powerOfTen(shift))
    // Newton's method, starting above the root: the value decreases until it is the root, rounded
    // down.
    var root = UInt128.powerOfTen(38)
    while true {
      let next = (root + root.dividingFullWidth(square).quotient) / 2
      if next >= root { break }
      root = next
    }
    return Magnitude(
      coefficient: root, exponent: (radicand.exponent - shift) / 2,
      isTruncated: isTruncated || root.multipliedFullWidth(by: root) != square)
  }

  /// The same number with a coefficient of 38 digits: zeros are appended.
  private var filled: Magnitude {
    let zeros = UInt128.maximumPowerOfTen - coefficient.digitCount
    return Magnitude(
      coefficient: coefficient * .powerOfTen(zeros), exponent: exponent - zeros,
      isTruncated: isTruncated)
  }
}
