private import Support

/// Why no token is issued to somebody who may ask for one.
package enum IssueFailure: Error, Sendable, Equatable {
  case invalidUser
  case unknownUser
  /// More than these were asked for; nothing is silently cut.
  case morePermissions(PermissionSet)
  /// The most there is, in milliseconds.
  case invalidLifetime(Int)

  /// A sentence that a model can act on; it repeats nothing that was sent.
  package var sentence: String {
    switch self {
    case .invalidUser: "user_id must have 1 to 256 bytes and no control characters."
    case .unknownUser: "The user is not known to this server."
    case .morePermissions(let all):
      all.isEmpty
        ? "permissions must be empty: this user has none."
        : "permissions may name only what this user has: "
          + all.inOrder.map(\.rawValue).joined(separator: ", ") + "."
    case .invalidLifetime(let maximum):
      "expires_in must be a whole number of seconds from 1 to \(maximum / 1000)."
    }
  }
}
