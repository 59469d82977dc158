package import Support
package import JSON

/// The times of a JWT: seconds since 1970-01-01T00:00:00Z, with or without a fraction (RFC 7519 §2).
package enum NumericDate {
  /// The last millisecond of the year 9999.
  package static let maximum = WallTime(milliseconds: 253_402_300_799_999)

  /// `nil` unless `value` is a number from 0 to the end of the year 9999.
  ///
  /// Exact for every spelling of a number: no floating point. Digits after the millisecond are cut
  /// off, so a token never becomes valid for longer.
  package static func time(_ value: JSONValue) -> WallTime? {
    guard let milliseconds = milliseconds(value), milliseconds <= maximum.milliseconds else {
      return nil
    }
    return WallTime(milliseconds: milliseconds)
  }

  private static func milliseconds(_ value: JSONValue) -> Int? {
    guard case .number(let number) = value, !number.isNegative else { return nil }
    if let seconds = Int(number.text) {
      return seconds <= maximum.milliseconds / 1000 ? seconds * 1000 : nil
    }
    let (digits, exponent) = number.decimal
    // Digits before the point of the value in milliseconds.
    let places = digits.count + exponent + 3
    guard places <= 15 else { return nil }  // `maximum` has 15
    return (0..<max(0, places)).reduce(0) { value, place in
      value * 10 + (place < digits.count ? Int(digits[place]) : 0)
    }
  }

  /// Writes whole seconds without a fraction, and other times with three decimals.
  static func json(_ time: WallTime) -> JSONValue {
    let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
    if rest == 0 { return .number(JSONNumber(seconds)) }
    let decimals = Substring(String(rest + 1000).utf8.dropFirst())
    return JSONNumber("\(seconds).\(decimals)").map(JSONValue.number) ?? .null
  }
}
