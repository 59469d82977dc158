package import Auth
package import HTTPClient
package import Support

/// All that the rest of the server must know about a kind of provider: its names, the settings that
/// it has, and how to make it.
///
/// A new provider is a file that declares one of these, and its line in `all`.
package struct ProviderDescription: Sendable {
  /// As in `CALCULATOR_OAUTH_PROVIDER`, in the path of the callback, and before a person's identifier:
  /// `github`.
  package let id: String
  /// As people write it: `GitHub`; the host of the issuer, where the settings name one.
  package var title: String
  /// The scope that this server asks for, unless a setting says another.
  package let scope: String
  /// What the scope means for the person, in a few words each: `read your e-mail addresses`.
  package let meaning: [String]
  /// The public addresses; `nil` for a provider that is found by discovery from its issuer.
  package let endpoints: ProviderEndpoints?
  package let make: @Sendable (ProviderConfiguration, ProviderContext) -> any IdentityProvider

  package init(
    id: String, title: String, scope: String, meaning: [String],
    endpoints: ProviderEndpoints?,
    make: @escaping @Sendable (ProviderConfiguration, ProviderContext) -> any IdentityProvider
  ) {
    self.id = id
    self.title = title
    self.scope = scope
    self.meaning = meaning
    self.endpoints = endpoints
    self.make = make
  }
}

/// Addresses without a slash at the end of `api`.
package struct ProviderEndpoints: Sendable {
  package var authorize: String
  package var token: String
  package var api: String

  package init(authorize: String, token: String, api: String) {
    self.authorize = authorize
    self.token = token
    self.api = api
  }
}

/// The values of a provider's settings.
package struct ProviderConfiguration: Sendable {
  package let clientID: String
  package let clientSecret: Secret
  package let scope: String
  /// For a provider with `endpoints`.
  package let endpoints: ProviderEndpoints?
  /// For a provider that is found by discovery.
  package let issuer: String?
  /// The sites that a person must have one of (Atlassian); empty: no site is needed.
  package let allowedSites: [String]

  package init(
    clientID: String, clientSecret: Secret, scope: String, endpoints: ProviderEndpoints?,
    issuer: String?, allowedSites: [String] = []
  ) {
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scope = scope
    self.endpoints = endpoints
    self.issuer = issuer
    self.allowedSites = allowedSites
  }
}

/// What a provider may use.
package struct ProviderContext: Sendable {
  package let http: any HTTPClient
  package let now: @Sendable () -> WallTime
  package let clock: @Sendable () -> MonotonicTime
  package let log: Log

  package init(
    http: any HTTPClient, now: @escaping @Sendable () -> WallTime,
    clock: @escaping @Sendable () -> MonotonicTime, log: Log
  ) {
    self.http = http
    self.now = now
    self.clock = clock
    self.log = log
  }
}

extension ProviderDescription {
  /// The providers that this server knows. A new one is a line here.
  package static let all: [ProviderDescription] = [.github, .atlassian, .oidc]
}
