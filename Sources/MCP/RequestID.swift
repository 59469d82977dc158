package import JSON

/// The identifier of a request: a string or an integer, given back as it came.
package struct RequestID: Sendable, Equatable {
  package let json: JSONValue

  /// `nil` for `null`, a fraction or any other type (MCP basic/index, "Requests").
  package init?(_ json: JSONValue) {
    switch json {
    case .string: break
    case .number(let number) where number.isIntegerText: break
    default: return nil
    }
    self.json = json
  }
}
