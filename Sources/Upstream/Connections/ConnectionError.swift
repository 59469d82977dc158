package import State
package import Support

/// An access token of a connection, for one call.
package struct ConnectedToken: Sendable {
  package let access: Secret
  /// The site that the user chose; `nil` if the service has only one.
  package let siteID: String?

  package init(access: Secret, siteID: String?) {
    self.access = access
    self.siteID = siteID
  }
}

/// Why there is no access token. No case has a text of the service.
package enum ConnectionError: Error, Sendable, Equatable {
  /// The user has no connection to this service, or has ended it.
  case notConnected
  /// The service does not accept the refresh token any more. The connection is removed.
  case ended
  /// The service does not answer, or another process renews the token. The connection stays.
  case unavailable
  /// The service refuses this server: such as a wrong client secret. The connection stays.
  case refused
  /// The response of the service is not one of the protocol. The connection stays.
  case invalidResponse
  /// No key opens the stored token, its row was changed, or it is older than one that this process
  /// has seen.
  case damaged
  /// The connection was made with another address of the service.
  case otherOrigin
  /// Too much waits.
  case overloaded
  case state(StateError)
}

/// What a user may see of their connection.
package struct ConnectionSummary: Sendable, Equatable {
  package let service: UpstreamService
  package let siteName: String?
  package let scope: String
}
