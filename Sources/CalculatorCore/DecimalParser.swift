private import Support

/// Parses a JSON number (RFC 8259 §6) exactly, in time linear in its length.
struct DecimalParser {
  /// The largest exponent that is kept. No text has so many digits, so a number with this exponent
  /// is out of range.
  private static let endlessExponent = 1_000_000_000_000_000

  private var rest: Substring.UTF8View
  private var coefficient: UInt128 = 0
  /// Zeros since the last nonzero digit. They become part of the coefficient if another nonzero
  /// digit follows.
  private var pendingZeros = 0
  private var hasTooManyDigits = false

  init(_ text: String) { rest = text.utf8[...] }

  /// Parses the whole text.
  /// - Throws: `DecimalError`. The grammar is checked first, then the digits, then the range.
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

  /// Appends one or more digits to the coefficient.
  /// - Returns: the number of digits.
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
