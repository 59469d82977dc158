private import Support

/// The settings of CalculatorOAuth. They stand here and not in its modules, because every server
/// knows the names of all settings.
extension Settings {
  private static let prefix = ServiceName.settingPrefix
  private static let folder = "/etc/\(ServiceName.text)"

  // MARK: The identity provider

  package static let providerIssuer = Setting.text(
    "\(prefix)OAUTH_ISSUER", "a URL", .needsRestart, example: "https://login.example/realms/main",
    """
    the issuer of the identity provider, compared byte for byte with `iss` and with `issuer` in the \
    metadata; needed unless people sign in at this server
    """)
  package static let providerAudience = Setting.list(
    "\(prefix)OAUTH_AUDIENCE", of: "audiences",
    describedDefault: "`\(baseURL.name)` with `/mcp`", .needsRestart,
    example: "https://calculator.example/mcp", "the accepted audiences (`aud`)")
  package static let tokenTypes = Setting.list(
    "\(prefix)OAUTH_TOKEN_TYPES", of: "one or more of at+jwt, JWT, absent, written exactly so",
    describedDefault: "`at+jwt`", .needsRestart, example: "at+jwt,JWT",
    """
    the accepted types (`typ`) of tokens. `JWT` and `absent` also accept tokens of providers that \
    mark access tokens in no other way
    """)
  package static let tokenAlgorithms = Setting.list(
    "\(prefix)OAUTH_ALGORITHMS",
    of: "one or more of RS256, PS256, ES256, EdDSA, written exactly so",
    describedDefault: "all four", .needsRestart, example: "ES256,EdDSA",
    "the accepted signature algorithms")
  package static let tokenLeeway = Setting.duration(
    "\(prefix)OAUTH_LEEWAY", from: .seconds(0), to: .seconds(120), default: .seconds(30),
    .needsRestart, "by how much the clock of the identity provider may differ")
  package static let scopes = FileSetting(
    "\(prefix)OAUTH_SCOPES", .permissions, .appliesUnlessRemoved, example: "\(folder)/scopes.json",
    """
    which permissions scopes, roles, groups and subjects have; without it, a scope is the \
    permission of the same name
    """)
  package static let keysURL = Setting.text(
    "\(prefix)OAUTH_JWKS_URL", "a URL", .needsRestart, example: "https://login.example/keys",
    "where the keys of the identity provider are; without it, its metadata says where")
  package static let showsNames = Setting.flag(
    "\(prefix)OAUTH_LOG_NAMES", default: false, .appliesIfDefault,
    "`true`: the audit log has the name and the e-mail address of the caller, if the token has them"
  )

  // MARK: Introspection

  package static let introspectionClient = Setting.text(
    "\(prefix)OAUTH_INTROSPECTION_CLIENT_ID", "1 to 256 bytes without control characters",
    .needsRestart, example: "calculator",
    """
    the client as which this server asks the identity provider about each token; turns \
    introspection on, and JWTs are then not verified here
    """)
  package static let introspectionSecret = SecretSetting(
    "\(prefix)OAUTH_INTROSPECTION_CLIENT_SECRET", .appliesUnlessRemoved,
    "the secret of `\(introspectionClient.name)`")
  package static let introspectionURL = Setting.text(
    "\(prefix)OAUTH_INTROSPECTION_URL", "a URL", .needsRestart,
    example: "https://login.example/introspect",
    "where tokens are introspected; without it, the provider's metadata says where")

  // MARK: Outbound requests

  package static let caFile = FileSetting(
    "\(prefix)OAUTH_CA_FILE", .certificate, .needsRestart, example: "\(folder)/ca.pem",
    "the certificates that outbound requests trust, in place of the system's")
  package static let outboundProxy = Setting.text(
    "\(prefix)OAUTH_PROXY", "http://, a name and a port", .needsRestart,
    example: "http://proxy.example:3128",
    """
    the proxy of outbound requests; TLS is between this server and the provider, so the proxy needs \
    none. Variables such as `https_proxy` have no effect
    """)
  package static let allowsLoopback = Setting.flag(
    "\(prefix)OAUTH_ALLOW_LOOPBACK", default: false, .needsRestart,
    "`true`: outbound requests may go to this machine, also without TLS (development, tests)")

  // MARK: The authority

  package static let authorityURL = Setting.text(
    "\(prefix)AUTHORITY_URL", "a URL", .needsRestart,
    example: "https://authz.example/access/v1/evaluation",
    "the authority that decides about each call of a tool (OpenID AuthZEN 1.0)")
  package static let authorityToken = SecretSetting(
    "\(prefix)AUTHORITY_TOKEN", .appliesUnlessRemoved, "the Bearer token for `\(authorityURL.name)`"
  )
  package static let authorityFile = FileSetting(
    "\(prefix)AUTHORITY_FILE", .authority, .appliesUnlessRemoved,
    example: "\(folder)/authority.json", "who may call which tool; everything else is denied")

  package static let oauth = Settings(
    of: "CalculatorOAuth",
    [
      providerIssuer.declaration,
      baseURL.declaration.meaning(
        "the address that clients use; the resource is it with `/mcp`", isNeeded: true),
      providerAudience.declaration, tokenTypes.declaration, tokenAlgorithms.declaration,
      tokenLeeway.declaration, scopes.declaration, keysURL.declaration, showsNames.declaration,
      introspectionClient.declaration, introspectionSecret.declaration,
      introspectionURL.declaration, caFile.declaration, outboundProxy.declaration,
      allowsLoopback.declaration, authorityURL.declaration, authorityToken.declaration,
      authorityFile.declaration, guestRole.declaration, requestLimit.declaration,
      burst.declaration, failureLimit.declaration, trustedProxies.declaration,
      allowedHosts.declaration, allowedOrigins.declaration, certificate.declaration,
      privateKey.declaration, allowsPlaintext.declaration, threads.declaration,
      connectionsPerClient.declaration, hasMetrics.declaration, logLevel.declaration,
    ] + ofAuthorizationServer + ofUpstream,
    refusing: [apiKey.declaration, requiresAuthentication.declaration])
}
