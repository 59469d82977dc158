package import Support

/// The name of a user with a password: a subject without a colon, which would end the name in
/// Basic credentials (RFC 7617 §2).
package struct UserName: Sendable, Hashable, CustomStringConvertible {
  package let subject: Subject

  package init?(_ text: String) {
    guard let subject = Subject(text) else { return nil }
    self.init(subject)
  }

  package init?(_ subject: Subject) {
    if subject.text.utf8.contains(UInt8(ascii: ":")) { return nil }
    self.subject = subject
  }

  package var description: String { subject.text }
}
