package import Auth
package import MCPService
internal import HTTPTransport
private import Support

/// The configuration of a server over HTTP.
package struct HTTPConfiguration: Sendable {
  let credentials: AcceptedCredentials
  /// Makes the protection of an OAuth resource server; `nil`: `credentials` protect the server.
  let protect: HTTPProtection.Make?
  let requestLimit: RateLimit?
  let failureLimit: RateLimit?
  let hosts: AllowedHosts
  let origins: AllowedOrigins
  let proxies: TrustedProxies
  /// Whether only trusted proxies and this machine may send credentials over plain HTTP.
  let requiresTrustedPeer: Bool
  /// The start of every URL in a response; `nil`: the `Host` of the request.
  let baseURL: String?
  /// `nil` for plain HTTP.
  let certificate: TLSContext?
  let threads: Int
  /// How many connections one client may have open.
  let connectionsPerClient: Int
  let hasMetrics: Bool
  let logLevel: LogLevel
  /// For the log.
  package let warnings: [String]
  /// The values that the next SIGHUP compares with.
  package let running: RunningSettings
  /// Whether SIGHUP has a file to read again.
  let canReload: Bool
  /// The settings whose new value does not apply before a restart.
  let kept: [String]

  /// - Parameters:
  ///   - host: the address to listen at.
  ///   - running: on SIGHUP, what the server runs with.
  /// - Throws: all errors, not only the first.
  package static func read(
    environment: Environment, file: String?, host: String, after running: RunningSettings
  ) throws(ConfigurationErrors) -> HTTPConfiguration {
    var reader = EnvironmentReader(.http, environment: environment, file: file, after: running)
    let credentials = AcceptedCredentials.read(from: &reader)
    return try read(from: &reader, credentials, protect: nil, host: host)
  }

  /// The configuration of an OAuth resource server, which accepts no other credential.
  /// - Parameters:
  ///   - guests: the role of a request without a token; `nil`: it gets 401.
  ///   - protect: makes the protection, at the start and after each SIGHUP; `nil` if it cannot be
  ///     made, because of an error that `reader` has.
  /// - Throws: all errors, also those that `reader` has. A server without a protection is never
  ///   started.
  package static func read(
    from reader: inout EnvironmentReader, host: String, guests: Role?,
    protect: HTTPProtection.Make?
  ) throws(ConfigurationErrors) -> HTTPConfiguration {
    let configuration = try read(
      from: &reader, AcceptedCredentials.signIn(guests: guests), protect: protect, host: host)
    guard protect != nil else {
      throw ConfigurationErrors(all: [.missing(Settings.providerIssuer.declaration)])
    }
    return configuration
  }

  private static func read(
    from reader: inout EnvironmentReader, _ credentials: AcceptedCredentials,
    protect: HTTPProtection.Make?, host: String
  ) throws(ConfigurationErrors) -> HTTPConfiguration {
    let limits = readLimits(&reader)
    let baseURL = readBaseURL(&reader)
    let proxies = TrustedProxies(reader.list(Settings.trustedProxies) { IPNetwork($0) })
    let certificate = TLSContext.read(from: &reader)
    let allowsPlaintext = reader.value(Settings.allowsPlaintext)
    let isPlaintext = !reader.isSet(Settings.certificate.declaration)
    // RFC 6750 §5.3, RFC 7617 §4: credentials go over TLS. ATTACKS L3
    let isExposed = isPlaintext && !isLoopback(host) && !credentials.kinds.isEmpty
    if isExposed, allowsPlaintext {
      reader.warn(
        "\(Settings.allowsPlaintext.name)=true: everyone on the network path can read the credentials"
      )
    } else if isExposed, proxies.isEmpty {
      reader.report(.plaintext(host: host))
    }
    let hosts = readHosts(&reader, host, baseURL)
    let origins = AllowedOrigins(
      reader.list(Settings.allowedOrigins) { AllowedOrigins.isOrigin($0) ? $0 : nil })
    let threads = reader.value(Settings.threads) ?? Settings.defaultThreads()
    let connectionsPerClient = reader.value(Settings.connectionsPerClient)
    let hasMetrics = reader.value(Settings.hasMetrics)
    let logLevel = reader.value(Settings.logLevel)

    guard reader.errors.isEmpty else { throw ConfigurationErrors(all: reader.errors) }
    return HTTPConfiguration(
      credentials: credentials, protect: protect, requestLimit: limits.requests,
      failureLimit: limits.failures,
      hosts: hosts, origins: origins, proxies: proxies,
      requiresTrustedPeer: isExposed && !allowsPlaintext,
      baseURL: baseURL, certificate: certificate, threads: threads,
      connectionsPerClient: connectionsPerClient,
      hasMetrics: hasMetrics, logLevel: logLevel, warnings: reader.warnings,
      running: reader.snapshot, canReload: reader.hasFiles,
      kept: reader.kept)
  }

  /// The URL at which the server listens, without a path. Clients may use another one: `baseURL`.
  func address(at host: String, _ port: Int) -> String {
    // An unspecified address means all addresses of the machine; as `Host` it would be refused.
    let name =
      switch IPAddress(host) {
      case let address? where address.isUnspecified: address.isV4 ? "127.0.0.1" : "[::1]"
      case let address?: AllowedHosts.name(address)
      case nil: host
      }
    return "\(certificate == nil ? "http" : "https")://\(name):\(port)"
  }

  /// The text on standard output once the server listens. Its first line has the URL of `/mcp` at
  /// this machine, and behind a semicolon the URL that clients use if it is another one.
  func announcement(at host: String, _ port: Int) -> String {
    let address = address(at: host, port)
    let forClients = baseURL ?? address
    let note = forClients.utf8.elementsEqual(address.utf8) ? "" : "; clients use \(forClients)/mcp"
    return """
      Listening at \(address)/mcp\(note)
      Credentials: \(credentials.summary); a page with examples: \(forClients)/
      """
  }

  // MARK: Settings that need a check of their own

  private static func readLimits(_ reader: inout EnvironmentReader) -> (
    requests: RateLimit?, failures: RateLimit?
  ) {
    let requests = reader.value(Settings.requestLimit)
    let burst = reader.value(Settings.burst)
    return (
      requests.map {
        RateLimit(count: $0.count, period: $0.period, burst: burst ?? $0.count)
      }, reader.value(Settings.failureLimit)
    )
  }

  private static func readBaseURL(_ reader: inout EnvironmentReader) -> String? {
    reader.optional(Settings.baseURL, isValid: isBaseURL)
  }

  /// Whether the text is a scheme and a name, without a path.
  package static func isBaseURL(_ text: String) -> Bool {
    AllowedHosts.authority(of: text).flatMap(AllowedHosts.name) != nil
  }

  /// The allowed hosts, the host of the base URL, and the address itself.
  private static func readHosts(
    _ reader: inout EnvironmentReader, _ host: String, _ baseURL: String?
  ) -> AllowedHosts {
    var names = reader.list(Settings.allowedHosts) { AllowedHosts.name($0.utf8) }
    if let name = baseURL.flatMap(AllowedHosts.authority).flatMap(AllowedHosts.name) {
      names.append(name)
    }
    // No client calls a server by 0.0.0.0 or ::.
    if let address = IPAddress(host), !address.isUnspecified {
      names.append(AllowedHosts.name(address))
    }
    return AllowedHosts(names)
  }

  /// - Parameter host: a name or an address, which may be in brackets.
  package static func isLoopback(_ host: String) -> Bool {
    let address = host.utf8.filter { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") }
    return host == "localhost" || IPAddress(address[...])?.isLoopback == true
  }
}

extension HTTPConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    MCP over Streamable HTTP at /mcp. A request has one credential: X-API-Key, or
    Authorization with a Bearer token (a key or an access token of CalculatorJWT)
    or with Basic. A kind of credential is on if it is configured. SIGHUP reads
    credentials, secrets and certificate again; on SIGTERM the server finishes the
    requests that it has received, then exits.

    \(Settings.http.help)

    Make a key or a secret:  openssl rand -hex 32

    EXIT STATUS: 0 ended by a signal; 64 wrong usage; 71 cannot listen; 78 wrong
    configuration.
    """
}
