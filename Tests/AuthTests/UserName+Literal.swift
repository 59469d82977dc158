import Auth
import TestSupport

// Tests write names as texts.
extension UserName: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) {
    guard let name = UserName(text) else { preconditionFailure("\(text) is no name of a user") }
    self = name
  }
}
