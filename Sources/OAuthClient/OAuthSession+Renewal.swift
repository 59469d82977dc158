private import Auth
private import Crypto
private import HTTPClient
private import JSON
private import OAuth
internal import Support
private import Synchronization

/// The steps of a renewal.
///
/// The file is longer than 150 lines because the order of the steps is what it guards.
extension OAuthSession {
  /// Why another access token is needed, and which one there was.
  enum Need: Sendable {
    case expiring(Secret)
    case refused(Secret?, BearerChallenge?)
    case stepUp(Secret?, BearerChallenge)
    case wanted(BearerChallenge?)

    var challenge: BearerChallenge? {
      switch self {
      case .expiring: nil
      case .refused(_, let challenge), .wanted(let challenge): challenge
      case .stepUp(_, let challenge): challenge
      }
    }

    /// Whether the person wants a new sign-in, whatever is stored.
    var isWanted: Bool { if case .wanted = self { true } else { false } }

    /// Whether the token is another one than that which led to this need.
    func isMet(by token: Secret?) -> Bool {
      guard let token else { return false }
      switch self {
      case .expiring(let sent): return !OAuthSession.areEqual(token, sent)
      case .refused(let sent, _), .stepUp(let sent, _):
        return sent.map { !OAuthSession.areEqual(token, $0) } ?? true
      case .wanted: return false
      }
    }
  }

  /// In constant time.
  static func areEqual(_ one: Secret, _ other: Secret) -> Bool {
    SHA256Digest(of: one.exposed.utf8).isEqual(to: SHA256Digest(of: other.exposed.utf8))
  }

  /// - Returns: whether there is another token now.
  func renew(_ need: Need) async throws(OAuthClientError) -> Bool {
    // A renewal for another reason may leave the need: then there is one more for this one.
    for _ in 0..<2 {
      let known = try await current(replacing: need.isWanted)
      if need.isMet(by: known.tokens?.access) { return true }
      let (renewal, isOwn) = state.withLock { state in
        if let renewal = state.renewal { return (renewal, false) }
        // A task of its own: it does not end when a caller that waits is cancelled.
        let renewal = Task.detached { await self.result(of: need) }
        state.renewal = renewal
        return (renewal, true)
      }
      let isRenewed = try await renewal.value.get()
      if isOwn { return isRenewed }
    }
    return need.isMet(by: try await current().tokens?.access)
  }

  private func result(of need: Need) async -> Result<Bool, OAuthClientError> {
    let result: Result<Bool, OAuthClientError>
    do throws(OAuthClientError) {
      result = .success(try await perform(need))
    } catch {
      result = .failure(error)
    }
    state.withLock { $0.renewal = nil }
    return result
  }

  private enum Step {
    case done(Bool)
    /// A person must sign in.
    case ask(OAuthDiscovery, ScopeList?)
  }

  private func perform(_ need: Need) async throws(OAuthClientError) -> Bool {
    let step = try await locked { () throws(OAuthClientError) in
      try await stepWithoutPerson(need)
    }
    switch step {
    case .done(let isRenewed): return isRenewed
    case .ask(let discovery, let scope):
      try await signIn(discovery, scope)
      return true
    }
  }

  /// All that needs no person, under the lock.
  private func stepWithoutPerson(_ need: Need) async throws(OAuthClientError) -> Step {
    var stored = try await load(replacing: need.isWanted)
    // Another process has renewed meanwhile.
    if need.isMet(by: stored.tokens?.access) { return .done(true) }
    let discovery = try await discovery(need.challenge, stored)
    stored.metadataURL = discovery.metadataURL
    let tokens = stored.tokens.flatMap { $0.belong(to: discovery) ? $0 : nil }
    if settings.grant == .clientCredentials {
      return try await credentialsGrant(need, discovery, tokens, stored)
    }
    switch need {
    case .expiring, .refused:
      if let tokens, let refresh = tokens.refresh,
        let client = identity(of: tokens, stored, discovery.server)
      {
        do throws(OAuthClientError) {
          let granted = try await self.tokens(.refresh(refresh), client, discovery)
          stored.tokens = make(granted, client, discovery, asked: tokens.asked, replacing: tokens)
          try await save(stored)
          return .done(true)
        } catch .tokenRefused(let error) {
          switch error {
          case .invalidGrant, .unauthorizedClient: stored.tokens = nil
          case .invalidClient:
            stored.tokens = nil
            stored.forgetClient(of: discovery.server.issuer)
          default:
            if case .expiring = need { throw .tokenRefused(error) }
          }
          try await save(stored)
        }
      }
      if case .expiring = need { return .done(false) }
    case .stepUp, .wanted: break
    }
    let scope = try OAuthScopes.choose(
      challenged: need.challenge?.scope, asked: tokens?.asked, discovery, grant: settings.grant)
    try countSignIn(need)
    return .ask(discovery, scope)
  }

  private func discovery(
    _ challenge: BearerChallenge?, _ stored: StoredSignIn
  ) async throws(OAuthClientError) -> OAuthDiscovery {
    func find(_ url: String?) async throws(OAuthClientError) -> OAuthDiscovery {
      try await OAuthDiscovery.find(
        settings.server, metadataURL: url, grant: settings.grant, requests: requests)
    }
    if let url = challenge?.resourceMetadata { return try await find(url) }
    guard let url = stored.metadataURL else { return try await find(nil) }
    do throws(OAuthClientError) {
      return try await find(url)
    } catch .noResourceMetadata {
      return try await find(nil)  // it has moved
    }
  }

  private func credentialsGrant(
    _ need: Need, _ discovery: OAuthDiscovery, _ tokens: StoredSignIn.Tokens?,
    _ stored: StoredSignIn
  ) async throws(OAuthClientError) -> Step {
    guard let registered = settings.client else { throw .noClient }
    if case .none = registered.credential { throw .noClient }
    var stored = stored
    let client = try self.client(registered, discovery, &stored)
    let scope = try OAuthScopes.choose(
      challenged: need.challenge?.scope, asked: tokens?.asked, discovery, grant: settings.grant)
    try countSignIn(need)
    let granted = try await self.tokens(.clientCredentials(scope: scope), client, discovery)
    stored.tokens = make(granted, client, discovery, asked: scope, replacing: nil)
    try await save(stored)
    return .done(true)
  }

  // MARK: Signing in

  private func signIn(
    _ discovery: OAuthDiscovery, _ scope: ScopeList?
  ) async throws(OAuthClientError) {
    var copy = try await current()
    let known = copy.client(of: discovery.server.issuer)?.redirectURI
    let pending: any PendingSignIn
    do { pending = try await userAgent.prepare(preferring: known) } catch {
      if error == .notInteractive { try await keepAsked(scope, discovery) }
      throw .userAgent(error)
    }
    defer { pending.close() }
    let client = try await client(for: pending.redirectURI, discovery, &copy)
    let request = AuthorizationCodeRequest(
      clientID: client.id, redirectURI: pending.redirectURI, scope: scope, discovery,
      random: random)
    let query: [UInt8]
    do {
      query = try await pending.query(opening: request.url, state: request.state)
    } catch { throw .userAgent(error) }
    let code = try request.code(from: query)
    let granted: GrantedTokens
    do throws(OAuthClientError) {
      granted = try await tokens(
        .code(code, verifier: request.verifier, redirectURI: request.redirectURI), client,
        discovery)
    } catch .tokenRefused(.invalidClient) {
      // RFC 6749 §5.2: the server has forgotten the client. The next sign-in registers anew.
      try await locked { () throws(OAuthClientError) in
        var stored = try await load()
        stored.forgetClient(of: discovery.server.issuer)
        try await save(stored)
      }
      throw .tokenRefused(.invalidClient)
    }
    let registered = copy
    try await locked { () throws(OAuthClientError) in
      // Another process may have stored something meanwhile.
      var stored = try await load(replacing: true)
      stored.metadataURL = discovery.metadataURL
      stored.registration = registered.registration
      if let client = registered.client(of: discovery.server.issuer) {
        stored.keep(client, of: discovery.server.issuer)
      }
      stored.tokens = make(granted, client, discovery, asked: scope, replacing: nil)
      try await save(stored)
    }
  }

  /// Nobody can sign in here: a sign-in on the command line asks for these scopes, too.
  private func keepAsked(
    _ scope: ScopeList?, _ discovery: OAuthDiscovery
  ) async throws(OAuthClientError) {
    try await locked { () throws(OAuthClientError) in
      var stored = try await load(replacing: true)
      guard let tokens = stored.tokens, tokens.belong(to: discovery) else { return }
      stored.tokens?.asked = scope
      try await save(stored)
    }
  }

  /// The client for a sign-in (MCP 2026-07-28, Client Registration): that of the settings, then the
  /// metadata document, then a registration.
  private func client(
    for redirectURI: String, _ discovery: OAuthDiscovery, _ stored: inout StoredSignIn
  ) async throws(OAuthClientError) -> ClientIdentity {
    let server = discovery.server
    if let registered = settings.client { return try client(registered, discovery, &stored) }
    if let url = settings.documentURL, server.acceptsClientIDURLs {
      return ClientIdentity(.document, id: url, .none)
    }
    // RFC 8252 §7.3 lets the port vary, but not every server does: the same URI, byte for byte.
    if let known = stored.client(of: server.issuer),
      known.redirectURI.hasSameBytes(as: redirectURI), let client = known.identity(at: now())
    {
      return client
    }
    guard let url = server.registrationURL else { throw .noRegistration }
    let (body, method) = ClientRegistration.request(
      name: settings.clientName, redirectURI: redirectURI, methods: server.authenticationMethods)
    let registration = try ClientRegistration.read(
      try await requests.post(body, as: TokenResponse.jsonType, to: url), method: method,
      redirectURI: redirectURI)
    guard let client = registration.identity(at: now()) else { throw .invalidRegistration }
    stored.keep(registration, of: server.issuer)
    return client
  }

  private func client(
    _ registered: RegisteredClient, _ discovery: OAuthDiscovery, _ stored: inout StoredSignIn
  ) throws(OAuthClientError) -> ClientIdentity {
    let server = discovery.server
    let known = stored.registration.flatMap {
      $0.clientID.hasSameBytes(as: registered.id) ? $0.issuer : nil
    }
    // MCP 2026-07-28, Authorization Server Binding. ATTACKS O171
    if let known, !known.hasSameBytes(as: server.issuer) { throw .issuerChanged }
    stored.registration = (registered.id, server.issuer)
    return registered.identity(methods: server.authenticationMethods)
  }

  /// The client that got the tokens; `nil` if there is another one now.
  func identity(
    of tokens: StoredSignIn.Tokens, _ stored: StoredSignIn, _ server: AuthorizationServerMetadata
  ) -> ClientIdentity? {
    let client: ClientIdentity? =
      switch tokens.kind {
      case .registered:
        settings.client?.identity(methods: server.authenticationMethods)
      case .document:
        settings.client == nil
          ? settings.documentURL.map { ClientIdentity(.document, id: $0, .none) } : nil
      case .dynamic:
        settings.client == nil ? stored.client(of: server.issuer)?.identity(at: now()) : nil
      }
    guard let client, client.id.hasSameBytes(as: tokens.clientID) else { return nil }
    return client
  }

  // MARK: Tokens

  private func tokens(
    _ request: TokenRequest, _ client: ClientIdentity, _ discovery: OAuthDiscovery
  ) async throws(OAuthClientError) -> GrantedTokens {
    let (parameters, fields) = client.credentials(
      for: discovery.server.issuer, now: now(), random: random)
    return try GrantedTokens(
      try await requests.post(
        request.body(resource: discovery.resource.resource, client: parameters),
        as: TokenResponse.formType, to: discovery.server.tokenURL, fields: fields))
  }

  private func make(
    _ granted: GrantedTokens, _ client: ClientIdentity, _ discovery: OAuthDiscovery,
    asked: ScopeList?, replacing old: StoredSignIn.Tokens?
  ) -> StoredSignIn.Tokens {
    let time = now().wholeSeconds
    return StoredSignIn.Tokens(
      issuer: discovery.server.issuer, resource: discovery.resource.resource, clientID: client.id,
      kind: client.kind, access: granted.access,
      // RFC 6749 §6: without a new one the old one stays.
      refresh: granted.refresh ?? old?.refresh, issuedAt: time,
      expiresAt: granted.lifetime.map { time + $0 }, scope: granted.scope ?? old?.scope ?? asked,
      asked: asked)
  }

  /// Bounds the sign-ins that a remote server can cause by refusing every token.
  private func countSignIn(_ need: Need) throws(OAuthClientError) {
    let time = now()
    let isAllowed = state.withLock { state in
      switch need {
      case .expiring, .wanted: return true
      case .stepUp(_, let challenge): return state.stepUps.take(challenge.scope)
      case .refused:
        state.signIns.removeAll { $0 + Self.signInWindow <= time }
        guard state.signIns.count < Self.mostSignIns else { return false }
        state.signIns.append(time)
        return true
      }
    }
    guard isAllowed else { throw .tooManySignIns }
  }
}
