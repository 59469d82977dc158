package import Auth
package import Crypto
private import JSON
package import OAuth
package import State
package import Support

/// A service at which a user may have an account that this server calls.
package struct ConnectableService: Sendable {
  /// In the path of the callback: `jira`.
  package let id: String
  /// As people write it.
  package let title: String
  /// The host of the page to which the browser goes.
  package let host: String
  package let authorizeURL: @Sendable (_ state: Secret, _ verifier: Secret) -> String
  /// Exchanges the code of the callback. It returns what `complete` of the state returns later.
  package let exchange:
    @Sendable (_ code: Secret, _ verifier: Secret, Client) async throws(ConnectionRefused) ->
      [UInt8]

  package init(
    id: String, title: String, host: String,
    authorizeURL: @escaping @Sendable (_ state: Secret, _ verifier: Secret) -> String,
    exchange:
      @escaping @Sendable (_ code: Secret, _ verifier: Secret, Client)
      async throws(ConnectionRefused) -> [UInt8]
  ) {
    self.id = id
    self.title = title
    self.host = host
    self.authorizeURL = authorizeURL
    self.exchange = exchange
  }
}

/// The service has given no tokens.
package struct ConnectionRefused: Error, Sendable, Equatable {
  /// One word for the log.
  package let reason: String
  /// For the person.
  package let sentence: String

  package init(reason: String, sentence: String) {
    self.reason = reason
    self.sentence = sentence
  }
}

/// What only the caller's key opens: the parts of a flow that are in the state.
package struct FlowSeal: Sendable {
  package let sealPayload: @Sendable (_ bytes: [UInt8], UpstreamFlow) -> [UInt8]
  package let openPayload: @Sendable (UpstreamFlow) -> [UInt8]?
  package let sealResult: @Sendable (_ bytes: [UInt8], UpstreamFlow) -> [UInt8]

  package init(
    sealPayload: @escaping @Sendable (_ bytes: [UInt8], UpstreamFlow) -> [UInt8],
    openPayload: @escaping @Sendable (UpstreamFlow) -> [UInt8]?,
    sealResult: @escaping @Sendable (_ bytes: [UInt8], UpstreamFlow) -> [UInt8]
  ) {
    self.sealPayload = sealPayload
    self.openPayload = openPayload
    self.sealResult = sealResult
  }
}

/// The endpoints at which a person connects an account of another service: `/connect/ID` and
/// `/<service>/callback`.
///
/// The user has asked for the link with a tool. The browser goes on to the service and comes back. Then
/// the page shows a code, which the user passes to a tool: a link that somebody sends to another person
/// connects nothing (MCP 2026-07-28 client/elicitation, "Phishing"). The code of the service never
/// leaves this server and the browser.
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
  private let state: AuthorizationState
  private let seal: FlowSeal
  private let pool: any BlockingPool
  private let random: @Sendable (_ count: Int) -> [UInt8]
  private let report: @Sendable (ConnectionEvent) -> Void

  /// - Parameter base: the base URL of this server.
  package init(
    base: String, services: [ConnectableService], state: AuthorizationState, seal: FlowSeal,
    pool: any BlockingPool, random: @escaping @Sendable (_ count: Int) -> [UInt8],
    report: @escaping @Sendable (ConnectionEvent) -> Void
  ) {
    self.base = base
    self.services = services
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
    let payload: JSONValue = ["verifier": .string(verifier.exposed), "name": .string(name)]
    var flow = UpstreamFlow(
      hash: Self.hash(id), user: user, service: service.id, payload: [],
      expiresAt: now + Self.flowLifetime)
    flow.payload = seal.sealPayload(payload.serialized(), flow)
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
      var response = ConnectionPage.start(
        id: id, service: (service.title, service.host), user: payload.name,
        csrf: FormProof.text(Self.about(id), cookie: secret))
      response.add(cookie.field(secret))
      return response
    }
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
      let (found, service, payload) = try await flow(id, browser, now)
      let state = newSecret()
      let step = try await work(browser) { () throws(StateError) in
        try self.state.bind(
          found.hash, cookie: Self.hash(secret), state: Self.hash(state), now: now)
      }
      guard case .flow = step else { throw .otherBrowser }
      return .redirect(to: service.authorizeURL(state, payload.verifier))
    }
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
      guard case .flow(let flow) = step, flow.service.hasSameBytes(as: id),
        let service = services.first(where: { $0.id.hasSameBytes(as: id) }),
        let payload = Payload(seal.openPayload(flow))
      else { throw .unknown }
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
      let completion = newCode()
      let sealed = seal.sealResult(result, flow)
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

  private struct Payload {
    let verifier: Secret
    let name: String

    init?(_ bytes: [UInt8]?) {
      guard let object = bytes.flatMap({ try? JSONParser.parse($0) })?.object,
        let verifier = object["verifier"]?.string, let name = object["name"]?.string
      else { return nil }
      self.verifier = Secret(verifier)
      self.name = name
    }
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
    guard let found, let payload = Payload(seal.openPayload(found)),
      let service = services.first(where: { $0.id.hasSameBytes(as: found.service) })
    else { throw .unknown }
    return (found, service, payload)
  }

  private func end(_ flow: UpstreamFlow, _ browser: Browser) async throws(ConnectionProblem) {
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

/// What the audit log says of a flow.
package enum ConnectionEvent: Sendable, Equatable {
  /// The service has allowed it. The completion code is still missing.
  case allowed(service: String)
  case refused(service: String, reason: String)
}

/// Why a person gets a page with a problem instead of the next step.
private enum ConnectionProblem: Error {
  case page(SignInProblem)
  /// The flow is not known, was used, or is older than ten minutes.
  case unknown
  case otherBrowser
  case denied(_ service: String)
  case refused(_ service: String, _ sentence: String)

  var response: EndpointResponse {
    func page(_ status: Int, _ title: String, _ sentence: String) -> EndpointResponse {
      ProblemPage.response(
        status: status, title: title, sentence: sentence,
        advice: "Ask your assistant for a new link.", error: nil)
    }
    return switch self {
    case .page(let problem): problem.response
    case .unknown:
      page(
        403, "This link has ended",
        "It was used, a newer one replaced it, or it is older than ten minutes."
      )
    case .otherBrowser:
      page(403, "This link belongs to another browser", "Another browser has opened it before.")
    case .denied(let service):
      page(403, "Nothing was connected", "\(service) did not allow the connection.")
    case .refused(_, let sentence): page(502, "Nothing was connected", sentence)
    }
  }
}
