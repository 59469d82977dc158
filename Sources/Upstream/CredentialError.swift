private import Support

/// Why a call of a service has no credential. No case has a part of a credential.
package enum CredentialError: Error, Sendable, Equatable {
  /// The request has the header of the service, and this server takes none.
  case headersOff
  /// The request has the header more than once.
  case severalValues
  /// The header is there without a value.
  case empty
  /// Over `CredentialForm.maximumLength`.
  case tooLong
  /// Not of this form.
  case malformed(CredentialForm)
  /// The caller's connection cannot be used.
  case connection(ConnectionError)
  /// The caller has none, and may not use the one of this server.
  case none

  /// What the caller can do, for a model and its user.
  package func sentence(for rules: CredentialRules) -> String {
    let title = rules.service.title
    let field = rules.service.tokenField
    return switch self {
    case .headersOff:
      "This server takes no header \(field). Remove it from the settings of the MCP client."
        + (rules.authType == .oauth ? " \(Self.toConnect(title))" : "")
    case .severalValues: "Send the header \(field) once: the request has it several times."
    case .empty: "The header \(field) is empty. Give it a value, or remove it."
    case .tooLong:
      "The header \(field) has more than \(CredentialForm.maximumLength) bytes. Correct it."
    case .malformed(.bearer):
      "The header \(field) must be an access token of visible ASCII characters. Correct it."
    case .malformed(.basic):
      "The header \(field) must be user:token, in ASCII characters. Correct it."
    case .connection(let error): Self.sentence(error, title, rules)
    case .none: Self.withoutCredential(title, field, rules)
    }
  }

  private static func toConnect(_ title: String) -> String {
    "Call init_oauth_flow to connect to \(title)."
  }

  private static func withoutCredential(
    _ title: String, _ field: String, _ rules: CredentialRules
  ) -> String {
    switch (rules.authType == .oauth, rules.takesHeaders) {
    case (true, true):
      "There is no credential for \(title). \(toConnect(title)) Or send one in the header \(field)."
    case (true, false): "There is no credential for \(title). \(toConnect(title))"
    case (false, true):
      "There is no credential for \(title). Send one in the header \(field), which the user can set in the MCP client."
    case (false, false):
      "There is no credential for \(title) that this caller may use. The operator of this server can allow it. Do not try again."
    }
  }

  private static func sentence(
    _ error: ConnectionError, _ title: String, _ rules: CredentialRules
  ) -> String {
    switch error {
    case .notConnected: withoutCredential(title, rules.service.tokenField, rules)
    case .ended: "The connection to \(title) has ended. Call init_oauth_flow to connect again."
    case .damaged, .otherOrigin:
      "The stored connection to \(title) cannot be used. Call init_oauth_flow to connect again."
    case .unavailable, .invalidResponse, .overloaded, .state:
      "The connection to \(title) cannot be used now. Try again later."
    case .refused:
      "\(title) refuses this server. Its operator must correct the settings. Do not try again."
    }
  }
}
