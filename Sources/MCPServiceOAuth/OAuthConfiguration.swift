package import MCPService
package import MCPServiceHTTP
private import HTTPTransport
internal import Auth
internal import Crypto
internal import HTTPClient
private import JSON
private import MCP
internal import ResourceServer
internal import State
internal import Upstream
internal import Support
private import Synchronization

/// Reads the settings of an OAuth resource server over HTTP. It keeps what survives SIGHUP: the keys
/// of the identity provider, and the connections to it.
package final class OAuthConfiguration: Sendable {
  private let definition: ServerDefinition
  private let provider = Mutex<Provider?>(nil)
  private let ownServer = Mutex<OwnServer?>(nil)
  private let upstreamServer = Mutex<UpstreamServer?>(nil)
  private let connect: Connect
  /// Checks the passwords of the sign-in page.
  private let passwordPool: any BlockingPool

  /// Makes the client for outbound requests, which trusts these origins.
  typealias Connect =
    @Sendable (Set<Origin>, CurlClient.Settings) throws(CurlClient.SetupError) -> any HTTPClient

  package convenience init(offering definition: ServerDefinition) {
    self.init(offering: definition) { origins, settings throws(CurlClient.SetupError) in
      // Threads of its own for each client: a slow document of a stranger or a slow Jira delays neither
      // the provider nor the authority.
      try OutboundRequests(trusting: .origins(origins), settings, pool: BlockingThreads(count: 8))
    }
  }

  init(
    offering definition: ServerDefinition, passwordPool: any BlockingPool = BlockingThreads(),
    connect: @escaping Connect
  ) {
    self.passwordPool = passwordPool
    self.definition = definition
    self.connect = connect
  }

  /// - Parameters:
  ///   - host: the address to listen at.
  ///   - running: on SIGHUP, what the server runs with.
  /// - Throws: all errors, not only the first.
  package func read(
    environment: Environment, file: String?, host: String, after running: RunningSettings
  ) throws(ConfigurationErrors) -> HTTPConfiguration {
    var reader = EnvironmentReader(.oauth, environment: environment, file: file, after: running)
    let allowsLoopback = reader.value(Settings.allowsLoopback)
    let baseURL = Self.readBaseURL(&reader)
    let signIn = reader.value(Settings.signInProvider)
    let isOwn = !signIn.utf8.elementsEqual("none".utf8)
    if isOwn, let baseURL, Origin(of: baseURL)?.text.utf8.elementsEqual(baseURL.utf8) == false {
      // Forms are compared with the `Origin` that browsers send (RFC 6454 §6.2).
      reader.report(
        .invalidURL(
          of: Settings.baseURL.declaration,
          problem: "must be written as browsers do: in lower case and without the usual port"))
    }
    var own =
      isOwn
      ? AuthorizationSettings.read(
        from: &reader, provider: signIn, issuer: baseURL, allowsLoopback: allowsLoopback) : nil
    let settings =
      isOwn
      ? nil
      : ProviderSettings.read(
        from: &reader, resource: baseURL.map { "\($0)/mcp" }, allowsLoopback: allowsLoopback)
    let upstream = UpstreamSettings.read(
      from: &reader, baseURL: baseURL, allowsLoopback: allowsLoopback)
    if upstream != nil { own?.permissions += Permission.upstream }
    let authority = AuthoritySettings.read(from: &reader, allowsLoopback: allowsLoopback)
    let guests = reader.value(Settings.guestRole)
    if let guests {
      reader.warn(
        "\(Settings.guestRole.name)=\(guests.rawValue): a request without a token has this role"
          + (authority == nil ? "" : ", and the authority is not asked about it"))
    }
    var protect: HTTPProtection.Make?
    if let baseURL, let settings, let provider = provider(settings, authority, &reader) {
      let resource = resource(baseURL, issuer: settings.issuer, settings.permissions)
      let calls = upstreamServer(upstream, baseURL, beside: nil, settings.outbound, &reader)
      protect = { context in
        let offer = upstream.flatMap { calls?.offer($0, beside: nil, context) }
        return provider.protection(settings, authority, resource, guests: guests, context)
          .adding(offer)
      }
    }
    if let baseURL, let own, let server = ownServer(own, authority, &reader) {
      let resource = resource(baseURL, issuer: baseURL, .scopesAreNames)
      let calls = upstreamServer(
        upstream, baseURL, beside: (server.state, own.seals), own.outbound, &reader)
      protect = { context in
        let keep = upstream.flatMap { calls?.keeper($0, own.provider, context) }
        let (protection, signIn, routes) = server.protection(
          own, authority, resource, guests: guests, keep: keep, context)
        let offer = upstream.flatMap { calls?.offer($0, beside: (signIn, routes), context) }
        return protection.adding(offer)
      }
    }
    // After an error the rest is read too, so that one run shows every error.
    return try HTTPConfiguration.read(from: &reader, host: host, guests: guests, protect: protect)
  }

  /// The provider of the first configuration stays: its settings need a restart.
  private func provider(
    _ settings: ProviderSettings, _ authority: AuthoritySettings?,
    _ reader: inout EnvironmentReader
  ) -> Provider? {
    if let known = provider.withLock({ $0 }) { return known }
    let urls =
      [settings.issuer]
      + [settings.keysURL, settings.introspection?.url, authority?.url].compactMap(\.self)
    guard let http = connect(trusting: urls, settings.outbound, &reader) else { return nil }
    let new = Provider(http)
    provider.withLock { $0 = new }
    return new
  }

  /// The authorization server of the first configuration stays, with its open state.
  private func ownServer(
    _ settings: AuthorizationSettings, _ authority: AuthoritySettings?,
    _ reader: inout EnvironmentReader
  ) -> OwnServer? {
    if let known = ownServer.withLock({ $0 }) { return known }
    let urls = settings.trustedURLs + [authority?.url].compactMap(\.self)
    guard let http = connect(trusting: urls, settings.outbound, &reader),
      // The URL of a metadata document is a stranger's: no private address is trusted (ATTACKS O91).
      let documents = connect(trusting: [], settings.outbound, &reader),
      let state = settings.openState(&reader)
    else { return nil }
    let new = OwnServer(http, documents: documents, state, passwordPool: passwordPool)
    ownServer.withLock { $0 = new }
    return new
  }

  /// The connections to other services of the first configuration stay.
  /// - Parameter own: what the authorization server has already; `nil` without one.
  /// - Returns: `nil` without such services, or if an error was reported.
  private func upstreamServer(
    _ settings: UpstreamSettings?, _ baseURL: String,
    beside own: (state: AuthorizationState, seals: [SealingKey])?,
    _ outbound: CurlClient.Settings, _ reader: inout EnvironmentReader
  ) -> UpstreamServer? {
    guard let settings else { return nil }
    if let known = upstreamServer.withLock({ $0 }) { return known }
    var outbound = outbound
    outbound.maximumBody = UpstreamRequests.maximumLength
    guard let http = connect(trusting: settings.trustedURLs, outbound, &reader) else { return nil }
    var store: UpstreamServer.Store?
    if settings.services.contains(where: { $0.oauth != nil }) {
      let seals = own?.seals ?? AuthorizationSettings.readSeals(&reader)
      guard let first = seals.first, let state = own?.state ?? openState(&reader) else {
        return nil
      }
      store = UpstreamServer.Store(
        state: state,
        seal: ConnectionSeal(current: first, previous: seals.dropFirst().first))
    }
    let new = UpstreamServer(http, store, base: baseURL)
    upstreamServer.withLock { $0 = new }
    return new
  }

  /// The state of connections alone, without an authorization server.
  private func openState(_ reader: inout EnvironmentReader) -> AuthorizationState? {
    do throws(StateError) {
      return try AuthorizationState(path: reader.value(Settings.state))
    } catch {
      reader.report(ConfigurationError(error))
      return nil
    }
  }

  /// The client for outbound requests.
  /// - Parameter urls: the operator has named them, so they may be in a private network.
  /// - Returns: `nil` if an error was reported.
  private func connect(
    trusting urls: [String], _ settings: CurlClient.Settings, _ reader: inout EnvironmentReader
  ) -> (any HTTPClient)? {
    do throws(CurlClient.SetupError) {
      return try connect(Set(urls.compactMap(Origin.init(of:))), settings)
    } catch {
      switch error {
      case .unreadableCAFile:
        reader.report(
          .unreadableFile(variable: Settings.caFile.name, path: settings.caFile ?? ""))
      case .noCertificate: reader.report(.noCertificate(variable: Settings.caFile.name))
      case .untrustworthyLibrary:
        reader.report(
          .unusableLibrary(
            variable: Settings.caFile.name,
            problem: "this libcurl would trust the system's certificates too"))
      case .invalidProxy:
        reader.report(
          .invalidURL(
            of: Settings.outboundProxy.declaration, problem: "must be a URL of a host alone"))
      case .unusableLibrary:
        reader.report(
          .unusableLibrary(
            variable: Settings.providerIssuer.name,
            problem: "this libcurl lacks an option that the server needs"))
      }
      return nil
    }
  }

  /// The base URL of the resource: `https`, or `http` on this machine (RFC 9728 §1.2).
  private static func readBaseURL(_ reader: inout EnvironmentReader) -> String? {
    let setting = Settings.baseURL
    guard let text = reader.value(setting) else {
      if !reader.isSet(setting.declaration) { reader.report(.missing(setting.declaration)) }
      return nil
    }
    guard HTTPConfiguration.isBaseURL(text) else { return nil }  // `HTTPConfiguration` reports it
    guard let origin = Origin(of: text) else {  // such as a colon without a port
      reader.reportInvalid(setting)
      return nil
    }
    let isLoopback = HTTPConfiguration.isLoopback(origin.host)
    guard origin.scheme == .https || isLoopback else {
      reader.report(
        .invalidURL(
          of: setting.declaration, problem: "must begin with https://, except on this machine"))
      return nil
    }
    return text
  }

  /// RFC 9728 §2, §3.1
  private func resource(
    _ baseURL: String, issuer: String, _ map: PermissionMap
  ) -> ProtectedResource {
    var scopes: [Permission: [Permission]] = [:]
    for permission in Permission.all {
      let names = map.scopes(for: permission)
        .compactMap(Permission.init(rawValue:))
      if !names.isEmpty { scopes[permission] = names }
    }
    // Minimal: what the example of the server needs. A client asks for more when a call needs it.
    let first = definition.tools.first {
      $0.definition.name.utf8.elementsEqual(definition.example.tool.utf8)
    }
    let initial = first?.permission.flatMap { scopes[$0] } ?? []
    let document: JSONValue = [
      "resource": .string("\(baseURL)/mcp"),
      "authorization_servers": [.string(issuer)],
      "scopes_supported": .array(initial.map { .string($0.rawValue) }),
      "bearer_methods_supported": ["header"],
      "resource_name": .string(definition.info.title),
    ]
    return ProtectedResource(
      document: document.serialized(),
      metadataURL: "\(baseURL)/.well-known/oauth-protected-resource/mcp", initialScopes: initial,
      scopes: scopes)
  }
}

extension ConfigurationError {
  /// The libcurl of this machine cannot do what the setting needs.
  fileprivate static func unusableLibrary(variable: String, problem: String) -> ConfigurationError {
    ConfigurationError(variable, problem, fix: "start the server with the libcurl of OpenSSL")
  }
}

extension OAuthConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    MCP over Streamable HTTP at /mcp. Each request has an access token of the
    identity provider as Authorization: Bearer. A client finds the provider by
    itself: a 401 names /.well-known/oauth-protected-resource/mcp. SIGHUP reads
    files and the certificate again; on SIGTERM the server finishes the requests
    that it has received, then exits.

    \(Settings.oauth.help)

    EXIT STATUS: 0 ended by a signal; 1 a command found nothing to change; 64 wrong
    usage; 71 cannot listen; 78 wrong configuration.
    """
}
