private import SystemC
private import Auth
private import Crypto
private import HTTPClient
private import HTTPTransport
private import JOSE
package import MCPService
// BlockingThreads as a pool.
private import MCPServiceHTTP
private import OAuth
private import OAuthClient
private import StdioTransport
private import Support
private import Synchronization

/// `CalculatorBridge`: its commands, from the settings to the exit status.
///
/// The file is longer than 150 lines because all commands are made of the same parts.
package struct BridgeProcess: Sendable {
  package struct Options: Sendable {
    package var headers: [String] = []
    package var environmentFile: String?
    /// 0: the system chooses.
    package var callbackPort = 0
    package var opensBrowser = true
    /// The URL of the metadata document of this client.
    package var clientIDURL: String?
    package var isVerbose = false

    package init() {}
  }

  private static let name = "CalculatorBridge"
  /// Of this program in a registration.
  private static let clientName = "Calculator Bridge"
  /// Of a command that has failed.
  private static let failure: Int32 = 1

  private let environment: Environment
  private let options: Options
  private let errors = StandardErrorSink()

  package init(environment: Environment, options: Options) {
    self.environment = environment
    self.options = options
  }

  // MARK: The commands

  /// Forwards until the client closes the connection.
  /// - Returns: the exit status of the process.
  package func forward(to url: String) async -> Int32 {
    defer { errors.finish() }
    guard let stdio = ConcurrentStdio(errors: errors) else { return Self.failure }
    let tell: @Sendable (String) -> Void = { sentence in
      self.tell(sentence)
      stdio.wake()
    }
    do throws(ConfigurationErrors) {
      let configuration = try read(url)
      for warning in configuration.warnings { tell(warning) }
      if StdioTransport.isTerminal {
        tell(
          "waiting for JSON-RPC lines, as an MCP client sends them; put this command into a "
            + "client's configuration, or end with Ctrl-D")
      }
      let (credential, fixed) = try credential(configuration, isServer: true, tell)
      let streams = try streams(configuration, tell)
      let running = Mutex(configuration)
      let server = BridgeServer(
        url: url, client: streams, credential: credential, stdio: stdio, notice: tell,
        reload: { reload(url, running, fixed, tell) })
      return await server.run()
    } catch {
      return report(error)
    }
  }

  /// Signs in, also if there is a sign-in.
  package func login(_ url: String) async -> Int32 {
    await command(url) { session, configuration async throws(OAuthClientError) in
      try await session.signIn(challenges: challenges(configuration))
      guard let status = try await session.status() else { return }
      tell("Signed in at \(status.issuer).")
    }
  }

  /// Revokes and removes the tokens.
  package func logout(_ url: String) async -> Int32 {
    await command(url) { session, _ async throws(OAuthClientError) in
      switch try await session.signOut() {
      case .nothingStored: tell("There was no sign-in.")
      case .revoked: tell("Signed out: the tokens are revoked and removed.")
      case .removed:
        tell("Signed out: the tokens are removed. The authorization server did not revoke them.")
      }
    }
  }

  /// Prints what is stored, one line for each remote server, without a token.
  package func status() async -> Int32 {
    defer { errors.finish() }
    // The settings of all remote servers are the same, but for the URL.
    let store: FileTokenStore
    do throws(ConfigurationErrors) {
      store = try self.store(try read("https://localhost/"), { tell($0) })
    } catch {
      return report(error)
    }
    let resources: [String]
    do throws(TokenStoreError) { resources = try await store.resources() } catch {
      return fail(OAuthClientError.store(error).sentence)
    }
    var (result, count): (Int32, Int) = (0, 0)
    for url in resources.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let session = OAuthSession(
        OAuthSession.Settings(server: url, clientName: Self.clientName), http: NoRequests(),
        store: store, userAgent: NoUserAgent())
      do throws(OAuthClientError) {
        guard let status = try await session.status() else { continue }
        print(Self.line(url, status))
        count += 1
      } catch {
        result = fail("\(url): \(error.sentence)")
      }
    }
    if count == 0, result == 0 { tell("There is no sign-in.") }
    return result
  }

  private static func line(_ url: String, _ status: OAuthSession.Status) -> String {
    let scope = status.scopes.isEmpty ? "no scopes" : status.scopes.joined(separator: " ")
    let end = status.expiresAt.map { "access token until \($0.rfc3339)" } ?? "no known end"
    return "\(url): \(status.issuer), \(scope), \(end), "
      + (status.canRefresh ? "renewed without you" : "then a new sign-in")
  }

  // MARK: Parts

  private func command(
    _ url: String,
    _ body: (OAuthSession, BridgeConfiguration) async throws(OAuthClientError) -> Void
  ) async -> Int32 {
    defer { errors.finish() }
    do throws(ConfigurationErrors) {
      let configuration = try read(url)
      guard let session = try session(configuration, isServer: false, { tell($0) }) else {
        return fail("A credential of the settings is sent to this server: nothing to sign in to.")
      }
      do throws(OAuthClientError) {
        try await body(session, configuration)
        return 0
      } catch {
        let login = LoginCommand(program: Self.name, url: configuration.remote.text)
        return fail(login.sentence(for: error))
      }
    } catch {
      return report(error)
    }
  }

  private func read(
    _ url: String, after running: RunningSettings = .none
  ) throws(ConfigurationErrors) -> BridgeConfiguration {
    try BridgeConfiguration.read(
      url: url, headers: options.headers, environment: environment, file: options.environmentFile,
      after: running)
  }

  /// SIGHUP: reads the secrets again. After an error the old ones stay.
  private func reload(
    _ url: String, _ running: borrowing Mutex<BridgeConfiguration>, _ fixed: StaticCredential?,
    _ tell: @Sendable (String) -> Void
  ) {
    let old = running.withLock { $0 }
    do throws(ConfigurationErrors) {
      let new = try read(url, after: old.running)
      tell(Self.afterReload(fixed, new.fields))
      for name in new.kept { tell("SIGHUP: \(name) keeps its old value until a restart") }
      for warning in new.warnings where !old.warnings.contains(warning) { tell(warning) }
      running.withLock { $0 = new }
    } catch {
      for problem in error.all {
        tell("SIGHUP: kept the old credential: \(problem.description)")
      }
    }
  }

  /// Replaces the credential, and says what has happened.
  static func afterReload(_ fixed: StaticCredential?, _ fields: [HeaderField]) -> String {
    // A file may have another content now: it is not compared, and has no effect.
    guard let fixed else {
      return
        "SIGHUP: nothing was replaced: the client and the tokens of a sign-in stay until a restart"
    }
    return fixed.replace(by: fields)
      ? "SIGHUP: the credential was replaced" : "SIGHUP: no credential has changed"
  }

  /// The credential, and itself if SIGHUP can replace it.
  private func credential(
    _ configuration: BridgeConfiguration, isServer: Bool,
    _ tell: @escaping @Sendable (String) -> Void
  ) throws(ConfigurationErrors) -> (any RemoteCredential, StaticCredential?) {
    guard let session = try session(configuration, isServer: isServer, tell) else {
      let fixed = StaticCredential(configuration.fields)
      return (fixed, fixed)
    }
    let login = LoginCommand(program: Self.name, url: configuration.remote.text)
    return (
      CredentialWithHeaders(
        OAuthCredential(session: session, login: login), headers: configuration.fields), nil
    )
  }

  /// `nil` with a credential of the settings.
  private func session(
    _ configuration: BridgeConfiguration, isServer: Bool,
    _ tell: @escaping @Sendable (String) -> Void
  ) throws(ConfigurationErrors) -> OAuthSession? {
    var settings = OAuthSession.Settings(
      server: configuration.remote.text, clientName: Self.clientName)
    switch configuration.credential {
    case .fixed: return nil
    case .signIn(let client): settings.client = client
    case .clientCredentials(let client):
      settings.grant = .clientCredentials
      settings.client = client
    }
    if let url = options.clientIDURL {
      guard ClientIDURL(url) != nil else {
        throw Self.error(
          "--client-id-url", "must be a URL of https with a path",
          fix: "give the URL of the metadata document of your client")
      }
      settings.documentURL = url
    }
    let isVerbose = options.isVerbose
    return OAuthSession(
      settings, http: try requests(configuration), store: try store(configuration, tell),
      userAgent: userAgent(isServer: isServer, tell),
      log: { if isVerbose { tell("\($0.method) \($0.url): \($0.outcome)") } })
  }

  private func userAgent(
    isServer: Bool, _ tell: @escaping @Sendable (String) -> Void
  ) -> any UserAgent {
    guard options.opensBrowser else {
      // The standard input of the server is the protocol.
      guard !isServer else { return NoUserAgent() }
      let pool = BlockingThreads(count: 1)
      return TerminalUserAgent(
        readLine: { limit in
          do throws(BlockingPoolIsFull) {
            return try await pool.run(for: Client.local) { TerminalInput.readLine(limit: limit) }
          } catch {
            return nil
          }
        }, tell: tell)
    }
    let opener = BrowserOpener(
      environment: environment, exists: { unsafe access($0, F_OK) == 0 }, tell: tell)
    return BrowserUserAgent(
      port: options.callbackPort, opener: opener, now: WallTime.now, report: tell)
  }

  private func store(
    _ configuration: BridgeConfiguration, _ tell: @escaping @Sendable (String) -> Void
  ) throws(ConfigurationErrors) -> FileTokenStore {
    guard let folder = FileTokenStore.folder(for: environment) else {
      throw Self.error(
        "HOME", "is not set, and neither is XDG_STATE_HOME: there is no place for tokens",
        fix: "set HOME to your home folder")
    }
    let pool = BlockingThreads(count: 1)
    let key: TokenFileKey =
      switch configuration.seal {
      case .none: .none
      case .key(let key): .given(key)
      case .keychain:
        .kept(
          KeychainKey(
            program: try keychain(), environment: environment, pool: pool,
            random: RandomBytes.make, report: tell))
      }
    return FileTokenStore(
      folder: folder, key: key, pool: pool, random: RandomBytes.make, report: tell)
  }

  /// Before a person signs in for nothing.
  private func keychain() throws(ConfigurationErrors) -> KeychainKey.Program {
    guard let program = KeychainKey.Program.installed(exists: { unsafe access($0, X_OK) == 0 })
    else {
      let name = MCPService.Settings.bridgeStore.name
      throw Self.error(
        name, "is keychain, and this machine has no program secret-tool or security",
        fix: "install libsecret-tools, or set \(name)=file")
    }
    return program
  }

  // MARK: Requests

  private func requests(
    _ configuration: BridgeConfiguration
  ) throws(ConfigurationErrors) -> any HTTPClient {
    let pool = BlockingThreads(count: 2)
    do throws(CurlClient.SetupError) {
      // A proxy finds the addresses, so no policy can judge them: the text of the URL is judged alone.
      if configuration.outbound.proxy != nil {
        return try CurlClient(.trusted, configuration.outbound, pool: pool)
      }
      // The host that the user typed may have a private address; another host that a server names may
      // not (ATTACKS O40).
      return try OutboundRequests(
        trusting: .host(configuration.remote.origin.host), configuration.outbound, pool: pool)
    } catch {
      throw Self.error(error)
    }
  }

  private func streams(
    _ configuration: BridgeConfiguration, _ tell: @escaping @Sendable (String) -> Void
  ) throws(ConfigurationErrors) -> any StreamingClient {
    var settings = CurlStreams.Settings()
    settings.caFile = configuration.outbound.caFile
    settings.proxy = configuration.outbound.proxy
    settings.allowsLoopback = configuration.outbound.allowsLoopback
    do throws(CurlClient.SetupError) {
      let streams = try CurlStreams(.trusted, settings)
      return options.isVerbose ? ToldExchanges(client: streams, tell: tell) : streams
    } catch {
      throw Self.error(error)
    }
  }

  /// The challenges of a request without a token (RFC 9728 §5.1).
  private func challenges(_ configuration: BridgeConfiguration) async -> [String] {
    let ping = OutboundRequest(
      .post(Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8)), configuration.remote.text,
      fields: [
        ("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream"),
      ])
    guard let http = try? requests(configuration),
      let response = try? await http.send(ping, for: .local), response.status == 401
    else { return [] }
    return response.fields.filter { ASCII.areEqual($0.name.utf8, "www-authenticate".utf8) }
      .map(\.value)
  }

  // MARK: Errors

  private static func error(_ error: CurlClient.SetupError) -> ConfigurationErrors {
    let caFile = MCPService.Settings.bridgeCAFile.declaration.name
    return switch error {
    case .unreadableCAFile:
      Self.error(caFile, "cannot be read", fix: "name a readable file")
    case .noCertificate:
      ConfigurationErrors(all: [ConfigurationError.noCertificate(variable: caFile)])
    case .untrustworthyLibrary:
      Self.error(
        caFile,
        "cannot be used: this libcurl would trust the system's certificates too",
        fix: "install Homebrew's curl, or unset it")
    case .invalidProxy:
      Self.error(
        MCPService.Settings.bridgeProxy.declaration.name, "is not a URL of a host",
        fix: "name http://host:port")
    case .unusableLibrary:
      Self.error("libcurl", "has no TLS", fix: "install the libcurl of your distribution")
    }
  }

  private static func error(
    _ name: String, _ problem: String, fix: String
  ) -> ConfigurationErrors {
    ConfigurationErrors(all: [ConfigurationError(name, problem, fix: fix)])
  }

  private func report(_ error: ConfigurationErrors) -> Int32 {
    for problem in error.all { tell(problem.description) }
    return ConfigurationError.exitStatus
  }

  private func fail(_ sentence: String) -> Int32 {
    tell(sentence)
    return Self.failure
  }

  /// Writes at once: the person who signs in waits for the sentence, and the process for the person.
  private func tell(_ sentence: String) {
    errors.write(Array("\(Self.name): \(sentence)\n".utf8))
    errors.flush()
  }
}

/// For commands that send nothing.
private struct NoRequests: HTTPClient {
  func send(_: OutboundRequest, for _: Client) async throws(OutboundError) -> OutboundResponse {
    throw .refusedURL
  }
}

/// For a server without a browser.
private struct NoUserAgent: UserAgent {
  func prepare(preferring _: String?) async throws(UserAgentError) -> any PendingSignIn {
    throw .notInteractive
  }
}
