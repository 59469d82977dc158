package import Support

/// How a server of the settings calls a service when a request has no header for it.
package enum UpstreamAuthType: String, Sendable, CaseIterable {
  /// With its own token.
  case token
  /// With its own user and password.
  case basic
  /// Without a credential.
  case anonymous
  /// With the connection of the caller.
  case oauth
}

/// Which credentials a service takes, and which one this server has.
package struct CredentialRules: Sendable {
  package let service: UpstreamService
  /// Of the values of headers.
  package let form: CredentialForm
  /// Whether requests may have a credential in a header.
  package let takesHeaders: Bool
  /// `nil`: the service is called with headers alone.
  package let authType: UpstreamAuthType?
  /// The credential of this server.
  package let own: UpstreamCredential?

  package init(
    service: UpstreamService, form: CredentialForm, takesHeaders: Bool,
    authType: UpstreamAuthType?, own: UpstreamCredential?
  ) {
    self.service = service
    self.form = form
    self.takesHeaders = takesHeaders
    self.authType = authType
    self.own = own
  }
}

/// The stored connection of the caller.
package enum ConnectionState: Sendable {
  /// There is none, or the service has no connections.
  case none
  case token(ConnectedToken)
  case failed(ConnectionError)

  package init(_ result: Result<ConnectedToken, ConnectionError>) {
    switch result {
    case .success(let token): self = .token(token)
    case .failure(.notConnected): self = .none
    case .failure(let error): self = .failed(error)
    }
  }
}

/// The credential of one call, and where it is from.
package struct CredentialChoice: Sendable {
  /// For the audit log.
  package enum Source: String, Sendable, CaseIterable {
    case header, connection, shared, anonymous
  }

  package let credential: UpstreamCredential
  package let source: Source

  private init(_ credential: UpstreamCredential, _ source: Source) {
    self.credential = credential
    self.source = source
  }

  /// A header of the request comes before the caller's connection, which comes before the credential
  /// of this server. The first that is there decides: if it cannot be used, the call fails. The next
  /// would be another person's rights than the caller thinks.
  /// - Parameters:
  ///   - header: each value of `UpstreamService.tokenField` in the request, also an empty one.
  ///   - connection: it is not looked at if there is a header, so it need not be asked for then.
  ///   - isShared: whether the caller may use the credential of this server for this tool.
  ///   - isGuest: whether the caller has presented no credential to this server.
  package static func choose(
    _ rules: CredentialRules, header: [Secret], connection: ConnectionState, isShared: Bool,
    isGuest: Bool
  ) throws(CredentialError) -> CredentialChoice {
    if let value = header.first {
      // It is not ignored: another credential would be used than the caller thinks.
      guard rules.takesHeaders else { throw .headersOff }
      guard header.count == 1 else { throw .severalValues }
      return CredentialChoice(try rules.form.credential(value), .header)
    }
    switch connection {
    // All guests have one name: the connection of one would be that of all.
    case .token where isGuest: throw .none
    case .token(let token): return CredentialChoice(.bearer(token.access), .connection)
    case .failed(let error): throw .connection(error)
    case .none: break
    }
    // ATTACKS O147: a caller without a name must not act with the rights of this server.
    if let own = rules.own, isShared, !isGuest { return CredentialChoice(own, .shared) }
    guard rules.authType == .anonymous else { throw .none }
    return CredentialChoice(.anonymous, .anonymous)
  }
}
