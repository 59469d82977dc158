private import Support

/// Decimal digits of a binary integer.
extension UInt128 {
  /// 10^38 is the largest power of ten in 128 bits.
  static let maximumPowerOfTen = 38

  private static let powersOfTen: [UInt128] = (0...maximumPowerOfTen).map { count in
    (0..<count).reduce(1) { power, _ in power * 10 }
  }

  /// 10^`exponent`, for 0 to 38.
  static func powerOfTen(_ exponent: Int) -> UInt128 { powersOfTen[exponent] }

  /// The number of decimal digits; 0 for zero.
  var digitCount: Int {
    // 1233 / 4096 approximates log10(2) closely enough for 128 bits.
    let bits = UInt128.bitWidth - leadingZeroBitCount
    let estimate = bits * 1233 / 4096
    return self >= .powerOfTen(estimate) ? estimate + 1 : estimate
  }

  /// The number without its last `count` digits, and whether one of those was not zero.
  func droppingDigits(_ count: Int) -> (kept: UInt128, isTruncated: Bool) {
    guard count > 0 else { return (self, false) }
    guard count <= UInt128.maximumPowerOfTen else { return (0, self != 0) }
    let (kept, dropped) = quotientAndRemainder(dividingBy: .powerOfTen(count))
    return (kept, dropped != 0)
  }

  /// The number without its trailing zeros, and how many those were.
  func strippingTrailingZeros() -> (stripped: UInt128, zeros: Int) {
    var (stripped, zeros) = (self, 0)
    guard self != 0 else { return (0, 0) }
    // 32 + 16 + … + 1 is more than the digits of a UInt128. A multiple of 10^n is a multiple of
    // 2^n, which is quick to check.
    for count in [32, 16, 8, 4, 2, 1] where stripped.trailingZeroBitCount >= count {
      let (kept, isTruncated) = stripped.droppingDigits(count)
      if !isTruncated { (stripped, zeros) = (kept, zeros + count) }
    }
    return (stripped, zeros)
  }
}
