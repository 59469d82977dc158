package import Auth
private import JOSE
private import Support
private import SystemC

/// Every setting of every executable. A setting that is not declared here cannot be read; its name,
/// its default and its range are written here only.
///
/// The file is longer than most: it is a table. `make reference` writes guide/reference.md and
/// examples/.env.example from it.
extension Settings {
  private static let prefix = ServiceName.settingPrefix
  private static let folder = "/etc/\(ServiceName.text)"

  // MARK: Settings of several executables

  package static let apiKey = SecretSetting(
    "\(prefix)API_KEY", .appliesAndRevokes,
    """
    the API key that each call must present, \(APIKeyList.minimumLength) to \(APIKeyList.maximumLength) \
    characters of visible ASCII; several keys with commas between them
    """)
  package static let requiresAuthentication = Setting.flag(
    "\(prefix)REQUIRE_AUTH", default: true, .appliesIfDefault,
    "`false`: the server is open, everyone may call every tool")
  package static let allowsWeakSecrets = Setting.flag(
    "\(prefix)ALLOW_WEAK_SECRETS", default: false, .appliesIfDefault,
    """
    `true`: accepts keys under \(APIKeyList.minimumLength) characters, signing secrets under \
    \(HMACKey.minimumLength) bytes, and weak passwords
    """)
  package static let logLevel = Setting.choice(
    "\(prefix)LOG", default: LogLevel.info, .needsRestart,
    "how much is written to standard error, as JSON lines; `off` also ends the audit log")
  package static let tokenSecret = SecretSetting(
    "JWT_SECRET", .appliesAndRevokes,
    "the secret that signs access tokens, at least \(HMACKey.minimumLength) bytes")
  package static let previousTokenSecret = SecretSetting(
    "JWT_SECRET_PREVIOUS", .appliesAndRevokes,
    "the previous secret: its tokens still verify, and no new token is signed with it")
  package static let issuer = name("JWT_ISSUER", "the issuer of the tokens (`iss`)")
  package static let audience = name("JWT_AUDIENCE", "the audience of the tokens (`aud`)")
  package static let lifetime = Setting.duration(
    "JWT_TTL", from: .seconds(1),
    to: .hours(Int(TokenIssuer.maximumLifetime.components.seconds) / 3600),
    default: .hours(1), .applies, "how long an access token is valid")
  package static let refreshLifetime = Setting.duration(
    "JWT_REFRESH_TTL", from: .seconds(1), to: .days(365), default: .days(7), .applies,
    "how long after `generate_token` its refresh tokens are valid; a refresh does not extend it")
  package static let leeway = Setting.duration(
    "JWT_LEEWAY", from: .seconds(0), to: .seconds(60), default: .seconds(0), .applies,
    "by how much another clock may differ")

  // MARK: CalculatorJWT

  package static let issuerKey = SecretSetting(
    "\(prefix)ISSUER_KEY", .appliesUnlessRemoved,
    example: "replace-with-another-output-of-openssl-rand-hex-32",
    """
    the key that authorizes `generate_token`, as its `auth_token`; without it everyone who can \
    write to the pipe can have tokens issued
    """)
  package static let users = FileSetting(
    "\(prefix)USERS", .users, .appliesUnlessRemoved, example: "\(folder)/users.json",
    "who may have a token, and with which role")
  package static let defaultRole = Setting.choice(
    "\(prefix)DEFAULT_ROLE", default: Role.standard, .appliesUnlessRemoved,
    "the role of every user if `\(users.name)` is not set")

  // MARK: CalculatorHTTP

  package static let basicUser = Setting.text(
    "\(prefix)BASIC_USER", "a name of 1 to 256 bytes without colons and control characters",
    .appliesAndRevokes, example: "anshika",
    "the user for `Authorization: Basic`; role `\(Role.standard.rawValue)`")
  package static let basicPassword = SecretSetting(
    "\(prefix)BASIC_PASSWORD", .appliesAndRevokes,
    example: "replace-with-the-output-of-openssl-rand-hex-12",
    """
    the user's password, at least \(PasswordUser.minimumPasswordLength) characters, not a common \
    password and not the user's name
    """)
  package static let credentials = FileSetting(
    "\(prefix)CREDENTIALS", .credentials, .appliesAndRevokes, example: "\(folder)/credentials.json",
    "keys and users with a role each; `new-key` and `hash-password` make its entries")
  package static let guestRole = Setting.optionalChoice(
    "\(prefix)GUEST_ROLE", .needsRestart, example: Role.guest,
    "the role of a request without a credential; without this setting it is refused")
  package static let requestLimit = limit(
    "\(prefix)RATE_LIMIT", default: RateLimit(count: 60, period: .minute),
    "how many requests each identity may send")
  package static let burst = Setting.number(
    "\(prefix)RATE_BURST", in: 1...RateLimit.maximumCount,
    describedDefault: "the number of `\(requestLimit.name)`", example: "60", .needsRestart,
    "how many requests each identity may send at once")
  package static let failureLimit = limit(
    "\(prefix)FAILURE_LIMIT", default: RateLimit(count: 10, period: .minute),
    """
    failed attempts of one IPv4 address or IPv6 /64; a /56 may have four times and a /48 sixteen \
    times as many
    """)
  package static let trustedProxies = Setting.list(
    "\(prefix)TRUSTED_PROXIES", of: "addresses or networks", .needsRestart,
    example: "127.0.0.1,10.0.0.0/8",
    """
    whose `X-Forwarded-For` and `X-Forwarded-Proto` are used; without TLS on a public address only \
    they and this machine may send credentials
    """)
  package static let allowedHosts = Setting.list(
    "\(prefix)ALLOWED_HOSTS", of: "host names or addresses", .needsRestart,
    example: "calculator.example,10.0.0.5",
    "further values of `Host` that are served; the loopback names always are")
  package static let allowedOrigins = Setting.list(
    "\(prefix)ALLOWED_ORIGINS",
    of: "origins as a browser sends them (lower case, no path, no *, no default port)",
    .needsRestart, example: "https://app.example,http://localhost:6274",
    "web pages that may call this server from a browser")
  package static let baseURL = Setting.text(
    "\(prefix)BASE_URL", "a scheme and a name, without a path and without / at its end",
    .needsRestart, example: "https://calculator.example",
    "the address that clients use; without it, the address of each request")
  package static let certificate = FileSetting(
    "\(prefix)TLS_CERT", .certificate, .appliesUnlessSwitched, example: "\(folder)/cert.pem",
    "the certificate of the server; turns TLS on")
  package static let privateKey = FileSetting(
    "\(prefix)TLS_KEY", .privateKey, .appliesUnlessSwitched, example: "\(folder)/key.pem",
    "the key of `\(certificate.name)`")
  package static let allowsPlaintext = Setting.flag(
    "\(prefix)ALLOW_PLAINTEXT", default: false, .needsRestart,
    "`true`: accepts credentials over plain HTTP on a public address")
  package static let threads = Setting.number(
    "\(prefix)THREADS", in: 1...256,
    describedDefault: "one for each processor, at most \(maximumDefaultThreads)", example: "2",
    .needsRestart, "the number of event loops")
  package static let connectionsPerClient = Setting.number(
    "\(prefix)CONNECTIONS_PER_CLIENT", in: 1...10_000, default: 256, .needsRestart,
    """
    open connections of one IPv4 address or IPv6 /64; a /56 may have twice and a /48 four times as \
    many; trusted proxies are exempt
    """)
  package static let hasMetrics = Setting.flag(
    "\(prefix)METRICS", default: false, .needsRestart,
    "`true`: serves `/metrics` in the text format of Prometheus")

  // MARK: Executables

  package static let stdio = Settings(
    of: "CalculatorStdio",
    [
      apiKey.declaration.meaning(apiKey.declaration.sentence, isNeeded: true),
      requiresAuthentication.declaration, allowsWeakSecrets.declaration, logLevel.declaration,
    ])

  package static let jwt = Settings(
    of: "CalculatorJWT",
    [
      tokenSecret.declaration.meaning(tokenSecret.declaration.sentence, isNeeded: true),
      previousTokenSecret.declaration, issuer.declaration, audience.declaration,
      lifetime.declaration, refreshLifetime.declaration, leeway.declaration, issuerKey.declaration,
      users.declaration, defaultRole.declaration, allowsWeakSecrets.declaration,
      logLevel.declaration,
    ])

  package static let http = Settings(
    of: "CalculatorHTTP",
    [
      apiKey.declaration.meaning(
        "an API key, or several with commas between them; role `\(Role.standard.rawValue)`"),
      tokenSecret.declaration.meaning(
        "the secret of `CalculatorJWT`, which signed the access tokens"),
      previousTokenSecret.declaration, issuer.declaration, audience.declaration, leeway.declaration,
      lifetime.declaration.meaning(checkedOnly), refreshLifetime.declaration.meaning(checkedOnly),
      basicUser.declaration, basicPassword.declaration, credentials.declaration,
      guestRole.declaration,
      requiresAuthentication.declaration.meaning(
        "`false`: every request has the role of `\(guestRole.name)`, or `\(Role.standard.rawValue)` without it"
      ),
      requestLimit.declaration, burst.declaration, failureLimit.declaration,
      trustedProxies.declaration, allowedHosts.declaration, allowedOrigins.declaration,
      baseURL.declaration, certificate.declaration, privateKey.declaration,
      allowsPlaintext.declaration, threads.declaration, connectionsPerClient.declaration,
      hasMetrics.declaration, allowsWeakSecrets.declaration, logLevel.declaration,
    ])

  package static let ofAllExecutables = [stdio, jwt, http, oauth, bridge]

  /// The variables of every executable.
  static let variablesOfAll = Set(ofAllExecutables.flatMap(\.variables))

  // MARK: Parts

  private static let checkedOnly = "`CalculatorJWT` uses it; this server checks only its form"
  private static let maximumDefaultThreads = 8

  /// How many event loops there are if `threads` is not set.
  package static func defaultThreads() -> Int {
    max(1, min(maximumDefaultThreads, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
  }

  private static func name(_ name: String, _ sentence: String) -> Setting<String> {
    Setting(
      name, .text("1 to 256 bytes without control characters"), default: ServiceName.text,
      .value(ServiceName.text), .applies, sentence,
      parse: { text throws(Malformed) in try Malformed.unless(Subject.isValid(text) ? text : nil)
      })
  }

  private static func limit(_ name: String, default fallback: RateLimit, _ sentence: String)
    -> Setting<RateLimit?>
  {
    Setting(
      name, .text(RateLimitError.form), default: fallback,
      .value("\(fallback.count)/\(fallback.period)"), .needsRestart, sentence
    ) { text throws(Malformed) in
      do throws(RateLimitError) { return try RateLimit.read(text) } catch { throw Malformed() }
    }
  }
}
