package import Support

/// What a tool call carries where its credential should be.
package enum PresentedToken: Sendable {
  case absent
  case token(Secret)
  /// Something that is no string (ASVS 15.3.5: types are checked, never coerced).
  case malformed
  /// In the arguments and in `_meta` at once.
  case ambiguous

  /// The credential, or `nil` where there is none.
  /// - Throws: `AuthenticationFailure.malformedCredential`, `.ambiguousCredential`.
  var secret: Secret? {
    get throws(AuthenticationFailure) {
      switch self {
      case .absent: nil
      case .token(let secret): secret
      case .malformed: throw .malformedCredential
      case .ambiguous: throw .ambiguousCredential
      }
    }
  }
}
