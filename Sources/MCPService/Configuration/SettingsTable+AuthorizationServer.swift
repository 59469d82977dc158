package import Auth
private import Support

/// The settings of the authorization server in CalculatorOAuth.
extension Settings {
  private static let prefix = ServiceName.settingPrefix
  private static let folder = "/etc/\(ServiceName.text)"

  /// Whether something is on.
  package enum Switch: String, Sendable, CaseIterable { case off, on }

  /// The providers of the module `IdentityProviders`, beside which there are `none` and `password`.
  package static let providers = [
    ProviderSettingNames(id: "github", prefix: "GITHUB", title: "GitHub", hasEndpoints: true),
    ProviderSettingNames(
      id: "atlassian", prefix: "ATLASSIAN", title: "Atlassian", hasEndpoints: true,
      hasSites: true),
    ProviderSettingNames(
      id: "oidc", prefix: "OIDC", title: "the OpenID provider", hasEndpoints: false),
  ]

  package static let signInProvider = Setting<String>.word(
    "\(prefix)OAUTH_PROVIDER", of: ["none", "password"] + providers.map(\.id), default: "none",
    .needsRestart,
    """
    how people sign in at the authorization server of this server; `none`: it has none, and tokens \
    come from `\(providerIssuer.name)`
    """)
  package static let clients = FileSetting(
    "\(prefix)OAUTH_CLIENTS", .clients, .applies, example: "\(folder)/clients.json",
    "the clients that the operator has registered")
  package static let registration = Setting<Switch>.choice(
    "\(prefix)OAUTH_REGISTRATION", default: .off, .needsRestart,
    """
    `on`: clients may register themselves (RFC 7591), which MCP keeps only for older ones; needs \
    `\(state.name)`
    """)
  package static let clientIDHosts = Setting.list(
    "\(prefix)OAUTH_CLIENT_ID_HOSTS", of: "host names", describedDefault: "all public hosts",
    .needsRestart, example: "claude.ai,app.example",
    "the hosts whose URLs may be a `client_id` (Client ID Metadata Documents)")
  package static let userRoles = FileSetting(
    "\(prefix)OAUTH_USERS", .userRoles, .appliesUnlessRemoved, example: "\(folder)/users.json",
    "who may sign in with the provider, and with which role")
  package static let userDefaultRole = Setting<Role?>.optionalChoice(
    "\(prefix)OAUTH_DEFAULT_ROLE", .needsRestart, example: Role.basic,
    """
    the role of everybody who is not in `\(userRoles.name)`; without it they are refused. With \
    GitHub, everybody in the world can sign in
    """)
  package static let state = Setting<String>.anyText(
    "\(prefix)STATE", "a path, or :memory:", default: ":memory:", .needsRestart,
    "the file of clients, sign-ins and keys, which only its owner may read; in memory, they end with "
      + "the process")
  package static let stateKey = SecretSetting(
    "\(prefix)STATE_KEY", .needsRestart,
    "seals the signing keys in the state (AES-256-GCM); at least 32 bytes")
  package static let previousStateKey = SecretSetting(
    "\(prefix)STATE_KEY_PREVIOUS", .needsRestart,
    "the key before, which still opens what it sealed")

  static let ofAuthorizationServer =
    [
      signInProvider.declaration, clients.declaration, registration.declaration,
      clientIDHosts.declaration, userRoles.declaration, userDefaultRole.declaration,
      state.declaration, stateKey.declaration, previousStateKey.declaration,
      credentials.declaration.meaning(
        "the users of `\(signInProvider.name)=password`, with their roles; its keys are not used"),
    ] + providers.flatMap(\.declarations)
}

/// The settings of one provider: `GITHUB_CLIENT_ID` and so on.
package struct ProviderSettingNames: Sendable {
  /// As in `ProviderDescription`.
  package let id: String
  package let clientID: Setting<String?>
  package let clientSecret: SecretSetting
  package let scope: Setting<String?>
  /// Of a provider with public addresses.
  package let authorizeURL: Setting<String?>?
  package let tokenURL: Setting<String?>?
  package let apiURL: Setting<String?>?
  /// Of one that is found by discovery.
  package let issuer: Setting<String?>?
  package let sites: Setting<[String]>?

  init(
    id: String, prefix: String, title: String, hasEndpoints: Bool, hasSites: Bool = false
  ) {
    self.id = id
    func url(_ name: String, _ sentence: String, _ isThere: Bool) -> Setting<String?>? {
      guard isThere else { return nil }
      return Setting.text(
        "\(prefix)_\(name)", "a URL", .needsRestart, example: "https://login.example", sentence)
    }
    clientID = Setting.text(
      "\(prefix)_CLIENT_ID", "1 to 256 bytes without control characters", .needsRestart,
      example: "calculator", "the client as which this server is registered at \(title)")
    clientSecret = SecretSetting(
      "\(prefix)_CLIENT_SECRET", .needsRestart, "the secret of `\(prefix)_CLIENT_ID`")
    scope = Setting.text(
      "\(prefix)_SCOPE", "scopes with spaces between them", .needsRestart, example: "openid email",
      "what this server asks \(title) for; without it, no more than it needs")
    authorizeURL = url(
      "AUTHORIZE_URL", "the page at which people sign in; without it, the public one", hasEndpoints)
    tokenURL = url(
      "TOKEN_URL", "the token endpoint of \(title); without it, the public one", hasEndpoints)
    apiURL = url("API_URL", "the API of \(title); without it, the public one", hasEndpoints)
    issuer = url("ISSUER", "the issuer of \(title), as in its metadata", !hasEndpoints)
    sites =
      hasSites
      ? Setting.list(
        "\(prefix)_SITES", of: "host names or identifiers of sites", describedDefault: "all",
        .needsRestart, example: "example.atlassian.net",
        "a person must belong to one of these sites") : nil
  }

  var declarations: [SettingDeclaration] {
    [
      issuer?.declaration, clientID.declaration, clientSecret.declaration, scope.declaration,
      authorizeURL?.declaration, tokenURL?.declaration, apiURL?.declaration, sites?.declaration,
    ].compactMap(\.self)
  }
}
