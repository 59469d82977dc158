private import Support

/// Why no token is issued to a caller who may ask for one.
package enum IssueFailure: Error, Sendable, Equatable {
  case invalidUser
  case unknownUser
  /// The request names more than these. It is refused, not cut.
  case morePermissions(PermissionSet)
  case invalidLifetime(maximum: Duration)

  /// A sentence that a model can act on. It repeats nothing of the request.
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

/// Why a refresh token gives no new pair.
package enum RefreshFailure: Error, Sendable, Equatable {
  /// The token is no longer valid.
  case unauthenticated(AuthenticationError)
  /// The token is valid, and the request is refused.
  case refused(IssueFailure)
}
