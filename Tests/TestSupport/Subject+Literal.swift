package import Support

// Tests write names as texts.
extension Subject: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self.init(constant: text) }
}
