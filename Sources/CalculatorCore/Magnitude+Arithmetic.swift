private import Support

/// Arithmetic on coefficients of at most 38 digits, whose results have at most 38 again.
///
/// Products and dividends need 256 bits: a `UInt128` pair, of which `high` must be below the
/// divisor so that the quotient fits into 128.
extension Magnitude {
  /// The product, truncated to 37 or 38 digits where it has more: an error below 10^-36 of it.
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

  /// The quotient by a number other than zero, to 37 digits or more.
  static func / (a: Magnitude, b: Magnitude) -> Magnitude {
    // With a dividend from 10^37 and b's own power of ten, the quotient is from 10^36 to 10^38.
    let dividend = a.filled
    let shift = b.coefficient.digitCount - 1
    let (quotient, remainder) = b.coefficient.dividingFullWidth(
      dividend.coefficient.multipliedFullWidth(by: .powerOfTen(shift)))
    return Magnitude(
      coefficient: quotient, exponent: dividend.exponent - shift - b.exponent,
      isTruncated: a.isTruncated || b.isTruncated || remainder != 0)
  }

  /// The square root, to 38 digits.
  var squareRoot: Magnitude {
    guard coefficient != 0 else { return self }
    // 75 or 76 digits, whichever makes the exponent even.
    let radicand = filled
    let shift = radicand.exponent.isMultiple(of: 2) ? 38 : 37
    let square = radicand.coefficient.multipliedFullWidth(by: .powerOfTen(shift))
    // Newton's method from above: it falls until it reaches the root, rounded down.
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

  /// The same number with zeros behind it, up to 38 digits.
  private var filled: Magnitude {
    let zeros = UInt128.maximumPowerOfTen - coefficient.digitCount
    return Magnitude(
      coefficient: coefficient * .powerOfTen(zeros), exponent: exponent - zeros,
      isTruncated: isTruncated)
  }
}
