private import Support

/// The purpose of a token, from its `typ` (RFC 8725 §3.11). A token of one type is never accepted
/// as another.
package enum TokenType: String, Sendable, CaseIterable {
  /// RFC 9068 §2.1
  case accessToken = "at+jwt"
  case refreshToken = "refresh+jwt"
}
