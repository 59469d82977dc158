private import Support
private import Auth
private import CalculatorCore
private import JSON
private import MCP
package import MCPService

/// The seven operations of the calculator as tools, in the order of `tools/list`.
package enum CalculatorTools {
  package static let all = Operation.allCases.map { operation in
    Tool(definition(of: operation), needs: permission(for: operation)) {
      (arguments, _) throws(ToolFailure) in try run(operation, arguments)
    }
  }

  private static func permission(for operation: Operation) -> Permission {
    switch operation {
    case .add, .subtract, .multiply, .divide: .calculateBasic
    case .power, .modulo, .squareRoot: .calculateAdvanced
    }
  }

  // MARK: Running

  private static func run(_ operation: Operation, _ arguments: JSONObject)
    throws(ToolFailure) -> ToolResult
  {
    var operands: [Decimal] = []
    for name in operation.argumentNames { operands.append(try operand(name, in: arguments)) }
    let result: Decimal
    do throws(CalculatorError) {
      result = try operation.evaluate(operands)
    } catch {
      throw ToolFailure(sentence: error.message)
    }
    let text = result.description
    guard let number = JSONNumber(text) else { preconditionFailure("a decimal is a JSON number") }
    return .success(text, structured: JSONObject([("result", .number(number))]))
  }

  private static func operand(_ name: String, in arguments: JSONObject) throws(ToolFailure)
    -> Decimal
  {
    switch arguments[name] {
    case nil: throw ToolFailure(sentence: "\(name) is missing: it must be a number.")
    case .number(let number):
      do throws(DecimalError) {
        return try Decimal(number)
      } catch {
        throw ToolFailure(sentence: "\(name) \(error.reason).")
      }
    default:
      throw ToolFailure(sentence: "\(name) must be a JSON number, such as 0.5, without quotes.")
    }
  }

  // MARK: Describing

  private static func definition(of operation: Operation) -> ToolDefinition {
    let (title, description) = words(for: operation)
    return ToolDefinition(
      name: operation.rawValue, title: title, description: description,
      arguments: operation.argumentNames.map { name in
        (name, ["type": "number", "description": .string(argument(name, of: operation))])
      },
      required: operation.argumentNames,
      result: [("result", ["type": "number", "description": "The result."])],
      isReadOnly: true, isIdempotent: true)
  }

  private static func words(for operation: Operation) -> (title: String, description: String) {
    switch operation {
    case .add: ("Add", "a + b, exact; beyond 34 digits rounded half to even.")
    case .subtract: ("Subtract", "a - b, exact; beyond 34 digits rounded half to even.")
    case .multiply: ("Multiply", "a × b, exact; beyond 34 digits rounded half to even.")
    case .divide: ("Divide", "a ÷ b, exact; beyond 34 digits rounded half to even.")
    case .power:
      ("Power", "a to the power of b, where b is an integer; 30 digits or more are right.")
    case .modulo:
      ("Modulo", "The exact remainder of a ÷ b, with the sign of the divisor b: -7 modulo 3 is 2.")
    case .squareRoot:
      ("Square root", "The square root of a, exact; beyond 34 digits rounded half to even.")
    }
  }

  private static func argument(_ name: String, of operation: Operation) -> String {
    switch (operation, name) {
    case (.add, _): "A summand."
    case (.subtract, "a"): "The number to subtract from."
    case (.subtract, _): "The number to subtract."
    case (.multiply, _): "A factor."
    case (.divide, "a"), (.modulo, "a"): "The dividend."
    case (.divide, _), (.modulo, _): "The divisor, not zero."
    case (.power, "a"): "The base."
    case (.power, _): "The exponent, an integer."
    case (.squareRoot, _): "The radicand, not negative."
    }
  }
}
