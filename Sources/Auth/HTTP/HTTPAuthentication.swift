private import Support

/// Answers who sends a request, by the one verifier that its credential is for.
///
/// No credential is tried against two verifiers: each kind goes one way through this one switch, and
/// a credential that is there and bad is never taken for none.
package struct HTTPAuthentication: Sendable {
  private let keys: KeyAuthenticator?
  private let tokens: TokenAuthenticator?
  private let passwords: PasswordAuthenticator?
  private let guests: Role?

  /// - Parameters:
  ///   - tokens: takes access tokens.
  ///   - guests: the role of those who come without a credential; `nil` keeps them out.
  package init(
    keys: KeyAuthenticator? = nil, tokens: TokenAuthenticator? = nil,
    passwords: PasswordAuthenticator? = nil, guests: Role? = nil
  ) {
    self.keys = keys
    self.tokens = tokens
    self.passwords = passwords
    self.guests = guests
  }

  /// Whether somebody could come by such a credential by guessing: a password, and keys and tokens
  /// while weak secrets are allowed. An attempt is then to be charged before it is checked.
  package func canBeGuessed(_ credential: PresentedCredential) -> Bool {
    switch credential {
    case .none, .malformed: false
    case .apiKey: keys?.canBeGuessed ?? false
    case .bearer(let secret):
      (isToken(secret) ? tokens?.canBeGuessed : keys?.canBeGuessed) ?? false
    case .basic: passwords != nil
    }
  }

  /// The caller, where `client` showed the same password before and it was right; else `nil`.
  package func recall(_ credential: PresentedCredential, from client: BucketKey) -> Identity? {
    guard case .basic(let user, let password) = credential else { return nil }
    return passwords?.recall(user: user, password: password, from: client)
  }

  /// - Throws: `AuthenticationFailure`: on the wire a 401 that is the same for every one.
  package func recognise(_ credential: PresentedCredential, from client: BucketKey)
    throws(AuthenticationFailure) -> Recognition
  {
    switch credential {
    case .none:
      guard let guests else { throw .missingCredential }
      return .identity(.guest(guests))
    case .malformed:
      throw .malformedCredential
    case .apiKey(let key):
      guard let keys else { throw .unsupportedCredential }
      return .identity(try keys.identity(of: key))
    case .bearer(let secret):
      return .identity(try bearer(secret))
    case .basic(let user, let password):
      guard let passwords else { throw .unsupportedCredential }
      return try passwords.recognise(user: user, password: password, from: client)
    }
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
  package func challenges(to credential: CredentialKind, _ scheme: Challenge.Scheme?)
    -> [Challenge]
  {
    var schemes: [Challenge.Scheme] = []
    // RFC 9110 §15.5.2: there is one at least, also where a guest who need not brought a bad one.
    if keys != nil || tokens != nil || passwords == nil { schemes.append(.bearer) }
    if passwords != nil { schemes.append(.basic) }
    if let scheme, schemes.contains(scheme) { schemes = [scheme] }
    return schemes.map {
      Challenge($0, error: $0 == .bearer && credential == .bearer ? .invalidToken : nil)
    }
  }

  private func bearer(_ secret: Secret) throws(AuthenticationFailure) -> Identity {
    if let tokens, isToken(secret) { return try tokens.identity(of: secret).withoutClaims }
    guard let keys else { throw .unsupportedCredential }
    return try keys.identity(of: secret)
  }

  /// Two dots make a token where tokens are on (RFC 7515 §7.1); all else is a key.
  private func isToken(_ secret: Secret) -> Bool {
    guard tokens != nil else { return false }
    return keys == nil || Array(secret.exposed.utf8).count { $0 == UInt8(ascii: ".") } == 2
  }
}
