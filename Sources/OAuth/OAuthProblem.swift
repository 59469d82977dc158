package import JSON
private import Support

/// An error of OAuth with one sentence for the developer of the client.
///
/// The sentence is a literal of this program, so no text of the caller can come back in a response
/// or in a redirect.
package struct OAuthProblem: Error, Sendable, Equatable {
  package let error: OAuthError
  package let description: String

  /// - Precondition: the sentence has only the characters of RFC 6749 §5.2: printable ASCII without
  ///   `"` and `\`.
  package init(_ error: OAuthError, _ description: StaticString) {
    self.error = error
    self.description = description.description
    precondition(
      self.description.utf8.allSatisfy {
        0x20...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }, "a description has a character that RFC 6749 does not allow")
  }

  /// The same sentence with another code.
  package init(_ error: OAuthError, describedAs other: OAuthProblem) {
    self.error = error
    description = other.description
  }

  /// The body of a response (RFC 6749 §5.2, RFC 7591 §3.2.2).
  package var json: JSONValue {
    ["error": .string(error.rawValue), "error_description": .string(description)]
  }
}
