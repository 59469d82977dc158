private import Support

/// Why a refresh token gives no new pair.
package enum RefreshFailure: Error, Sendable, Equatable {
  /// The token is not good any more.
  case unauthenticated(AuthenticationFailure)
  /// The token is good, and what was asked for is not given.
  case refused(IssueFailure)
}
