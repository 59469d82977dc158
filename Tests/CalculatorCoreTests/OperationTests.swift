import Testing

@testable import CalculatorCore

@Suite("Operations")
struct OperationTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let operation: Operation
    let operands: [String]
    let expected: Result<String, CalculatorError>

    init(
      _ name: String, _ operation: Operation, _ operands: String...,
      gives result: String
    ) {
      (testDescription, self.operation, self.operands) = (name, operation, operands)
      expected = .success(result)
    }

    init(
      _ name: String, _ operation: Operation, _ operands: String...,
      fails error: CalculatorError
    ) {
      (testDescription, self.operation, self.operands) = (name, operation, operands)
      expected = .failure(error)
    }
  }

  static let nines = "9999999999999999999999999999999999"

  static let sums = [
    Row("decimal fractions", .add, "0.1", "0.2", gives: "0.3"),
    Row("nothing left", .add, "-1.5", "1.5", gives: "0"),
    Row("zero and a tiny number", .add, "0", "1e-307", gives: "1e-307"),
    Row("carry into a 35th digit", .add, nines, "1", gives: "1e34"),
    Row("tie to even, down", .add, "1e33", "0.5", gives: "1e33"),
    Row(
      "tie to even, up", .add, "1000000000000000000000000000000001", "0.5",
      gives: "1000000000000000000000000000000002"),
    Row(
      "just above a tie", .add, "1e33", "0.5000000001", gives: "1000000000000000000000000000000001"),
    Row("far apart", .add, "1e300", "1e-300", gives: "1e300"),
    Row("far apart, opposite signs", .subtract, "1e300", "1e-300", gives: "1e300"),
    Row("borrow from a power of ten", .subtract, "1e34", "1", gives: nines),
    Row("borrow half a digit, tie to even", .subtract, "1e33", "0.05", gives: "1e33"),
    Row("borrow more than half a digit", .subtract, "1e33", "0.06", gives: "\(nines.dropLast()).9"),
    Row(
      "borrow just more than half a digit", .subtract, "1000000000000000000000000000000001",
      "0.50001", gives: "1e33"),
    Row("smaller minus larger", .subtract, "1", "1e20", gives: "-99999999999999999999"),
    Row("too large", .add, "9e307", "1e307", fails: .overflow),
    Row("rounded up to too large", .add, "\(nines)e274", "5e273", fails: .overflow),
    Row("too close to zero", .subtract, "1.1e-307", "1e-307", fails: .underflow),
  ]

  static let products = [
    Row("fractions", .multiply, "1.5", "-2.5", gives: "-3.75"),
    Row("zero has no sign", .multiply, "-5", "0", gives: "0"),
    Row("68 digits", .multiply, nines, nines, gives: "9999999999999999999999999999999998e34"),
    Row("too large", .multiply, "1e200", "1e108", fails: .overflow),
    Row("too close to zero", .multiply, "1e-200", "-1e-108", fails: .underflow),
    Row("a third", .divide, "1", "3", gives: "0.3333333333333333333333333333333333"),
    Row(
      "just above a tie", .multiply, "9738782537602273074125620198362679",
      "4278774683574638128266135093462919",
      gives: "4.167005617073137732181997767514785e67"),
    Row(
      "just above a tie", .divide, "1326172636201655763676418421124292",
      "9058016387103155629648737039344367",
      gives: "0.1464087256554168209405961520134649"),
    Row("two thirds", .divide, "-2", "3", gives: "-0.6666666666666666666666666666666667"),
    Row("exact", .divide, "1", "8", gives: "0.125"),
    Row("whole", .divide, "6", "3", gives: "2"),
    Row("zero", .divide, "0", "-3", gives: "0"),
    Row("long by long", .divide, nines, "3", gives: "3333333333333333333333333333333333"),
    Row("by zero", .divide, "1", "0", fails: .divisionByZero),
    Row("zero by zero", .divide, "0", "0", fails: .divisionByZero),
    Row("too large", .divide, "1e300", "1e-8", fails: .overflow),
    Row("too close to zero", .divide, "1e-300", "1e8", fails: .underflow),
  ]

  static let remainders = [
    Row("both positive", .modulo, "7", "3", gives: "1"),
    Row("negative dividend", .modulo, "-7", "3", gives: "2"),
    Row("negative divisor", .modulo, "7", "-3", gives: "-2"),
    Row("both negative", .modulo, "-7", "-3", gives: "-1"),
    Row("fraction", .modulo, "5.5", "2", gives: "1.5"),
    Row("fractional divisor", .modulo, "1", "0.3", gives: "0.1"),
    Row("nothing left", .modulo, "-6", "3", gives: "0"),
    Row("zero", .modulo, "0", "-1e300", gives: "0"),
    Row("300 digits", .modulo, "1e300", "7", gives: "1"),
    Row("300 digits, negative", .modulo, "-1e300", "7", gives: "6"),
    Row("600 digits", .modulo, "1e307", "7e-307", gives: "2e-307"),
    Row("longest divisor", .modulo, "9e307", nines, gives: "9e1"),
    Row("larger divisor", .modulo, "3", "1e300", gives: "3"),
    Row("larger divisor, other sign", .modulo, "-3", "1e20", gives: "99999999999999999997"),
    Row("remainder of 35 digits", .modulo, "-0.3", "1e34", fails: .remainderTooLong),
    Row("remainder of 300 digits", .modulo, "-3", "1e300", fails: .remainderTooLong),
    Row("by zero", .modulo, "1", "0", fails: .divisionByZero),
    Row("too close to zero", .modulo, "1.5e-307", "1e-307", fails: .underflow),
  ]

  static let powers = [
    Row("integer", .power, "2", "100", gives: "1267650600228229401496703205376"),
    Row("negative base, odd", .power, "-1.5", "3", gives: "-3.375"),
    Row("negative base, even", .power, "-10", "2", gives: "100"),
    Row("negative power", .power, "-2", "-3", gives: "-0.125"),
    Row("one as power", .power, "1.25", "1", gives: "1.25"),
    Row("largest power of ten", .power, "10", "300", gives: "1e300"),
    Row("smallest power of ten", .power, "10", "-300", gives: "1e-300"),
    Row("reciprocal of what is below the range", .power, "2e-154", "-2", gives: "2.5e307"),
    Row("zero to zero", .power, "0", "0", gives: "1"),
    Row("zero to a power", .power, "0", "1e300", gives: "0"),
    Row("zero to a negative power", .power, "0", "-1", fails: .zeroToNegativePower),
    Row("one to anything", .power, "1", "-1e300", gives: "1"),
    Row("minus one, even", .power, "-1", "1e300", gives: "1"),
    Row("minus one, odd", .power, "-1", "-\(nines)", gives: "-1"),
    Row("root", .power, "4", "0.5", fails: .exponentNotInteger),
    Row("too large", .power, "9999", "9999", fails: .overflow),
    Row("too large at once", .power, "10", "1e9", fails: .overflow),
    Row("too close to zero", .power, "10", "-1e300", fails: .underflow),
    Row("fraction to a large power", .power, "0.5", "1e300", fails: .underflow),
    Row("fraction to a large negative power", .power, "0.5", "-1e300", fails: .overflow),
    Row("power of 301 digits", .power, "1.0000001", "1e300", fails: .exponentTooLarge),
    Row("power of ten digits", .power, "1.0000001", "1000000000", fails: .exponentTooLarge),
  ]

  static let roots = [
    Row("two", .squareRoot, "2", gives: "1.414213562373095048801688724209698"),
    Row("fraction", .squareRoot, "0.25", gives: "0.5"),
    Row("odd exponent", .squareRoot, "1000", gives: "31.62277660168379331998893544432719"),
    Row("large square", .squareRoot, "1e300", gives: "1e150"),
    Row(
      "smallest number", .squareRoot, "1e-307", gives: "3.162277660168379331998893544432719e-154"),
    Row(
      "square of 17 digits", .squareRoot, "152415787532388345526596755677489",
      gives: "12345678901234567"),
    Row("zero", .squareRoot, "-0", gives: "0"),
    Row("negative", .squareRoot, "-4", fails: .rootOfNegative),
  ]

  @Test(arguments: sums + products + remainders + powers + roots)
  func evaluates(_ row: Row) throws {
    let operands = try row.operands.map { try Decimal(parsing: $0) }
    switch row.expected {
    case .success(let text):
      #expect(try row.operation.evaluate(operands) == Decimal(parsing: text))
    case .failure(let error):
      #expect(throws: error) { try row.operation.evaluate(operands) }
    }
  }

  /// 50 digits from an independent calculation. The first 30 must agree.
  @Test(arguments: [
    ("1.0001", "9999", "2.71787413941128373566409826508", 0),
    ("0.97", "9999", "5.37738248380592457234876531172", -133),
    ("1.07", "-9999", "1.55455798402236908638386315657", -294),
    ("1.00027", "3650", "2.67879477202967141015189777598", 0),
  ])
  func powersHave30RightDigits(a: String, b: String, digits: String, exponent: Int) throws {
    let result = try Decimal(parsing: a).raised(to: Decimal(parsing: b))
    #expect(result.leadingExponent == exponent)
    #expect(String(result.coefficient).prefix(30) == digits.filter { $0 != "." })
  }

  @Test func namesOperandsAsTheToolsDo() {
    #expect(
      Operation.allCases.map(\.rawValue)
        == ["add", "subtract", "multiply", "divide", "power", "modulo", "square_root"])
    for operation in Operation.allCases {
      #expect(operation.argumentNames == (operation == .squareRoot ? ["a"] : ["a", "b"]))
    }
  }

  @Test(
    arguments: [
      (.divisionByZero, "b must not be zero: division by zero has no result."),
      (.rootOfNegative, "a must not be negative: its square root would not be a real number."),
      (.exponentNotInteger, "b must be an integer: for the exponent 0.5 use square_root instead."),
      (.exponentTooLarge, "b must be between -999999999 and 999999999 for this a."),
      (.zeroToNegativePower, "b must not be negative where a is zero: it would divide by zero."),
      (
        .remainderTooLong,
        "a and b are too far apart: the exact remainder has more than 34 significant digits."
      ),
      (.overflow, "a and b give a result that is too large: it must stay below 1e308."),
      (
        .underflow,
        "a and b give a result that is too close to zero: it must be zero, or at least 1e-307 in magnitude."
      ),
    ] as [(CalculatorError, String)])
  func saysWhatToChange(error: CalculatorError, message: String) {
    #expect(error.message == message)
  }
}
