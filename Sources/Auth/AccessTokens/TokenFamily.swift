private import Support

/// What all tokens that descend from one `generate_token` have in common.
package struct TokenFamily: Sendable, Equatable {
  /// The refresh token that may be used now.
  package var current: TokenID
  /// In milliseconds: how long each of its access tokens is valid, as asked for at its start.
  package let lifetime: Int
  /// In milliseconds since 1970: the end of its refresh tokens, which no refresh moves.
  package let endsAt: Int

  package init(current: TokenID, lifetime: Int, endsAt: Int) {
    self.current = current
    self.lifetime = lifetime
    self.endsAt = endsAt
  }
}
