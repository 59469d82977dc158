import Testing
import TestSupport

@testable import JSON

struct JSONWriterTests {
  @Test(
    arguments: [
      ("quote and backslash", "\"\\", .minimal, #""\"\\""#),
      ("controls", "\u{0}\n\u{1F}\u{7F}", .minimal, "\"\\u0000\\u000a\\u001f\u{7F}\""),
      ("the rest as it is", "é😀\u{2028}", .minimal, "\"é😀\u{2028}\""),
      (
        "nothing but printable ASCII", "é😀\u{2028}\u{7F}\u{9B}a", .nonASCII,
        #""\u00e9\ud83d\ude00\u2028\u007f\u009ba""#
      ),
    ] as [(String, String, JSONValue.Escaping, String)])
  func escapes(_ name: String, _ text: String, _ escaping: JSONValue.Escaping, _ expected: String) {
    #expect(
      String(decoding: JSONValue.string(text).serialized(escaping: escaping), as: UTF8.self)
        == expected)
  }

  @Test func writesTheShortestText() {
    let value: JSONValue = ["a": [1, true, .null, "x"], "b": [:]]
    #expect(
      String(decoding: value.serialized(), as: UTF8.self) == #"{"a":[1,true,null,"x"],"b":{}}"#)
  }

  @Test(arguments: 0..<200)
  func readsBackWhatItWrote(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = randomValue(depth: 5, &random)
    #expect(try JSONParser.parse(value.serialized()) == value)
    #expect(try JSONParser.parse(value.serialized(escaping: .nonASCII)) == value)
  }

  private func randomValue(depth: Int, _ random: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .number(randomNumber(&random))
    case 3: return .string(randomString(&random))
    case 4:
      return .array(
        (0..<Int.random(in: 0..<5, using: &random)).map { _ in
          randomValue(depth: depth - 1, &random)
        })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0..<12, using: &random) {
        object[randomString(&random)] = randomValue(depth: depth - 1, &random)
      }
      return .object(object)
    }
  }

  private func randomNumber(_ random: inout SplitMix64) -> JSONNumber {
    let digits = UInt32.random(in: 0...UInt32.max, using: &random)
    let shapes = ["\(digits)", "-\(digits)", "0.\(digits)", "\(digits)e-12", "-\(digits).5E+300"]
    guard let number = shapes.randomElement(using: &random).flatMap(JSONNumber.init) else {
      preconditionFailure("every shape is a JSON number")
    }
    return number
  }

  private func randomString(_ random: inout SplitMix64) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x1F, 0x20...0x7F, 0x80...0x7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0..<20, using: &random) {
      let range = ranges.randomElement(using: &random) ?? 0x20...0x7F
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
