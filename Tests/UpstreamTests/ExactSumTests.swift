import CalculatorCore
import JSON
import Testing

@testable import Upstream

/// No digit of a sum is lost silently.
struct ExactSumTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let numbers: [String]
    /// `nil` if the sum is refused.
    let sum: String?

    init(_ name: String, _ numbers: [String], _ sum: String?) {
      testDescription = name
      self.numbers = numbers
      self.sum = sum
    }
  }

  private static let nines = String(repeating: "9", count: 34)

  static let rows = [
    Row("nothing", [], "0"), Row("tenths", ["0.1", "0.2"], "0.3"),
    Row("tenths ten times", Array(repeating: "0.1", count: 10), "1"),
    Row("the digits of a binary64", ["0.30000000000000004", "1e2"], "100.30000000000000004"),
    Row("negative", ["5", "-7.5"], "-2.5"),
    Row("back to zero", ["1e20", "-1e20", "1e-20"], "1e-20"),
    Row("zeros of any size", ["1", "0e5000", "-0", "0.00"], "1"),
    Row("34 digits", [nines], nines), Row("34 digits and zero", [nines, "0"], nines),
    Row("33 digits apart", ["1e32", "1"], "1" + String(repeating: "0", count: 31) + "1"),
    Row("a carry to the 35th digit", [nines, "1"], nil),
    Row("the last digit is lost", ["1e34", "1"], nil),
    Row("a large and a small one", ["1e300", "1e-300"], nil),
    Row("a lost digit of a difference", ["1e34", "-1"], nil),
    Row("35 digits", ["1" + nines], nil), Row("1e400", ["1e400"], nil),
    Row("1e-400", ["1e-400"], nil), Row("a sum that is too large", ["9e307", "9e307"], nil),
  ]

  /// IEEE 754-2019 §5.4.1
  /// ATTACKS O160
  @Test(arguments: rows)
  func theSum(_ row: Row) async throws {
    let numbers = try row.numbers.map { try #require(JSONNumber($0)) }
    let sum = await result { () throws(UpstreamError) in
      var sum = ExactSum()
      for number in numbers { try sum.add(number) }
      return sum.value.description
    }
    #expect(sum == row.sum.map { .success($0) } ?? .failure(.tooLarge))
  }
}
