private import Support

/// An operation of the calculator. The raw value is the name of the tool.
package enum Operation: String, CaseIterable, Sendable {
  case add
  case subtract
  case multiply
  case divide
  case power
  case modulo
  case squareRoot = "square_root"

  /// The names of the operands, in their order.
  package var argumentNames: [String] { self == .squareRoot ? ["a"] : ["a", "b"] }

  /// The result of the operation.
  /// - Precondition: there are as many operands as `argumentNames`.
  /// - Throws: `CalculatorError`. The functions of `Decimal` list the cases.
  package func evaluate(_ operands: [Decimal]) throws(CalculatorError) -> Decimal {
    precondition(operands.count == argumentNames.count, "\(rawValue) takes \(argumentNames)")
    return switch self {
    case .add: try operands[0] + operands[1]
    case .subtract: try operands[0] - operands[1]
    case .multiply: try operands[0] * operands[1]
    case .divide: try operands[0] / operands[1]
    case .power: try operands[0].raised(to: operands[1])
    case .modulo: try operands[0].modulo(operands[1])
    case .squareRoot: try operands[0].squareRoot()
    }
  }
}
