private import Support

/// A parser for strict JSON: RFC 8259 with the restrictions of I-JSON (RFC 7493). The time is
/// linear in the length of the text.
///
/// Names are unique, UTF-8 is valid and surrogates come in pairs. So all parsers read a text in the
/// same way, and a proxy and this server never see two different requests.
///
/// The file is longer than 150 lines because it contains the whole grammar.
package struct JSONParser {
  /// The deepest nesting of arrays and objects (RFC 8259 §9 allows a limit).
  package static let maximumDepth = 64

  /// The largest power of ten of a number, as in IEEE 754 decimal128 (RFC 8259 §9 allows a limit).
  package static let maximumExponent = 6144

  /// The largest number of values in one text. Each element and each member's value counts (RFC
  /// 8259 §9 allows a limit).
  ///
  /// A megabyte of `[[[…` or `{"a":{"a":…` has half a million values, and each parsed value takes
  /// up to 200 bytes. This limit keeps the memory of all values under 14 MB. It is a thousand times
  /// the number of values in a tool call.
  package static let maximumValues = 1 << 16

  private let bytes: [UInt8]
  private var values = 0
  private var position = 0
  private var depth = 0

  /// Parses `bytes`, which must contain one value.
  /// - Throws: `JSONError` with the reason and the offset in bytes.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    // RFC 8259 §8.1: no byte-order mark.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw parser.error(.byteOrderMark) }
    parser.skipWhitespace()
    let value = try parser.value()
    parser.skipWhitespace()
    guard parser.position == bytes.count else { throw parser.error(.trailingBytes) }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func value() throws(JSONError) -> JSONValue {
    values += 1
    guard values <= Self.maximumValues else { throw error(.tooManyValues) }  // J11
    switch try peek() {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return .number(try number())
    }
  }

  // MARK: Arrays and objects, RFC 8259 §4 and §5

  private mutating func object() throws(JSONError) -> JSONObject {
    let start = position
    var members: [JSONObject.Member] = []
    try list(closedBy: UInt8(ascii: "}")) { (parser) throws(JSONError) in
      // Reserve memory only for the first member: a megabyte of `{}` would otherwise take 100 MB.
      if members.isEmpty { members.reserveCapacity(4) }
      let name = try parser.name()
      parser.skipWhitespace()
      try parser.expect(UInt8(ascii: ":"))
      parser.skipWhitespace()
      members.append(.init(name: name, value: try parser.value()))
    }
    guard let object = JSONObject(unique: members) else {  // RFC 7493 §2.3
      throw JSONError(reason: .duplicateName, offset: start)
    }
    return object
  }

  private mutating func name() throws(JSONError) -> String {
    guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
    return try string()
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    try list(closedBy: UInt8(ascii: "]")) { (parser) throws(JSONError) in
      if elements.isEmpty { elements.reserveCapacity(2) }
      elements.append(try parser.value())
    }
    return elements
  }

  /// Items in brackets, with a comma between two items and none after the last.
  private mutating func list(
    closedBy end: UInt8, item: (inout JSONParser) throws(JSONError) -> Void
  ) throws(JSONError) {
    depth += 1
    guard depth <= Self.maximumDepth else { throw error(.tooDeep) }
    position += 1
    skipWhitespace()
    if try peek() == end {
      position += 1
    } else {
      while true {
        try item(&self)
        skipWhitespace()
        if try peek() == end {
          position += 1
          break
        }
        try expect(UInt8(ascii: ","))
        skipWhitespace()
      }
    }
    depth -= 1
  }

  // MARK: Strings, RFC 8259 §7

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    var all: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        // Nearly all strings are ASCII, which is valid UTF-8. Validating these too would take a
        // third of the parsing time.
        let text =
          all < 0x80 ? ascii(start..<position) : try text(bytes[start..<position], at: start)
        position += 1
        return text
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0x00..<0x20: throw error(.controlCharacter)
      default:
        all |= byte
        position += 1
      }
    }
    throw error(.unexpectedEnd)
  }

  /// The rest of a string that contains an escape. `start` is the offset of the string's first
  /// byte.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var decoded = Array(bytes[start..<position])
    while true {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return try text(decoded[...], at: start)
      case UInt8(ascii: "\\"):
        position += 1
        decoded.append(contentsOf: String(Character(try escape())).utf8)
      case 0x00..<0x20: throw error(.controlCharacter)
      default:
        decoded.append(byte)
        position += 1
      }
    }
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let letter = try peek()
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      position += 1
      return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return single("\u{08}")
    case UInt8(ascii: "f"): return single("\u{0C}")
    case UInt8(ascii: "n"): return single("\n")
    case UInt8(ascii: "r"): return single("\r")
    case UInt8(ascii: "t"): return single("\t")
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error(.invalidEscape)
    }
  }

  private mutating func single(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    position += 1
    return scalar
  }

  /// `uXXXX`, or a surrogate pair of two such escapes. A lone surrogate is an error (RFC 7493
  /// §2.1).
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw JSONError(reason: .loneSurrogate, offset: start) }
    position += 1
    let second = try hexadecimal()
    guard 0xDC00...0xDFFF ~= second,
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw JSONError(reason: .loneSurrogate, offset: start) }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    position += 1
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = ASCII.hexadecimal(try peek()) else { throw error(.invalidEscape) }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// The text of bytes that are known to be ASCII. Reading through the pointer avoids the reference
  /// counting of a slice.
  private func ascii(_ range: Range<Int>) -> String {
    unsafe bytes.withUnsafeBufferPointer { all in
      unsafe String(decoding: UnsafeBufferPointer(rebasing: all[range]), as: UTF8.self)
    }
  }

  /// RFC 8259 §8.1: the text must be valid UTF-8, without overlong forms and surrogates.
  private func text(_ utf8: ArraySlice<UInt8>, at offset: Int) throws(JSONError) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw JSONError(reason: .invalidUTF8, offset: offset)
    }
    return text
  }

  // MARK: Numbers, RFC 8259 §6

  private mutating func number() throws(JSONError) -> JSONNumber {
    let start = position
    if try peek() == UInt8(ascii: "-") { position += 1 }
    let integer = try digits()
    if integer.count > 1, bytes[integer.lowerBound] == UInt8(ascii: "0") {
      throw JSONError(reason: .unexpectedByte, offset: integer.lowerBound + 1)
    }
    var fraction = position..<position
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      fraction = try digits()
    }
    var exponent = 0
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      let sign = try peek()
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      for index in try digits() {  // capped: a larger one is out of range too
        exponent = min(exponent * 10 + Int(bytes[index] - 0x30), 1 << 40)
      }
      if sign == UInt8(ascii: "-") { exponent = -exponent }
    }
    // Compute the power of ten of the first nonzero digit. Zero is always in range.
    if let leading = integer.first(where: { bytes[$0] != 0x30 }) {
      exponent += integer.upperBound - leading - 1
    } else if let leading = fraction.first(where: { bytes[$0] != 0x30 }) {
      exponent -= leading - fraction.lowerBound + 1
    } else {
      exponent = 0
    }
    guard abs(exponent) <= Self.maximumExponent else {
      throw JSONError(reason: .numberOutOfRange, offset: start)
    }
    return JSONNumber(validated: ascii(start..<position))
  }

  /// Reads one or more digits.
  private mutating func digits() throws(JSONError) -> Range<Int> {
    let start = position
    while position < bytes.count, 0x30...0x39 ~= bytes[position] { position += 1 }
    guard position > start else {
      throw error(position < bytes.count ? .unexpectedByte : .unexpectedEnd)
    }
    return start..<position
  }

  // MARK: Single bytes

  private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    for byte in word.description.utf8 { try expect(byte) }
    return value
  }

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard try peek() == byte else { throw error(.unexpectedByte) }
    position += 1
  }

  private func peek() throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw error(.unexpectedEnd) }
    return bytes[position]
  }

  private func error(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason: reason, offset: position)
  }
}
