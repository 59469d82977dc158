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
    guard case .number(let number) = value, number.text.utf8.first != UInt8(ascii: "-") else {
      return nil
    }
    if let seconds = Int(number.text) {
      return seconds <= maximum.milliseconds / 1000 ? seconds * 1000 : nil
    }
    // The value is `digits`, `decimals` of them after the point, times ten to the `exponent`.
    let parts = number.text.utf8.split { $0 | 0x20 == UInt8(ascii: "e") }
    var digits: [UInt8] = []  // without leading zeros
    var decimals: Int?
    for byte in parts[0] {
      if byte == UInt8(ascii: ".") {
        decimals = 0
      } else {
        decimals = decimals.map { $0 + 1 }
        if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - 0x30) }
      }
    }
    // The parser bounds the exponent (JSONParser.maximumExponent), but not that of a zero.
    if digits.isEmpty { return 0 }
    guard let exponent = parts.count > 1 ? Int(Substring(parts[1])) : 0 else { return nil }
    // Digits before the point of the value in milliseconds.
    let places = digits.count - (decimals ?? 0) + exponent + 3
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
