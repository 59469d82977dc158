private import Support

/// Why an authorized caller gets no token.
package enum IssueFailure: Error, Sendable, Equatable {
  case invalidUser
  case unknownUser
  /// The request has more permissions than these. It is refused, not reduced.
  case morePermissions(PermissionSet)
  case invalidLifetime(maximum: Duration)

  /// The message for the model. It repeats nothing from the request.
  package var sentence: String {
    switch self {
    case .invalidUser: "user_id must have 1 to 256 bytes and no control characters."
    case .unknownUser: "The user is not known to this server."
    case .morePermissions(let all):
      all.isEmpty
        ? "permissions must be empty: this user has none."
        : "permissions may name only what this user has: "
          + all.knownInOrder.map(\.rawValue).joined(separator: ", ") + "."
    case .invalidLifetime(let maximum):
      "expires_in must be a whole number of seconds from 1 to \(maximum.components.seconds)."
    }
  }
}

/// Why a refresh token gives no new pair of tokens.
package enum RefreshFailure: Error, Sendable, Equatable {
  /// The token is no longer valid.
  case unauthenticated(AuthenticationError)
  /// The token is valid, but the request is refused.
  case refused(IssueFailure)
}
