/// Natural numbers of any size with schoolbook arithmetic: the oracle for the arithmetic under
/// test.
struct Natural {
  /// The last digit first, without leading zeros.
  private(set) var digits: [Int]

  init(digits: [Int]) {
    let zeros = digits.reversed().prefix { $0 == 0 }.count
    self.digits = Array(digits.dropLast(zeros))
  }

  init(_ value: UInt128) {
    self.init(digits: String(value).reversed().compactMap(\.wholeNumberValue))
  }

  var isZero: Bool { digits.isEmpty }

  /// The number with `count` zeros appended.
  func shifted(by count: Int) -> Natural {
    Natural(digits: Array(repeating: 0, count: count) + digits)
  }

  static func < (a: Natural, b: Natural) -> Bool {
    a.digits.count == b.digits.count
      ? a.digits.reversed().lexicographicallyPrecedes(b.digits.reversed())
      : a.digits.count < b.digits.count
  }

  static func + (a: Natural, b: Natural) -> Natural {
    carried((0..<max(a.digits.count, b.digits.count)).map { a[$0] + b[$0] })
  }

  /// `a` must not be less than `b`.
  static func - (a: Natural, b: Natural) -> Natural {
    carried(a.digits.indices.map { a[$0] - b[$0] })
  }

  static func * (a: Natural, b: Natural) -> Natural {
    var columns = Array(repeating: 0, count: a.digits.count + b.digits.count)
    for i in a.digits.indices {
      for j in b.digits.indices { columns[i + j] += a[i] * b[j] }
    }
    return carried(columns)
  }

  /// Long division, digit by digit.
  func divided(by divisor: Natural) -> (quotient: Natural, remainder: Natural) {
    var (quotient, remainder) = ([Int](), Natural(0))
    for digit in digits.reversed() {
      remainder = Natural(digits: [digit] + remainder.digits)
      var count = 0
      while !(remainder < divisor) { (remainder, count) = (remainder - divisor, count + 1) }
      quotient.append(count)
    }
    return (Natural(digits: quotient.reversed()), remainder)
  }

  /// The root of a number with an even number of digits, two digits at a time.
  func squareRoot() -> (root: Natural, remainder: Natural) {
    var (root, remainder) = (Natural(0), Natural(0))
    for high in stride(from: digits.count / 2 * 2 + 1, to: 0, by: -2) {
      remainder = Natural(digits: [self[high - 1], self[high]] + remainder.digits)
      let double = root + root
      // The largest digit d with (20 · root + d) · d within the remainder.
      let products = (0...9).map { Natural(digits: [$0] + double.digits) * Natural(UInt128($0)) }
      let digit = products.prefix { !(remainder < $0) }.count - 1
      remainder = remainder - products[digit]
      root = Natural(digits: [digit] + root.digits)
    }
    return (root, remainder)
  }

  private subscript(place: Int) -> Int { place < digits.count ? digits[place] : 0 }

  private static func carried(_ columns: [Int]) -> Natural {
    var (digits, carry) = ([Int](), 0)
    for column in columns {
      let sum = column + carry
      carry = sum >= 0 ? sum / 10 : -1
      digits.append(sum - 10 * carry)
    }
    while carry > 0 {
      digits.append(carry % 10)
      carry /= 10
    }
    return Natural(digits: digits)
  }
}
