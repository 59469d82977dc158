package import Auth
package import Support

/// A credential for a service, in one of the forms that the services have.
package enum UpstreamCredential: Sendable {
  /// A personal access token of Data Center, or an OAuth access token (RFC 6750 §2.1).
  case bearer(Secret)
  /// Jira Cloud and Jenkins take an API token as the password (RFC 7617 §2).
  case basic(user: String, password: Secret)
  case anonymous
}

/// Where a call goes, with whose credential, and who caused it. It is made for one call.
package struct UpstreamAccess: Sendable {
  package let service: UpstreamService
  /// The root of the service without a slash at its end, such as `https://jira.example/jira` or
  /// `https://api.atlassian.com/ex/jira/<cloud id>`. It never comes from a request.
  package let root: String
  package let credential: UpstreamCredential
  /// For the limits of outbound requests.
  package let client: Client
  private let clock: @Sendable () -> MonotonicTime
  private let end: MonotonicTime

  /// The longest time from `init` to the start of the last request: a sum may need 100 pages.
  package static let longestCall = Duration.seconds(60)

  package init(
    service: UpstreamService, root: String, credential: UpstreamCredential, client: Client,
    clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.service = service
    self.root = root
    self.credential = credential
    self.client = client
    self.clock = clock
    end = clock() + Self.longestCall
  }

  /// Whether the call may send another request.
  var hasTime: Bool { clock() < end }
}
