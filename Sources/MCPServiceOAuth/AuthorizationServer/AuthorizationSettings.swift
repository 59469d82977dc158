internal import Auth
internal import AuthorizationServer
internal import Crypto
internal import HTTPClient
internal import IdentityProviders
internal import MCPService
internal import ResourceServer
internal import State
internal import Support

/// The settings of the authorization server, for `CALCULATOR_OAUTH_PROVIDER` other than `none`.
struct AuthorizationSettings: Sendable {
  enum Provider: Sendable {
    case password
    case other(ProviderDescription, ProviderConfiguration)
  }

  let issuer: String
  let provider: Provider
  let clients: [OAuthClient]
  let allowsRegistration: Bool
  /// `nil`: all public hosts.
  let clientIDHosts: [String]?
  let roles: UserRoles
  /// The users of the password provider.
  let users: [PasswordUser]
  let statePath: String
  let seals: [SealingKey]
  let showsNames: Bool
  /// The permissions of the tools of this server, in the order in which it lists them.
  var permissions = Permission.known
  let outbound: CurlClient.Settings

  var isInMemory: Bool { statePath.utf8.elementsEqual(":memory:".utf8) }

  /// What the state belongs to. The identifiers of people mean something only there: two OpenID
  /// providers may have the same `sub` for two people.
  var owner: String {
    switch provider {
    case .password: "password"
    case .other(let description, let configuration):
      configuration.issuer.map { "\(description.id) \($0)" } ?? description.id
    }
  }

  /// The origins that outbound requests may trust although they are not public.
  var trustedURLs: [String] {
    guard case .other(_, let configuration) = provider else { return [] }
    let endpoints = configuration.endpoints.map { [$0.token, $0.api] } ?? []
    return endpoints + [configuration.issuer].compactMap(\.self)
  }

  /// - Parameters:
  ///   - id: the provider, other than `none`.
  ///   - issuer: the base URL; `nil` if an error about it was reported.
  /// - Returns: `nil` if an error was reported.
  static func read(
    from reader: inout EnvironmentReader, provider id: String, issuer: String?,
    allowsLoopback: Bool
  ) -> AuthorizationSettings? {
    if reader.isSet(Settings.providerIssuer.declaration) {
      reader.report(.exclusive(Settings.signInProvider.name, Settings.providerIssuer.name))
    }
    // They are about tokens of another issuer: ignored, they would promise what does not happen
    // (ATTACKS O64).
    for setting in ofAnotherIssuer where reader.isSet(setting) {
      reader.report(
        ConfigurationError(
          setting.name, "has no effect with \(Settings.signInProvider.name)", fix: "unset it"))
    }
    let provider = readProvider(&reader, id, allowsLoopback)
    let clients =
      reader.contents(of: Settings.clients) { text throws(SettingsFileError) in
        try ClientsFile(file: text, scopes: Permission.all.map(\.rawValue)).clients
      } ?? []
    let hosts = reader.list(Settings.clientIDHosts) { $0.utf8.isEmpty ? nil : $0 }
    let standard = reader.value(Settings.userDefaultRole)
    let roles =
      reader.contents(of: Settings.userRoles) { text throws(SettingsFileError) in
        try UserRoles(file: text, standard: standard)
      } ?? UserRoles(standard: standard)
    let users = readUsers(&reader, isNeeded: id.utf8.elementsEqual("password".utf8))
    let path = reader.value(Settings.state)
    let allowsRegistration = reader.value(Settings.registration) == .on
    let seals = readSeals(&reader)
    let showsNames = reader.value(Settings.showsNames)
    let outbound = CurlClient.Settings.read(from: &reader, allowsLoopback: allowsLoopback)
    guard reader.errors.isEmpty, let issuer, let provider else { return nil }
    let settings = AuthorizationSettings(
      issuer: issuer, provider: provider, clients: clients, allowsRegistration: allowsRegistration,
      clientIDHosts: hosts.isEmpty ? nil : hosts, roles: roles, users: users, statePath: path,
      seals: seals, showsNames: showsNames, outbound: outbound)
    if settings.isInMemory {
      // RFC 7591 §3.2.1: a registered client keeps its identifier, and would lose it.
      guard !allowsRegistration else {
        reader.report(
          .missingCounterpart(variable: Settings.state.name, of: Settings.registration.name))
        return nil
      }
      reader.warn(
        "\(Settings.state.name) is not set: clients, sign-ins and keys are lost when the server ends"
      )
    } else if seals.isEmpty {
      // ATTACKS O86
      reader.warn(
        "\(Settings.stateKey.name) is not set: a copy of the state is enough to sign tokens")
    }
    return settings
  }

  private static let ofAnotherIssuer = [
    Settings.providerAudience.declaration, Settings.tokenTypes.declaration,
    Settings.tokenAlgorithms.declaration, Settings.tokenLeeway.declaration,
    Settings.scopes.declaration, Settings.keysURL.declaration,
    Settings.introspectionClient.declaration, Settings.introspectionSecret.declaration,
    Settings.introspectionURL.declaration,
  ]

  private static func readProvider(
    _ reader: inout EnvironmentReader, _ id: String, _ allowsLoopback: Bool
  ) -> Provider? {
    if id.utf8.elementsEqual("password".utf8) { return .password }
    guard let names = Settings.providers.first(where: { $0.id == id }),
      let description = ProviderDescription.all.first(where: { $0.id == id })
    else { preconditionFailure("a provider has settings and no description, or the reverse") }
    let client = reader.optional(names.clientID, isValid: Subject.isValid)
    if client == nil, !reader.isSet(names.clientID.declaration) {
      reader.report(.missing(names.clientID.declaration))
    }
    let secret = reader.credential(names.clientSecret)
    if secret == nil, !reader.isSet(names.clientSecret.declaration) {
      reader.report(.missing(names.clientSecret.declaration))
    }
    let scope = reader.value(names.scope) ?? description.scope
    var endpoints = description.endpoints
    if let known = endpoints {
      endpoints = ProviderEndpoints(
        authorize: url(names.authorizeURL, &reader, allowsLoopback) ?? known.authorize,
        token: url(names.tokenURL, &reader, allowsLoopback) ?? known.token,
        api: url(names.apiURL, &reader, allowsLoopback) ?? known.api)
    }
    let issuer = url(names.issuer, &reader, allowsLoopback)
    if let setting = names.issuer, !reader.isSet(setting.declaration) {
      reader.report(.missing(setting.declaration))
    }
    let sites = names.sites.map { reader.list($0) { $0.utf8.isEmpty ? nil : $0 } } ?? []
    guard let client, let secret else { return nil }
    var named = description
    // The consent page says where the person signs in.
    if let host = issuer.flatMap(Origin.init(of:))?.host { named.title = host }
    return .other(
      named,
      ProviderConfiguration(
        clientID: client, clientSecret: secret.secret, scope: scope, endpoints: endpoints,
        issuer: issuer, allowedSites: sites))
  }

  private static func url(
    _ setting: Setting<String?>?, _ reader: inout EnvironmentReader, _ allowsLoopback: Bool
  ) -> String? {
    setting.flatMap { reader.url($0, allowsLoopback) }
  }

  private static func readUsers(
    _ reader: inout EnvironmentReader, isNeeded: Bool
  ) -> [PasswordUser] {
    guard isNeeded else { return [] }
    guard reader.isSet(Settings.credentials.declaration) else {
      reader.report(.missing(Settings.credentials.declaration))
      return []
    }
    return reader.credentialsFile()?.users ?? []
  }

  /// The keys of the state: the current one, and the one before.
  static func readSeals(_ reader: inout EnvironmentReader) -> [SealingKey] {
    [Settings.stateKey, Settings.previousStateKey].compactMap { reader.sealingKey($0) }
  }
}
