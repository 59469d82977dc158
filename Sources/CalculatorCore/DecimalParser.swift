private import Support

/// Reads the text of a JSON number (RFC 8259 §6), exactly and in time linear to its length.
struct DecimalParser {
  /// More than any text has digits, so that an exponent beyond it stays out of range.
  private static let endlessExponent = 1_000_000_000_000_000

  private var rest: Substring.UTF8View
  private var coefficient: UInt128 = 0
  /// Zeros since the last other digit: they count once another one follows.
  private var pendingZeros = 0
  private var hasTooManyDigits = false

  init(_ text: String) { rest = text.utf8[...] }

  /// The number that all of the text stands for.
  /// - Throws: `DecimalError`, where the grammar counts first, then the digits, then the range.
  mutating func decimal() throws(DecimalError) -> Decimal {
    let isNegative = skip("-")
    if !skip("0") { try digits() }
    var exponent = skip(".") ? -(try digits()) : 0
    if skip("e") || skip("E") { exponent += try explicitExponent() }
    guard rest.isEmpty else { throw .notANumber }

    guard coefficient != 0 else { return Decimal(0) }
    guard !hasTooManyDigits else { throw .tooManyDigits }
    let decimal = Decimal(
      isNegative: isNegative, coefficient: coefficient, exponent: exponent + pendingZeros)
    guard abs(decimal.leadingExponent) <= Decimal.maximumExponent else { throw .outOfRange }
    return decimal
  }

  /// Appends one digit or more to the coefficient, and says how many.
  @discardableResult
  private mutating func digits() throws(DecimalError) -> Int {
    var count = 0
    while let digit = nextDigit() {
      append(digit)
      count += 1
    }
    guard count > 0 else { throw .notANumber }
    return count
  }

  private mutating func append(_ digit: UInt8) {
    guard digit != 0 else {
      if coefficient != 0 { pendingZeros += 1 }
      return
    }
    let count = pendingZeros + 1
    guard coefficient.digitCount + count <= Decimal.maximumDigits else {
      hasTooManyDigits = true
      return
    }
    coefficient = coefficient * .powerOfTen(count) + UInt128(digit)
    pendingZeros = 0
  }

  private mutating func explicitExponent() throws(DecimalError) -> Int {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard var value = nextDigit().map(Int.init) else { throw .notANumber }
    while let digit = nextDigit() { value = min(value * 10 + Int(digit), Self.endlessExponent) }
    return isNegative ? -value : value
  }

  private mutating func nextDigit() -> UInt8? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      return nil
    }
    rest.removeFirst()
    return byte - UInt8(ascii: "0")
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }
}
