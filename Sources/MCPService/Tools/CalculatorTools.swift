private import Support
private import Auth
private import CalculatorCore
private import JSON
private import MCP

/// The seven operations of the calculator as tools, in the order of `tools/list`.
package enum CalculatorTools {
  package static func all(behind policy: AccessPolicy) -> [ProtectedTool] {
    Operation.allCases.map { ProtectedTool(tool: tool(for: $0, behind: policy), policy: policy) }
  }

  /// The same, where the credential does not come as an argument.
  package static func all() -> [Tool] {
    Operation.allCases.map { tool(for: $0, behind: nil) }
  }

  private static func tool(for operation: Operation, behind policy: AccessPolicy?) -> Tool {
    Tool(
      definition: definition(of: operation, policy), permission: permission(for: operation),
      run: { (arguments, identity) throws(CallFailure) in
        do throws(ToolFailure) {
          return try run(operation, arguments, policy?.slot)
        } catch {
          throw .refused(identity, error)
        }
      })
  }

  private static func permission(for operation: Operation) -> Permission {
    switch operation {
    case .add, .subtract, .multiply, .divide: .calculateBasic
    case .power, .modulo, .squareRoot: .calculateAdvanced
    }
  }

  // MARK: Running

  private static func run(
    _ operation: Operation, _ arguments: JSONObject, _ slot: CredentialSlot?
  ) throws(ToolFailure) -> ToolResult {
    let names = operation.argumentNames
    // What was sent is not repeated: it may be a secret in the wrong place.
    guard arguments.members.allSatisfy({ names.contains($0.name) }) else {
      throw ToolFailure(
        sentence: "\(operation.rawValue) takes \(names.joined(separator: " and "))"
          + (slot.map { ", and \($0.argument) for the credential" } ?? "")
          + "; remove every other argument.")
    }
    var operands: [Decimal] = []
    for name in names { operands.append(try operand(name, in: arguments)) }
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
        return try Decimal(parsing: number.text)
      } catch {
        throw ToolFailure(sentence: "\(name) \(error.reason).")
      }
    default:
      throw ToolFailure(sentence: "\(name) must be a JSON number, such as 0.5, without quotes.")
    }
  }

  // MARK: Describing

  private static func definition(of operation: Operation, _ policy: AccessPolicy?) -> ToolDefinition
  {
    let (title, description) = words(for: operation)
    let arguments = operation.argumentNames.map { name in
      (
        name,
        ["type": "number", "description": .string(argument(name, of: operation))] as JSONValue
      )
    }
    return ToolDefinition(
      name: operation.rawValue, title: title, description: description,
      inputSchema: InputSchema.make(
        arguments, required: operation.argumentNames, behind: policy),
      outputSchema: JSONObject([
        ("type", "object"),
        ("properties", ["result": ["type": "number", "description": "The result."]]),
        ("required", ["result"]), ("additionalProperties", false),
      ]),
      annotations: JSONObject([
        ("readOnlyHint", true), ("idempotentHint", true), ("openWorldHint", false),
      ]))
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
