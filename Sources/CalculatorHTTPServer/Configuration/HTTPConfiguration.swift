internal import Auth
package import CalculatorServer
internal import HTTPTransport
private import Support

/// All that `CalculatorHTTP` reads when it starts, and again on SIGHUP.
package struct HTTPConfiguration: Sendable {
  let credentials: AcceptedCredentials
  let requestLimit: RateLimit?
  let failureLimit: RateLimit?
  let hosts: AllowedHosts
  let origins: AllowedOrigins
  let proxies: TrustedProxies
  /// Whether credentials in plain HTTP are taken from a trusted proxy and this machine alone.
  let requiresTrustedPeer: Bool
  /// What URLs are built from; `nil` where each request says it.
  let baseURL: String?
  /// `nil` for plain HTTP.
  let certificate: TLSContext?
  let threads: Int
  /// How many connections one client may have at one time.
  let connectionsPerClient: Int
  let hasMetrics: Bool
  let logLevel: LogLevel
  /// Sentences for the person who starts the server.
  let warnings: [String]
  /// What the next SIGHUP compares with.
  let running: RunningSettings
  /// The settings whose new value does not apply before a restart.
  let kept: [String]

  /// - Parameters:
  ///   - host: the address to listen at.
  ///   - running: on SIGHUP, what the server runs with.
  /// - Throws: every `ConfigurationError` that there is, not only the first.
  package static func read(
    environment: Environment, file: String?, host: String, after running: RunningSettings
  ) throws(ConfigurationErrors) -> HTTPConfiguration {
    var reader = EnvironmentReader(.http, environment: environment, file: file, after: running)
    let credentials = AcceptedCredentials.read(from: &reader)
    let limits = readLimits(&reader)
    let baseURL = readBaseURL(&reader)
    let proxies = readProxies(&reader)
    let certificate = TLSContext.read(from: &reader)
    let allowsPlaintext = reader.flag("CALCULATOR_ALLOW_PLAINTEXT", default: false)
    let isPlaintext = reader.text("CALCULATOR_TLS_CERT") == nil
    // RFC 6750 §5.3, RFC 7617 §4: credentials go over TLS. ATTACKS L3
    let isExposed = isPlaintext && !isLoopback(host) && !credentials.kinds.isEmpty
    if isExposed, allowsPlaintext {
      reader.warn("CALCULATOR_ALLOW_PLAINTEXT=true: whoever is on the way reads the credentials")
    } else if isExposed, proxies.isEmpty {
      reader.report(.plaintext(host: host))
    }
    let hosts = readHosts(&reader, host, baseURL)
    let origins = readOrigins(&reader)
    let threads = reader.number("CALCULATOR_THREADS", default: processorCount(), in: 1...256)
    let connectionsPerClient = reader.number(
      "CALCULATOR_CONNECTIONS_PER_CLIENT", default: HTTPLimits().connectionsPerClient,
      in: 1...HTTPLimits().connections)
    let hasMetrics = reader.flag("CALCULATOR_METRICS", default: false)
    let logLevel = reader.choice("CALCULATOR_LOG", default: LogLevel.info)

    guard reader.errors.isEmpty else { throw ConfigurationErrors(all: reader.errors) }
    return HTTPConfiguration(
      credentials: credentials, requestLimit: limits.requests, failureLimit: limits.failures,
      hosts: hosts, origins: origins, proxies: proxies,
      requiresTrustedPeer: isExposed && !allowsPlaintext,
      baseURL: baseURL, certificate: certificate, threads: threads,
      connectionsPerClient: connectionsPerClient,
      hasMetrics: hasMetrics, logLevel: logLevel, warnings: reader.warnings,
      running: reader.snapshot,
      kept: reader.kept)
  }

  /// Where clients find the server that listens at `host` and `port`, without a path.
  func address(at host: String, _ port: Int) -> String {
    if let baseURL { return baseURL }
    // All addresses of the machine: no client calls it by these, and `Host` must be a name of ours.
    let name =
      switch IPAddress(host) {
      case let address? where address.isUnspecified: address.isV4 ? "127.0.0.1" : "[::1]"
      case let address?: AllowedHosts.name(address)
      case nil: host
      }
    return "\(certificate == nil ? "http" : "https")://\(name):\(port)"
  }

  /// What standard output says once the server listens: the first line ends with the URL of `/mcp`.
  func announcement(at host: String, _ port: Int) -> String {
    let address = address(at: host, port)
    return """
      Listening at \(address)/mcp
      Credentials: \(credentials.summary); a page with examples: \(address)/
      """
  }

  // MARK: One variable each

  private static func readLimits(_ reader: inout EnvironmentReader) -> (
    requests: RateLimit?, failures: RateLimit?
  ) {
    let requests = limit("CALCULATOR_RATE_LIMIT", default: "60/minute", &reader)
    let failures = limit("CALCULATOR_FAILURE_LIMIT", default: "10/minute", &reader)
    let burst = reader.number(
      "CALCULATOR_RATE_BURST", default: requests?.count ?? 1, in: 1...RateLimit.maximumCount)
    return (requests.map { RateLimit(count: $0.count, period: $0.period, burst: burst) }, failures)
  }

  private static func limit(
    _ variable: String, default fallback: String, _ reader: inout EnvironmentReader
  ) -> RateLimit? {
    do throws(RateLimitError) {
      return try RateLimit.read(reader.text(variable) ?? fallback)
    } catch {
      reader.report(.invalidValue(variable: variable, reason: RateLimitError.reason))
      return nil
    }
  }

  private static func readProxies(_ reader: inout EnvironmentReader) -> TrustedProxies {
    let variable = "CALCULATOR_TRUSTED_PROXIES"
    let networks = reader.list(variable).map { IPNetwork($0) }
    if networks.contains(where: { $0 == nil }) {
      let reason = "must be addresses or networks with commas between, as in 127.0.0.1,10.0.0.0/8"
      reader.report(.invalidValue(variable: variable, reason: reason))
    }
    return TrustedProxies(networks.compactMap(\.self))
  }

  private static func readBaseURL(_ reader: inout EnvironmentReader) -> String? {
    let variable = "CALCULATOR_BASE_URL"
    guard let text = reader.text(variable) else { return nil }
    guard AllowedHosts.authority(of: text).flatMap(AllowedHosts.name) != nil else {
      let reason = "must be a scheme and a name, such as https://calculator.example"
      reader.report(.invalidValue(variable: variable, reason: reason))
      return nil
    }
    return text
  }

  /// The names in `CALCULATOR_ALLOWED_HOSTS`, that of the base URL, and the address itself.
  private static func readHosts(
    _ reader: inout EnvironmentReader, _ host: String, _ baseURL: String?
  ) -> AllowedHosts {
    let variable = "CALCULATOR_ALLOWED_HOSTS"
    var names = reader.list(variable).map { AllowedHosts.name($0.utf8) }
    if names.contains(nil) {
      let reason = "must be names with commas between, as in calculator.example,10.0.0.5"
      reader.report(.invalidValue(variable: variable, reason: reason))
    }
    names.append(baseURL.flatMap(AllowedHosts.authority).flatMap(AllowedHosts.name))
    // 0.0.0.0 and :: are no names that anybody calls a server by.
    if let address = IPAddress(host), !address.isUnspecified {
      names.append(AllowedHosts.name(address))
    }
    return AllowedHosts(names.compactMap(\.self))
  }

  private static func readOrigins(_ reader: inout EnvironmentReader) -> AllowedOrigins {
    let variable = "CALCULATOR_ALLOWED_ORIGINS"
    let origins = reader.list(variable)
    if !origins.allSatisfy(AllowedOrigins.isOrigin) {
      let reason =
        "must be origins as a browser sends them, with commas between, as in "
        + "https://app.example,http://localhost:6274: scheme, host and port in lower case, no path, "
        + "no *, no port 80 of http and no port 443 of https"
      reader.report(.invalidValue(variable: variable, reason: reason))
    }
    return AllowedOrigins(origins)
  }

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || IPAddress(host)?.isLoopback == true
  }
}

extension HTTPConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    MCP over Streamable HTTP at /mcp. A request shows one credential: X-API-Key,
    or Authorization with a Bearer token (a key or an access token of
    CalculatorJWT) or with Basic. Each kind is on when it is configured. SIGHUP
    reads credentials, secrets and certificate again; SIGTERM answers what has
    been received, then exits.

    ENVIRONMENT (each secret X also as X_FILE, a file whose first line is it):
      CALCULATOR_API_KEY             a key, or several with commas between them;
                                     role advanced
      JWT_SECRET                     what signs access tokens, at least 32 bytes
      JWT_SECRET_PREVIOUS            what signed them before
      JWT_ISSUER, JWT_AUDIENCE       calculator (default)
      JWT_LEEWAY                     0s (default), at most 60s: how far clocks may
                                     differ
      CALCULATOR_BASIC_USER          a user, and CALCULATOR_BASIC_PASSWORD; role
                                     advanced
      CALCULATOR_CREDENTIALS         a JSON file of keys and users: see new-key and
                                     hash-password
      CALCULATOR_GUEST_ROLE          what may be done without a credential; unset:
                                     nothing
      CALCULATOR_REQUIRE_AUTH        true (default) or false: open to everyone
      CALCULATOR_RATE_LIMIT          60/minute (default), 5/second, 100/hour, off:
                                     of each identity
      CALCULATOR_RATE_BURST          how many at once; default: as many as the
                                     limit counts
      CALCULATOR_FAILURE_LIMIT       10/minute (default): failed attempts from one
                                     address
      CALCULATOR_TRUSTED_PROXIES     addresses or networks whose X-Forwarded-For
                                     counts; without TLS at a public address only
                                     they may send credentials
      CALCULATOR_ALLOWED_HOSTS       names that clients call this server by, beside
                                     the loopback's
      CALCULATOR_ALLOWED_ORIGINS     web pages that may call from a browser,
                                     such as https://app.example
      CALCULATOR_BASE_URL            what others reach this server by, such as
                                     https://calculator.example
      CALCULATOR_TLS_CERT            a chain of certificates in PEM, and
                                     CALCULATOR_TLS_KEY
      CALCULATOR_ALLOW_PLAINTEXT     false (default) or true: credentials over
                                     plain HTTP, in public
      CALCULATOR_THREADS             event loops; one for each processor (default),
                                     at most 8
      CALCULATOR_CONNECTIONS_PER_CLIENT
                                     256 (default): of one IPv4 address or IPv6
                                     /64
      CALCULATOR_METRICS             false (default) or true: /metrics for
                                     Prometheus
      CALCULATOR_ALLOW_WEAK_SECRETS  false (default) or true
      CALCULATOR_LOG                 off, info (default) or debug: JSON lines on
                                     standard error

    Make a key or a secret:  openssl rand -hex 32

    EXIT STATUS: 0 ended by a signal; 64 wrong usage; 71 cannot listen; 78 wrong
    configuration.
    """
}
