import JSON
import TestSupport
import Testing

@testable import CalculatorCore

@Suite("Decimal as text")
struct DecimalTextTests {
  struct Accepted: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String
    let description: String

    init(_ name: String, _ text: String, _ description: String) {
      (testDescription, self.text, self.description) = (name, text, description)
    }
  }

  @Test(arguments: [
    Accepted("zero", "0", "0"),
    Accepted("negative zero has no sign", "-0", "0"),
    Accepted("zero with a fraction", "-0.000", "0"),
    Accepted("zero with an endless exponent", "0e999999999999999999999", "0"),
    Accepted("exponent", "1e3", "1000"),
    Accepted("capital E and plus", "1.5E+3", "1500"),
    Accepted("trailing zero", "0.10", "0.1"),
    Accepted("negative fraction", "-12.5", "-12.5"),
    Accepted("zeros within", "100.001", "100.001"),
    Accepted("zeros behind an integer", "1200e-1", "120"),
    Accepted("smallest plain fraction", "0.000001", "0.000001"),
    Accepted("plain fraction of several digits", "0.00000123", "0.00000123"),
    Accepted("scientific of one digit", "0.0000001", "1e-7"),
    Accepted("scientific of several digits", "-0.00000015", "-1.5e-7"),
    Accepted("smallest number", "1e-307", "1e-307"),
    Accepted("large number in full", "1e300", "1" + String(repeating: "0", count: 300)),
    Accepted(
      "largest number", "9999999999999999999999999999999999e274",
      String(repeating: "9", count: 34) + String(repeating: "0", count: 274)),
    Accepted(
      "34 digits between zeros", "0.00123456789012345678901234567890123400",
      "0.001234567890123456789012345678901234"),
    Accepted(
      "exponent that makes up for 100000 zeros",
      "0." + String(repeating: "0", count: 100_000) + "1e100001", "1"),
    Accepted("100000 zeros", "1" + String(repeating: "0", count: 100_000) + "e-100000", "1"),
  ])
  func isReadAndWritten(_ row: Accepted) throws {
    let decimal = try Decimal(parsing: row.text)
    #expect(decimal.description == row.description)
    #expect(try Decimal(parsing: row.description) == decimal)
  }

  struct Refused: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String
    let error: DecimalError

    init(_ name: String, _ text: String, _ error: DecimalError) {
      (testDescription, self.text, self.error) = (name, text, error)
    }
  }

  // RFC 8259 §6
  @Test(arguments: [
    Refused("35 digits", "12345678901234567890123456789012345", .tooManyDigits),
    Refused("35 digits around a point", "1.0000000000000000000000000000000001", .tooManyDigits),
    Refused("a million digits", "0." + String(repeating: "7", count: 1_000_000), .tooManyDigits),
    Refused("just too large", "1e308", .outOfRange),
    Refused("just too small", "9.99e-308", .outOfRange),
    Refused("largest exponent of JSON", "1e6144", .outOfRange),
    Refused("smallest exponent of JSON", "-1e-6144", .outOfRange),
  ])
  func isRefused(_ row: Refused) {
    #expect(throws: row.error) { try Decimal(parsing: row.text) }
  }

  @Test(arguments: [(0, "0"), (-7, "-7"), (1000, "1000"), (Int.min, "-9223372036854775808")])
  func holdsEveryInt(value: Int, text: String) throws {
    #expect(Decimal(value).description == text)
    #expect(try Decimal(parsing: text) == Decimal(value))
  }

  @Test func equalNumbersAreOne() throws {
    let numbers = try ["1000", "1e3", "1000.000", "0.1e4"].map { try Decimal(parsing: $0) }
    #expect(Set(numbers).count == 1)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func noTextTraps(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      let count = Int.random(in: 1...12, using: &random)
      let text = String((0..<count).map { _ in "0019-+.eE".randomElement(using: &random)! })
      guard let number = JSONNumber(text), let decimal = try? Decimal(number) else { continue }
      #expect(try Decimal(parsing: decimal.description) == decimal)
    }
  }
}

extension Decimal {
  /// The number that a JSON text writes.
  init(parsing text: String) throws {
    try self.init(#require(JSONNumber(text)))
  }
}
