private import Support

/// A tool over stdio, where the credential is an argument of the call: the tool and who guards it.
package struct GatedTool: Sendable {
  let tool: CalculatorTool
  let gate: Gate
}
