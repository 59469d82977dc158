private import Support

/// What a token is for, as its `typ` says (RFC 8725 §3.11). No type is accepted as another.
package enum TokenType: String, Sendable, CaseIterable {
  /// RFC 9068 §2.1
  case accessToken = "at+jwt"
  case refreshToken = "refresh+jwt"
}
