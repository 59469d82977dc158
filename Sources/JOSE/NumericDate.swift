private import Support
package import JSON

/// A moment in milliseconds since 1970-01-01T00:00:00Z, as JWT writes it: in seconds, with or
/// without a fraction (RFC 7519 §2).
package enum NumericDate {
  /// The last moment of the year 9999.
  package static let maximum = 253_402_300_799_999

  /// `nil` where `value` is no number, is negative, or lies behind the year 9999.
  ///
  /// Exact, whatever the spelling: no floating point. What is finer than a millisecond is cut off,
  /// so a token never lives longer for it.
  package static func milliseconds(_ value: JSONValue?) -> Int? {
    guard case .number(let number) = value, number.text.utf8.first != UInt8(ascii: "-") else {
      return nil
    }
    if let seconds = Int(number.text) { return seconds <= maximum / 1000 ? seconds * 1000 : nil }
    // The value: `digits`, `decimals` of them behind the point, times ten to the `exponent`.
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
    if digits.isEmpty { return 0 }  // whatever the exponent, which only here may be of any size
    // JSONParser.maximumExponent
    guard let exponent = parts.count > 1 ? Int(Substring(parts[1])) : 0 else { return nil }
    // Before the point, after three more for milliseconds.
    let places = digits.count - (decimals ?? 0) + exponent + 3
    guard places <= 15 else { return nil }  // as many as the maximum has
    let milliseconds = (0..<max(0, places)).reduce(0) { value, place in
      value * 10 + (place < digits.count ? Int(digits[place]) : 0)
    }
    return milliseconds <= maximum ? milliseconds : nil
  }

  /// Whole seconds where they are whole, else three decimals.
  static func json(_ milliseconds: Int) -> JSONValue {
    let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    if rest == 0 { return .number(JSONNumber(seconds)) }
    let decimals = Substring(String(rest + 1000).utf8.dropFirst())
    return JSONNumber("\(seconds).\(decimals)").map(JSONValue.number) ?? .null
  }
}
