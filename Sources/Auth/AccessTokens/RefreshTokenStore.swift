package import Support

/// The families of refresh tokens.
///
/// It stores revocations too, because the second use of a refresh token revokes its family in the
/// same step (RFC 9700 §4.14.2). To revoke a family also ends its refresh tokens.
package protocol RefreshTokenStore: RevocationStore {
  /// Adds a family.
  func begin(_ family: TokenFamily, named name: String, now: WallTime) async

  /// Returns the family of `token`, which must be its current refresh token. A used token revokes
  /// the family.
  /// - Parameter accessUntil: when the last access token of the family expires.
  /// - Throws: `AuthenticationError.unknownFamily`, `.replayedToken`
  func check(_ token: String, of family: String, accessUntil: WallTime, now: WallTime)
    async throws(AuthenticationError) -> TokenFamily

  /// Checks `token` and replaces it by `next` in one step. Of two attempts at the same time, only
  /// one succeeds.
  /// - Throws: as `check`.
  func rotate(
    _ token: String, to next: String, of family: String, accessUntil: WallTime, now: WallTime)
    async throws(AuthenticationError)
}

/// The common properties of all tokens that descend from one `generate_token`.
package struct TokenFamily: Sendable, Equatable {
  /// The `jti` of the refresh token that may be used now.
  package var current: String
  /// The lifetime of the first access token of the family. Later ones have the same.
  package let lifetime: Duration
  /// When its refresh tokens expire. No refresh moves it.
  package let endsAt: WallTime

  package init(current: String, lifetime: Duration, endsAt: WallTime) {
    self.current = current
    self.lifetime = lifetime
    self.endsAt = endsAt
  }
}
