import TestSupport
import Testing

@testable import CalculatorCore

/// Compares random operations with schoolbook arithmetic.
@Suite("Decimal agrees with the oracle")
struct ArithmeticOracleTests {
  @Test(arguments: 0..<8 as Range<UInt64>)
  func everyResultIsCorrectlyRounded(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
      let a = Decimal.random(leadingExponent: -30...30, using: &random)
      let b = Decimal.random(leadingExponent: -30...30, using: &random)
      #expect(try a + b == Oracle.sum(a, b), "\(a) + \(b)")
      #expect(try a - b == Oracle.sum(a, -b), "\(a) - \(b)")
      #expect(try a * b == Oracle.product(a, b), "\(a) * \(b)")
      #expect(try a / b == Oracle.quotient(a, b), "\(a) / \(b)")
      let square = a.isNegative ? -a : a
      #expect(try square.squareRoot() == Oracle.squareRoot(square), "root of \(square)")
      if let remainder = Oracle.modulo(a, b) {
        #expect(try a.modulo(b) == remainder, "\(a) modulo \(b)")
      } else {
        #expect(throws: CalculatorError.remainderTooLong, "\(a) modulo \(b)") { try a.modulo(b) }
      }
    }
  }

  /// The hardest cases for rounding: the second summand ends at, or next to, half of a last digit.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func summandsFarBehindAreRoundedRight(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      let a = Decimal.random(leadingExponent: 0...0, using: &random)
      let b = Decimal.random(leadingExponent: -42 ... -32, using: &random)
      #expect(try a + b == Oracle.sum(a, b), "\(a) + \(b)")
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func smallPowersAreOffByOneInTheLastDigitAtMost(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<25 {
      let a = Decimal.random(leadingExponent: -2...2, using: &random)
      let times = Int.random(in: 1...50, using: &random)
      let exact = (0..<times).reduce(Natural(1)) { product, _ in
        product * Natural(a.coefficient)
      }
      let expected = Oracle.rounded(exact, a.exponent * times, a.isNegative && times % 2 == 1)
      let result = try a.raised(to: Decimal(times))
      let difference = try result - expected
      #expect(
        difference.isZero
          || difference.leadingExponent <= expected.leadingExponent - 33
            && difference.coefficient == 1,
        "\(a) to the power of \(times)")
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func noOperandsTrapAndEveryResultReadsBack(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      var operands = (0..<2).map { _ in
        Decimal.random(leadingExponent: -307...307, using: &random)
      }
      if Int.random(in: 0..<20, using: &random) == 0 {
        operands.swapAt(0, 1)
        operands[1] = Decimal(0)
      }
      for operation in Operation.allCases {
        let used = Array(operands.prefix(operation.argumentNames.count))
        guard let result = try? operation.evaluate(used) else { continue }
        #expect(try Decimal(parsing: result.description) == result)
        #expect(result.coefficient.digitCount <= Decimal.maximumDigits)
      }
    }
  }
}
