package import Auth
package import Crypto
internal import IdentityProviders
private import JSON
package import OAuth
package import State
package import Support

/// The endpoints at which a person connects an account of another service: `/connect/ID` and
/// `/<service>/callback`.
///
/// The user has asked for the link with a tool. The browser goes on to the service and comes back. A
/// link that somebody sends to another person connects nothing (MCP 2026-07-28 client/elicitation,
/// "Phishing"):
///
/// - If this server signs people in, the person signs in first, and goes on only as the user who has
///   asked. The callback of the service completes the flow.
/// - Otherwise the last page shows a code, which the user passes to a tool.
///
/// The code of the service never leaves this server and the browser.
///
/// The file is long because the steps of a flow stand in their order.
package struct ConnectionEndpoints: Sendable {
  package static let flowLifetime = Duration.seconds(600)
  /// Of the identifier in the link: 256 random bits.
  private static let idLength = 43
  /// No letter looks like another one.
  private static let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)
  private static let maximumQueryLength = 4096

  private let base: String
  private let services: [ConnectableService]
  private let signIn: ConnectionSignIn?
  private let state: AuthorizationState
  private let seal: ConnectionSeal
  private let pool: any BlockingPool
  private let random: @Sendable (_ count: Int) -> [UInt8]
  private let report: @Sendable (ConnectionEvent) -> Void

  /// - Parameters:
  ///   - base: the base URL of this server.
  ///   - signIn: `nil` if this server does not sign people in.
  package init(
    base: String, services: [ConnectableService], signIn: ConnectionSignIn?,
    state: AuthorizationState, seal: ConnectionSeal, pool: any BlockingPool,
    random: @escaping @Sendable (_ count: Int) -> [UInt8],
    report: @escaping @Sendable (ConnectionEvent) -> Void
  ) {
    self.base = base
    self.services = services
    self.signIn = signIn
    self.state = state
    self.seal = seal
    self.pool = pool
    self.random = random
    self.report = report
  }

  // MARK: The link

  /// Begins a flow, which replaces the one that the user had for the service.
  /// - Parameters:
  ///   - user: the key of the user in the state.
  ///   - name: as the page shows the user.
  /// - Returns: the link for the user's browser.
  package func link(
    for user: String, called name: String, to service: ConnectableService, client: Client,
    now: WallTime
  ) async throws(OAuthProblem) -> String {
    let id = newSecret()
    let verifier = newSecret()
    let payload = Payload(verifier: verifier, name: name)
    var flow = UpstreamFlow(
      hash: Self.hash(id), user: user, service: service.id, payload: [],
      expiresAt: now + Self.flowLifetime)
    flow.payload = seal.seal(payload.bytes, as: .payload, of: flow)
    let new = flow
    try await inState(client) { () throws(StateError) in try state.begin(new, now: now) }
    return "\(base)/connect/\(id.exposed)"
  }

  // MARK: GET /connect/ID

  /// The page behind the link. It changes nothing, however often it is asked for.
  package func page(id: String, _ browser: Browser, now: WallTime) async -> EndpointResponse {
    await page { () async throws(ConnectionProblem) in
      let (_, service, payload) = try await flow(id, browser, now)
      let cookie = PageCookie.page(of: base)
      let secret = cookie.secret(in: browser) ?? newSecret()
      var response = start(id, service, payload, cookie: secret)
      response.add(cookie.field(secret))
      return response
    }
  }

  private func start(
    _ id: String, _ service: ConnectableService, _ payload: Payload, cookie: Secret,
    problem: String? = nil
  ) -> EndpointResponse {
    let way: ConnectionPage.SignIn? =
      switch signIn?.way {
      case nil: nil
      case .password?: .password(problem: problem)
      case .provider(let description, _)?: .provider(description.title)
      }
    return ConnectionPage.start(
      id: id, service: (service.title, service.host), user: payload.name, signIn: way,
      csrf: FormProof.text(Self.about(id), cookie: cookie))
  }

  // MARK: POST /connect/ID

  /// The person goes on to the service. From now on the flow belongs to this browser.
  package func begin(
    id: String, body: [UInt8], _ browser: Browser, now: WallTime
  ) async -> EndpointResponse {
    await page { () async throws(ConnectionProblem) in
      // RFC 9700 §4.7: only our own page may send this form.
      guard browser.isOwnForm(of: base), let form = try? FormBody(body) else {
        throw .page(.forgedForm)
      }
      guard let secret = PageCookie.page(of: base).secret(in: browser) else {
        throw .page(.noCookie)
      }
      guard FormProof.isValid(form["csrf"], Self.about(id), cookie: secret) else {
        throw .page(.forgedForm)
      }
      let (flow, service, payload) = try await flow(id, browser, now)
      switch signIn?.way {
      case nil:
        return try await bind(flow, to: browser, secret, payload, now) { state in
          service.authorizeURL(state, payload.verifier)
        }
      case .password(let verify)?:
        let result = await verify(
          form["username"] ?? "", Secret(form["password"] ?? ""), browser)
        guard case .correct(let person) = result else {
          let isWrong = if case .wrong = result { true } else { false }
          report(
            .refused(
              service: service.id, reason: isWrong ? "wrong_password" : "too_many_attempts"))
          return start(
            id, service, payload, cookie: secret,
            problem: isWrong
              ? "The user name or the password is wrong."
              : "Too many attempts. Wait a minute, then try again.")
        }
        try await check(person, flow, browser)
        return try await bind(flow, to: browser, secret, payload.at(.signedIn), now) { state in
          service.authorizeURL(state, payload.verifier)
        }
      case .provider(let description, let provider)?:
        let asked = request(
          description.id, state: newSecret(), verifier: newSecret(), nonce: newSecret())
        let url: String
        do throws(ProviderError) { url = try await provider.authorizeURL(asked) } catch {
          report(.refused(service: service.id, reason: error.reason))
          throw .page(.provider(error))
        }
        let signingIn = payload.at(.signingIn(verifier: asked.verifier, nonce: asked.nonce))
        return try await bind(flow, to: browser, secret, signingIn, now, state: asked.state) { _ in
          url
        }
      }
    }
  }

  /// The browser goes on with a new `state`.
  private func bind(
    _ flow: UpstreamFlow, to browser: Browser, _ cookie: Secret, _ payload: Payload,
    _ now: WallTime, state known: Secret? = nil, url: (_ state: Secret) -> String
  ) async throws(ConnectionProblem) -> EndpointResponse {
    let next = known ?? newSecret()
    let sealed = seal.seal(payload.bytes, as: .payload, of: flow)
    let step = try await work(browser) { () throws(StateError) in
      try state.bind(
        flow.hash, cookie: Self.hash(cookie), state: Self.hash(next), payload: sealed, now: now)
    }
    guard case .flow = step else { throw .otherBrowser }
    return .redirect(to: url(next))
  }

  // MARK: GET /<provider>/callback

  /// The identity provider has sent the browser back.
  /// - Returns: `nil` if the callback is not of a connection.
  package func signedIn(
    query: String, _ browser: Browser, now: WallTime
  ) async -> EndpointResponse? {
    guard case .provider(let description, let provider)? = signIn?.way,
      query.utf8.count <= Self.maximumQueryLength,
      let parameters = try? FormBody(Array(query.utf8)), let text = parameters["state"]
    else { return nil }
    do throws(ConnectionProblem) {
      // Without a cookie no flow fits: the step is `wrongBrowser` if there is one.
      let cookie = PageCookie.page(of: base).secret(in: browser)
      let secret = cookie ?? newSecret()
      let step = try await work(browser) { () throws(StateError) in
        try state.take(state: Self.hash(Secret(text)), cookie: Self.hash(secret), now: now)
      }
      switch step {
      case .unknown: return nil
      case .wrongBrowser: throw .page(.noCookie)
      case .expired: throw .unknown
      case .flow(let flow):
        return try await signedIn(
          flow, Secret(text), parameters, provider, description, browser, now)
      }
    } catch {
      return error.response
    }
  }

  private func signedIn(
    _ flow: UpstreamFlow, _ state: Secret, _ parameters: FormBody, _ provider: any IdentityProvider,
    _ description: ProviderDescription, _ browser: Browser, _ now: WallTime
  ) async throws(ConnectionProblem) -> EndpointResponse {
    let (service, payload) = try content(of: flow)
    guard case .signingIn(let verifier, let nonce) = payload.stage else { throw .unknown }
    guard provider.isIssuer(parameters["iss"]) else {
      try await end(flow, browser)
      report(.refused(service: service.id, reason: ProviderError.invalidResponse.reason))
      throw .page(.provider(.invalidResponse))
    }
    guard let code = parameters["code"] else {
      try await end(flow, browser)
      report(.refused(service: service.id, reason: "denied"))
      throw .denied(description.title)
    }
    let person: Person
    do throws(ProviderError) {
      person = try await provider.person(
        Secret(code), description.id,
        of: request(description.id, state: state, verifier: verifier, nonce: nonce),
        for: browser.client
      ).person
    } catch {
      try await end(flow, browser)
      report(.refused(service: service.id, reason: error.reason))
      throw .page(.provider(error))
    }
    try await check(person, flow, browser)
    let next = newSecret()
    let sealed = seal.seal(payload.at(.signedIn).bytes, as: .payload, of: flow)
    let goesOn = try await work(browser) { () throws(StateError) in
      try self.state.proceed(flow.hash, state: Self.hash(next), payload: sealed, now: now)
    }
    guard goesOn else { throw .unknown }
    return .redirect(to: service.authorizeURL(next, payload.verifier))
  }

  /// MCP 2026-07-28 client/elicitation, "Phishing": the browser is that of the user who has asked for the
  /// link (ATTACKS O143).
  private func check(
    _ person: Person, _ flow: UpstreamFlow, _ browser: Browser
  ) async throws(ConnectionProblem) {
    guard let signIn, signIn.user(person).hasSameBytes(as: flow.user) else {
      try await end(flow, browser)
      report(.refused(service: flow.service, reason: "other_user"))
      throw .otherUser
    }
  }

  private func request(
    _ id: String, state: Secret, verifier: Secret, nonce: Secret
  ) -> ProviderRequest {
    ProviderRequest(
      redirectURI: "\(base)/\(id)/callback", state: state, verifier: verifier, nonce: nonce)
  }

  // MARK: GET /<service>/callback

  /// The service has sent the browser back.
  package func callback(
    service id: String, query: String, _ browser: Browser, now: WallTime
  ) async -> EndpointResponse {
    await page { () async throws(ConnectionProblem) in
      guard query.utf8.count <= Self.maximumQueryLength,
        let parameters = try? FormBody(Array(query.utf8)), let state = parameters["state"]
      else { throw .unknown }
      guard let secret = PageCookie.page(of: base).secret(in: browser) else {
        throw .page(.noCookie)
      }
      let step = try await work(browser) { () throws(StateError) in
        try self.state.take(state: Self.hash(Secret(state)), cookie: Self.hash(secret), now: now)
      }
      // RFC 9700 §4.4, ATTACKS O141: the code of one service is never sent to another.
      guard case .flow(let flow) = step, flow.service.hasSameBytes(as: id) else { throw .unknown }
      let (service, payload) = try content(of: flow)
      // ATTACKS O143: no way leads past the sign-in.
      guard payload.isSignedIn == (signIn != nil) else { throw .unknown }
      guard let code = parameters["code"] else {
        try await end(flow, browser)
        report(.refused(service: id, reason: "denied"))
        throw .denied(service.title)
      }
      let result: [UInt8]
      do throws(ConnectionRefused) {
        result = try await service.exchange(Secret(code), payload.verifier, browser.client)
      } catch {
        try await end(flow, browser)
        report(.refused(service: id, reason: error.reason))
        throw .refused(service.title, error.sentence)
      }
      if let signIn {
        guard try await end(flow, browser) else { throw .unknown }
        do throws(ConnectionRefused) {
          try await signIn.connect(result, flow, browser.client)
        } catch {
          report(.refused(service: id, reason: error.reason))
          throw .refused(service.title, error.sentence)
        }
        report(.connected(service: id))
        return ConnectionPage.done(service: service.title, user: payload.name)
      }
      let completion = newCode()
      let sealed = seal.seal(result, as: .result, of: flow)
      let isStored = try await work(browser) { () throws(StateError) in
        try self.state.finish(
          flow.hash, result: sealed, code: Self.hash(Secret(completion)), now: now)
      }
      guard isStored else { throw .unknown }
      report(.allowed(service: id))
      return ConnectionPage.code(completion, service: service.title, user: payload.name)
    }
  }

  // MARK: Parts

  /// What the state keeps of a flow, sealed.
  private struct Payload {
    enum Stage {
      case begun
      /// At the identity provider, with the secrets of that request.
      case signingIn(verifier: Secret, nonce: Secret)
      case signedIn
    }

    /// For the service.
    let verifier: Secret
    let name: String
    private(set) var stage = Stage.begun

    init(verifier: Secret, name: String) {
      self.verifier = verifier
      self.name = name
    }

    init?(_ bytes: [UInt8]?) {
      guard let object = bytes.flatMap({ try? JSONParser.parse($0) })?.object,
        let verifier = object["verifier"]?.string, let name = object["name"]?.string
      else { return nil }
      self.init(verifier: Secret(verifier), name: name)
      if object["signed_in"] == true {
        stage = .signedIn
      } else if let verifier = object["provider_verifier"]?.string,
        let nonce = object["nonce"]?.string
      {
        stage = .signingIn(verifier: Secret(verifier), nonce: Secret(nonce))
      }
    }

    var bytes: [UInt8] {
      var object = JSONObject([
        ("verifier", .string(verifier.exposed)), ("name", .string(name)),
      ])
      switch stage {
      case .begun: break
      case .signingIn(let verifier, let nonce):
        object["provider_verifier"] = .string(verifier.exposed)
        object["nonce"] = .string(nonce.exposed)
      case .signedIn: object["signed_in"] = true
      }
      return JSONValue.object(object).serialized()
    }

    func at(_ stage: Stage) -> Payload {
      var copy = self
      copy.stage = stage
      return copy
    }

    var isSignedIn: Bool { if case .signedIn = stage { true } else { false } }
  }

  private func content(
    of flow: UpstreamFlow
  ) throws(ConnectionProblem) -> (ConnectableService, Payload) {
    guard let payload = Payload(seal.open(flow.payload, as: .payload, of: flow)),
      let service = services.first(where: { $0.id.hasSameBytes(as: flow.service) })
    else { throw .unknown }
    return (service, payload)
  }

  private static func about(_ id: String) -> String { "connect \(id)" }

  /// The digest of a completion code as a person has typed it is that of the code on the page.
  package static func hash(ofCode text: String) -> SHA256Digest {
    SHA256Digest(of: text.utf8.filter { $0 != ASCII.space })
  }

  private static func hash(_ secret: Secret) -> SHA256Digest {
    SHA256Digest(of: secret.exposed.utf8)
  }

  private func flow(
    _ id: String, _ browser: Browser, _ now: WallTime
  ) async throws(ConnectionProblem) -> (UpstreamFlow, ConnectableService, Payload) {
    guard id.utf8.count == Self.idLength else { throw .unknown }
    let found = try await work(browser) { () throws(StateError) in
      try state.flow(Self.hash(Secret(id)), now: now)
    }
    guard let found else { throw .unknown }
    let (service, payload) = try content(of: found)
    return (found, service, payload)
  }

  /// - Returns: whether the flow was there.
  @discardableResult
  private func end(
    _ flow: UpstreamFlow, _ browser: Browser
  ) async throws(ConnectionProblem) -> Bool {
    try await work(browser) { () throws(StateError) in try state.end(flow.hash) }
  }

  /// 80 random bits in four groups.
  private func newCode() -> String {
    let letters = random(16).map { Self.letters[Int($0) % Self.letters.count] }
    let groups = stride(from: 0, to: letters.count, by: 4).map { letters[$0..<$0 + 4] }
    return groups.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
  }

  private func newSecret() -> Secret { Secret(Base64.url.text(of: random(32))) }

  private func page(
    _ body: () async throws(ConnectionProblem) -> EndpointResponse
  ) async -> EndpointResponse {
    do throws(ConnectionProblem) { return try await body() } catch { return error.response }
  }

  private func work<Value: Sendable>(
    _ browser: Browser, _ body: @escaping @Sendable () throws(StateError) -> Value
  ) async throws(ConnectionProblem) -> Value {
    do throws(OAuthProblem) { return try await inState(browser.client, body) } catch {
      throw .page(error.error == .temporarilyUnavailable ? .tooMuch : .request(error))
    }
  }

  private func inState<Value: Sendable>(
    _ client: Client, _ body: @escaping @Sendable () throws(StateError) -> Value
  ) async throws(OAuthProblem) -> Value {
    try await pool.state(for: client) { () throws(OAuthProblem) in
      do throws(StateError) { return try body() } catch { throw OAuthProblem(error) }
    }
  }
}
