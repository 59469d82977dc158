private import Support

/// The kinds of credential that a server accepts.
package struct CredentialKinds: OptionSet, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  package static let apiKey = CredentialKinds(rawValue: 1)
  package static let token = CredentialKinds(rawValue: 2)
  package static let password = CredentialKinds(rawValue: 4)
  /// Access tokens of an identity provider. No other kind is on then.
  package static let signIn = CredentialKinds(rawValue: 8)
}
