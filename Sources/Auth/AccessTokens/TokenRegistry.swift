private import Support

/// What must be remembered of tokens, since they cannot be taken back once they are out.
///
/// Times are in milliseconds since 1970.
package protocol TokenRegistry: Sendable {
  /// A new family begins.
  func begin(_ name: TokenID, _ family: TokenFamily, now: Int)

  /// The family, where `token` is its refresh token that may be used now.
  ///
  /// A token that was used before ends the family: one of the two who hold it has stolen it
  /// (RFC 9700 §4.14.2).
  /// - Parameter accessUntil: when the last access token of the family is over.
  /// - Throws: `AuthenticationFailure.unknownFamily`, `.replayedToken`.
  func check(_ token: TokenID, of name: TokenID, accessUntil: Int, now: Int)
    throws(AuthenticationFailure) -> TokenFamily

  /// Checks `token` and puts `next` in its place, in one step: of two attempts at the same moment
  /// one wins.
  /// - Throws: as `check`.
  func rotate(_ name: TokenID, from token: TokenID, to next: TokenID, accessUntil: Int, now: Int)
    throws(AuthenticationFailure)

  /// Ends one token. Where too many tokens of its family are ended, all of the family are.
  /// - Parameters:
  ///   - family: `nil` for a token that belongs to none.
  ///   - until: when the token would be over anyway, and can be forgotten.
  ///   - accessUntil: when the last access token of the family is over.
  func revoke(
    _ token: TokenID, of family: TokenID?, issuedAt: Int, until: Int, accessUntil: Int, now: Int)

  /// Ends a family with all its tokens.
  /// - Parameter accessUntil: when the last access token of the family is over.
  func end(_ family: TokenID, accessUntil: Int, now: Int)

  /// Whether this token or its family is revoked, or may have been: a registry that is full refuses
  /// every token that is no younger than what it had to forget.
  /// - Parameter issuedAt: when the token was issued.
  func isRevoked(_ token: TokenID, of family: TokenID?, issuedAt: Int) -> Bool

  /// Whether anything at all is revoked: mostly not, and then no token's name needs to be hashed.
  var hasRevoked: Bool { get }
}
