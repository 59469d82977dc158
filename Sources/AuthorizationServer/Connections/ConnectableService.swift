package import Auth
package import State
package import Support

/// A service at which a user may have an account that this server calls.
package struct ConnectableService: Sendable {
  /// In the path of the callback: `jira`.
  package let id: String
  /// As people write it.
  package let title: String
  /// The host of the page to which the browser goes.
  package let host: String
  package let authorizeURL: @Sendable (_ state: Secret, _ verifier: Secret) -> String
  /// Exchanges the code of the callback. It returns what `complete` of the state returns later.
  package let exchange:
    @Sendable (_ code: Secret, _ verifier: Secret, Client) async throws(ConnectionRefused) ->
      [UInt8]

  package init(
    id: String, title: String, host: String,
    authorizeURL: @escaping @Sendable (_ state: Secret, _ verifier: Secret) -> String,
    exchange:
      @escaping @Sendable (_ code: Secret, _ verifier: Secret, Client)
      async throws(ConnectionRefused) -> [UInt8]
  ) {
    self.id = id
    self.title = title
    self.host = host
    self.authorizeURL = authorizeURL
    self.exchange = exchange
  }
}

/// The service has given no tokens.
package struct ConnectionRefused: Error, Sendable, Equatable {
  /// One word for the log.
  package let reason: String
  /// For the person.
  package let sentence: String

  package init(reason: String, sentence: String) {
    self.reason = reason
    self.sentence = sentence
  }
}

/// How a person proves to be the user who has asked for a link.
package struct ConnectionSignIn: Sendable {
  package let way: SignIn
  /// The key of a person in the state.
  package let user: @Sendable (Person) -> String
  /// Stores the connection of a flow. It gets what `exchange` of the service has returned.
  package let connect:
    @Sendable (_ result: [UInt8], UpstreamFlow, Client) async throws(ConnectionRefused) -> Void

  package init(
    _ way: SignIn, user: @escaping @Sendable (Person) -> String,
    connect:
      @escaping @Sendable (_ result: [UInt8], UpstreamFlow, Client)
      async throws(ConnectionRefused) -> Void
  ) {
    self.way = way
    self.user = user
    self.connect = connect
  }
}

/// What the audit log says of a flow.
package enum ConnectionEvent: Sendable, Equatable {
  /// The service has allowed it. The completion code is still missing.
  case allowed(service: String)
  /// After a sign-in here: the connection is stored.
  case connected(service: String)
  case refused(service: String, reason: String)
}
