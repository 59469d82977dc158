private import Support

extension Authentication {
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
