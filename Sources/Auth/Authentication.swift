private import Support

/// Authenticates a request with the authenticator for its kind of credential.
///
/// No credential is tried with two authenticators: the first one that handles its kind accepts or
/// refuses it. A bad credential is never treated as a missing one.
package struct Authentication: Sendable {
  private let authenticators: [any Authenticator]

  /// - Parameter authenticators: in the order in which they are tried: tokens before API keys,
  ///   because both may be sent as a Bearer token.
  package init(_ authenticators: [any Authenticator]) { self.authenticators = authenticators }

  /// - Throws: `AuthenticationError`, for the audit log only.
  package func authenticate(_ credential: Credential, from client: Client)
    async throws(AuthenticationError) -> Identity
  {
    if let authenticator = authenticator(for: credential) {
      return try await authenticator.authenticate(credential, from: client)
    }
    switch credential {
    case .none: throw .missingCredential
    case .malformed: throw .malformedCredential
    case .ambiguous: throw .ambiguousCredential
    case .apiKey, .bearer, .password: throw .unsupportedCredential
    }
  }

  /// See `Authenticator.recall`.
  package func recall(_ credential: Credential, from client: Client) -> Identity? {
    authenticator(for: credential)?.recall(credential, from: client)
  }

  /// See `Authenticator.canBeGuessed`.
  package func canBeGuessed(_ credential: Credential) -> Bool {
    authenticator(for: credential)?.canBeGuessed(credential) ?? false
  }

  private func authenticator(for credential: Credential) -> (any Authenticator)? {
    authenticators.first { $0.handles(credential) }
  }

  /// The challenges of a 401: one for each enabled scheme that fits the credential. Only a caller
  /// who sent a Bearer token gets `invalid_token` (RFC 6750 §3: without a credential, no error).
  ///
  /// A caller who sent a key or a token gets no Basic challenge if Bearer is enabled: URLSession on
  /// Linux never returns from it, and a browser asks its user for a password.
  /// - Parameters:
  ///   - credential: the kind of the credential that was sent.
  ///   - scheme: its scheme; `nil` for none or an unknown one.
  package func challenges(to credential: Credential.Kind?, _ scheme: Challenge.Scheme?)
    -> [Challenge]
  {
    var schemes: [Challenge.Scheme] = []
    for scheme in authenticators.compactMap(\.scheme) where !schemes.contains(scheme) {
      schemes.append(scheme)
    }
    // RFC 9110 §15.5.2: a 401 has at least one challenge. This is also true for a server of guests
    // that refuses a bad credential.
    if schemes.isEmpty { schemes = [.bearer] }
    if let scheme, schemes.contains(scheme) { schemes = [scheme] }
    return schemes.map {
      Challenge($0, error: $0 == .bearer && credential == .bearer ? .invalidToken : nil)
    }
  }
}
