private import Support

/// Authenticates a request by the one authenticator that its credential is for.
///
/// No credential is tried against two authenticators: the first one that handles its kind accepts or
/// refuses it. A bad credential is never treated as a missing one.
package struct Authentication: Sendable {
  private let authenticators: [any Authenticator]

  /// - Parameter authenticators: in the order in which they are asked: tokens before keys, which may
  ///   be sent in the same place.
  package init(_ authenticators: [any Authenticator]) { self.authenticators = authenticators }

  /// - Throws: `AuthenticationError`: over HTTP a 401 that is the same for every one.
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
    authenticator(for: credential)?.canBeGuessed ?? false
  }

  private func authenticator(for credential: Credential) -> (any Authenticator)? {
    authenticators.first { $0.handles(credential) }
  }

  /// What a 401 says: one challenge for each scheme that is on and fits what was sent, and
  /// `invalid_token` only to a caller who sent a Bearer token (RFC 6750 §3: without a credential, no
  /// error).
  ///
  /// Whoever sent a key or a token gets no Basic challenge where Bearer is on: URLSession on Linux
  /// never returns from one, and a browser asks its user for a password.
  /// - Parameters:
  ///   - credential: what was sent.
  ///   - scheme: its scheme; `nil` where there was none, or an unknown one.
  package func challenges(to credential: Credential.Kind?, _ scheme: Challenge.Scheme?)
    -> [Challenge]
  {
    var schemes: [Challenge.Scheme] = []
    for scheme in authenticators.compactMap(\.scheme) where !schemes.contains(scheme) {
      schemes.append(scheme)
    }
    // RFC 9110 §15.5.2: there is at least one, also where a guest who needs none sent a bad one.
    if schemes.isEmpty { schemes = [.bearer] }
    if let scheme, schemes.contains(scheme) { schemes = [scheme] }
    return schemes.map {
      Challenge($0, error: $0 == .bearer && credential == .bearer ? .invalidToken : nil)
    }
  }
}
