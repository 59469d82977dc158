/// What a tool call carries where its credential should be.
package enum PresentedToken: Sendable {
  case absent
  case token(Secret)
  /// Something that is no string (ASVS 15.3.5: types are checked, never coerced).
  case malformed
  /// In the arguments and in `_meta` at once.
  case ambiguous
}
