private import Support
package import JSON

/// The identifier of a request: a string or an integer. The reply repeats it unchanged.
///
/// Its length is bounded, because the reply and the audit log contain it.
package struct RequestID: Sendable, Equatable {
  /// The message for an invalid identifier.
  static let rule =
    "id must be a string of at most 256 bytes, or an integer of at most 64 digits"

  package let json: JSONValue

  /// `nil` for `null`, a fraction or any other type (MCP basic/index, "Requests"), and for a string
  /// over 256 bytes or an integer over 64 digits.
  package init?(_ json: JSONValue) {
    switch json {
    case .string(let text) where text.utf8.count <= 256: break  // H33, S18
    case .number(let number) where number.isIntegerText && Self.digits(of: number) <= 64: break
    default: return nil
    }
    self.json = json
  }

  private static func digits(of number: JSONNumber) -> Int {
    number.text.utf8.count - (number.text.utf8.first == UInt8(ascii: "-") ? 1 : 0)
  }
}
