import Testing

@testable import JSON

struct JSONParserTests {
  struct Refused: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    let reason: JSONError.Reason
    let offset: Int
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ reason: JSONError.Reason, at offset: Int) {
      (self.name, self.text, self.reason, self.offset) = (name, text, reason, offset)
    }
  }

  @Test(arguments: [
    Refused("nothing", "", .unexpectedEnd, at: 0),
    Refused("white space alone", " \n", .unexpectedEnd, at: 2),
    Refused("trailing comma in an object", #"{"a":"x",}"#, .unexpectedByte, at: 9),
    Refused("trailing comma in an array", "[1,]", .unexpectedByte, at: 3),
    Refused("text after the value", "1 2", .trailingBytes, at: 2),
    Refused("leading zero", "01", .unexpectedByte, at: 1),
    Refused("NaN", "NaN", .unexpectedByte, at: 0),
    Refused("plus sign", "+1", .unexpectedByte, at: 0),
    Refused("number that ends at its point", "1.", .unexpectedEnd, at: 2),
    Refused("control character", "\"\u{1}\"", .controlCharacter, at: 1),
    Refused("control character behind an escape", "\"\\n\u{1}\"", .controlCharacter, at: 3),
    Refused("NUL outside a string", "\u{0}1", .unexpectedByte, at: 0),
    Refused("unknown escape", #""\x""#, .invalidEscape, at: 2),
    Refused("lone high surrogate", #""\ud800""#, .loneSurrogate, at: 2),
    Refused("lone low surrogate", #""\udc00""#, .loneSurrogate, at: 2),
    Refused("pair of two high surrogates", #""\ud800\ud800""#, .loneSurrogate, at: 2),
    Refused("byte-order mark", "\u{FEFF}{}", .byteOrderMark, at: 0),
    Refused("single quotes", "{'a':1}", .unexpectedByte, at: 1),
    Refused("comment", "/**/1", .unexpectedByte, at: 0),
    Refused("same name twice", #"{"a":1,"a":1}"#, .duplicateName, at: 0),
    Refused(
      "same name, once escaped", #"{"auth_token":1,"auth\u005ftoken":2}"#, .duplicateName, at: 0),
    Refused("same name twice, deep inside", #"[{"a":{"b":1,"b":2}}]"#, .duplicateName, at: 6),
    Refused(
      "same name twice among many",
      #"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"a":1}"#,
      .duplicateName, at: 0),
    Refused("exponent of 20 digits", "1e99999999999999999999", .numberOutOfRange, at: 0),
    Refused("just over the range", "1e6145", .numberOutOfRange, at: 0),
    Refused("just under the range", "0.1e-6144", .numberOutOfRange, at: 0),
  ])
  func refuses(_ row: Refused) {
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(Array(row.text.utf8)) }
    #expect(error == JSONError(reason: row.reason, offset: row.offset))
  }

  /// RFC 7493 §2.1 and RFC 8259 §8.1: bytes that are not UTF-8.
  @Test(
    arguments: [
      [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
      [0xFF],
    ] as [[UInt8]])
  func refusesInvalidUTF8(_ bytes: [UInt8]) {
    let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    #expect(error?.reason == .invalidUTF8)
  }

  @Test(arguments: [
    ("-0", "-0"), ("1E3", "1E3"), ("0e999999999", "0e999999999"),
    ("9007199254740993", "9007199254740993"),
    ("1e6144", "1e6144"), ("1e-6144", "1e-6144"), ("0.0001e6148", "0.0001e6148"),
  ])
  func keepsTheTextOfNumbers(_ text: String, _ kept: String) throws {
    #expect(try JSONParser.parse(Array(text.utf8)) == .number(JSONNumber(validated: kept)))
  }

  @Test(arguments: [
    ("escapes", #""\"\\\/\b\f\n\r\t\u0041\u00e9""#, "\"\\/\u{8}\u{c}\n\r\tAé"),
    ("surrogate pair", #""\ud83d\ude00""#, "😀"),
    ("NUL inside a string is a character", #""a\u0000b""#, "a\u{0}b"),
    ("line separators need no escape", "\"\u{2028}\u{2029}\"", "\u{2028}\u{2029}"),
    ("text around an escape", #""ab\u005fcd""#, "ab_cd"),
  ])
  func decodesStrings(_ name: String, _ text: String, _ expected: String) throws {
    #expect(try JSONParser.parse(Array(text.utf8)) == .string(expected))
  }

  /// RFC 8259 §8.3: names are compared code unit by code unit.
  @Test func namesAreComparedByBytes() throws {
    let composed = "\u{E9}"
    let decomposed = "e\u{301}"
    let kelvin = "\u{212A}"
    let text = #"{"\#(composed)":1,"\#(decomposed)":2,"\#(kelvin)":3,"K":4}"#
    let object = try #require(try JSONParser.parse(Array(text.utf8)).object)
    #expect(object.members.count == 4)
    #expect(object[decomposed] == 2)
    #expect(object["K"] == 4)
  }

  @Test(arguments: [(64, true), (65, false)])
  func nestsToTheLimit(_ depth: Int, _ accepted: Bool) {
    let arrays = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let objects =
      String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    for text in [arrays, objects] {
      #expect(((try? JSONParser.parse(Array(text.utf8))) != nil) == accepted)
    }
  }

  @Test func refuses64KiBOfNesting() {
    let error = #expect(throws: JSONError.self) {
      try JSONParser.parse([UInt8](repeating: UInt8(ascii: "["), count: 1 << 16))
    }
    #expect(error == JSONError(reason: .tooDeep, offset: 64))
  }

  /// A megabyte of `{}` does not need a hundred megabytes of memory.
  @Test(arguments: [("{}", 0), ("[]", 0), (#"{"":0}"#, 8), ("[0]", 8)])
  func takesMemoryForWhatIsThere(_ text: String, _ most: Int) throws {
    let value = try JSONParser.parse(Array(text.utf8))
    switch value {
    case .array(let elements): #expect(elements.capacity <= most)
    case .object(let object): #expect(object.members.capacity <= most)
    default: Issue.record("it is neither")
    }
  }

  /// Linear time: a quadratic check of 60,000 names would take minutes.
  @Test func takesManyShortNames() throws {
    let members = (0..<60_000).map { #""\#(String($0, radix: 36))":0"# }.joined(separator: ",")
    #expect(try JSONParser.parse(Array("{\(members)}".utf8)).object?.members.count == 60_000)
  }

  /// J11: a megabyte of the values that need most memory for each byte.
  @Test(arguments: [
    ("[0]", 2), ("[[0]]", 3), (#"{"":0}"#, 2),
    (
      String(repeating: "[", count: 62) + "0"
        + String(repeating: "]", count: 62), 63
    ),
    (String(repeating: #"{"":"#, count: 62) + "0" + String(repeating: "}", count: 62), 63),
  ])
  func refusesMoreValuesThanItsBudget(_ element: String, _ values: Int) throws {
    func text(_ count: Int) -> [UInt8] {
      Array(("[" + Array(repeating: element, count: count).joined(separator: ",") + "]").utf8)
    }
    let most = (JSONParser.maximumValues - 1) / values
    #expect(throws: Never.self) { try JSONParser.parse(text(most)) }
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(text(most + 1)) }
    #expect(error?.reason == .tooManyValues)
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("0.0", 0), ("0e99999999999999999999", 0),
      ("0.00e-9223372036854775808", 0),
      ("600", 600), ("600.0", 600), ("6e2", 600), ("6E+2", 600), ("60.00e1", 600), ("0.006e5", 600),
      ("6e+00000000000000000000000000000000000002", 600),
      ("6000e-1", 600), ("-6e2", -600), ("600.5", nil), ("6e-1", nil), ("0.1", nil),
      ("1e6144", nil),
      ("1e-6144", nil), ("9223372036854775807", Int.max), ("9223372036854775807.0", Int.max),
      ("922337203685477580.7e1", Int.max), ("-9223372036854775808", Int.min),
      ("-9.223372036854775808e18", Int.min), ("9223372036854775808", nil), ("1e19", nil),
      ("-9223372036854775809.0", nil), ("9007199254740993.0", 9_007_199_254_740_993),
    ] as [(String, Int?)])
  func readsIntegersInEverySpelling(_ text: String, _ value: Int?) throws {
    #expect(try #require(JSONNumber(text)).integer == value)
  }
}
