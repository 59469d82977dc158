private import Support

/// The tokens that were revoked before they expired. Times are in milliseconds since 1970.
package protocol RevocationStore: Sendable {
  /// Whether a token or its family is revoked. A full store removes the revocations of its oldest
  /// tokens, and then refuses every token of their age or older.
  /// - Parameters:
  ///   - token: its `jti`.
  ///   - family: `nil` for a token without one.
  func isRevoked(_ token: String, of family: String?, issuedAt: Int) async -> Bool

  /// Revokes one token. If too many tokens of its family are revoked, the whole family is.
  /// - Parameters:
  ///   - until: when the token expires. Then the store may forget it.
  ///   - accessUntil: when the last access token of the family expires.
  func revoke(
    _ token: String, of family: String?, issuedAt: Int, until: Int, accessUntil: Int, now: Int)
    async

  /// Revokes a family with all its tokens.
  /// - Parameter accessUntil: when the last access token of the family expires.
  func revokeFamily(_ family: String, accessUntil: Int, now: Int) async
}
