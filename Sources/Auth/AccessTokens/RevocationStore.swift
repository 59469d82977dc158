package import Support

/// The tokens that were revoked before they expired.
package protocol RevocationStore: Sendable {
  /// Whether a token or its family is revoked. A full store removes the revocations of its oldest
  /// tokens, and then refuses every token of their age or older.
  /// - Parameters:
  ///   - token: its `jti`.
  ///   - family: `nil` for a token without one.
  func isRevoked(_ token: String, of family: String?, issuedAt: WallTime) async -> Bool

  /// Revokes one token. If too many tokens of its family are revoked, the whole family is.
  /// - Parameters:
  ///   - until: when the token expires. Then the store may forget it.
  ///   - accessUntil: when the last access token of the family expires.
  func revoke(
    _ token: String, of family: String?, issuedAt: WallTime, until: WallTime, accessUntil: WallTime,
    now: WallTime)
    async

  /// Revokes a family with all its tokens.
  /// - Parameter accessUntil: when the last access token of the family expires.
  func revokeFamily(_ family: String, accessUntil: WallTime, now: WallTime) async
}
