/// What must be remembered of tokens, since they cannot be taken back once they are out.
///
/// Times are in milliseconds since 1970.
package protocol TokenRegistry: Sendable {
  /// A new family begins with this refresh token.
  func begin(_ family: TokenID, with token: TokenID, expiresAt: Int, now: Int)

  /// Puts `next` in the place of `token`, once and for all (RFC 9700 §4.14.2).
  ///
  /// A second attempt ends the family: one of the two who hold the token has stolen it.
  /// - Parameter accessUntil: when the last access token of the family is over.
  /// - Throws: `AuthenticationFailure.unknownFamily`, `.replayedToken`.
  func rotate(
    _ family: TokenID, from token: TokenID, to next: TokenID, expiresAt: Int, accessUntil: Int,
    now: Int
  ) throws(AuthenticationFailure)

  /// Ends a token, or a family with all its tokens, until when it would be over anyway.
  func revoke(_ id: TokenID, until: Int, now: Int)

  func isRevoked(_ id: TokenID) -> Bool

  /// Whether anything at all is revoked: mostly not, and then no token's name needs to be hashed.
  var hasRevoked: Bool { get }

  /// Whether this refresh token is the one of its family that may be used now.
  func isCurrent(_ token: TokenID, of family: TokenID) -> Bool
}
