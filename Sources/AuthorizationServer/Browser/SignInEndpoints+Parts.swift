internal import Auth
internal import Crypto
internal import IdentityProviders
private import JSON
internal import OAuth
internal import State
internal import Support

/// Why a person gets a page with a problem instead of the next step.
enum SignInProblem: Error {
  case request(OAuthProblem)
  case notFound
  /// A problem of HTTP, for example the method of the request.
  case http(_ status: Int, _ sentence: String)
  case incompleteForm
  /// The form comes from another page.
  case forgedForm
  case noCookie
  /// The sign-in is not known, was used, or is older than ten minutes.
  case unknownSignIn
  case provider(ProviderError)
  case notListed
  case tooMuch
}

extension SignInProblem {
  /// The table of problems: one page for each.
  var response: EndpointResponse {
    let again = "Go back to the program that sent you here, and begin again."
    func page(
      _ status: Int, _ title: String, _ sentence: String, _ advice: String? = again,
      error: OAuthError? = nil
    ) -> EndpointResponse {
      ProblemPage.response(
        status: status, title: title, sentence: sentence, advice: advice, error: error?.rawValue)
    }
    return switch self {
    case .request(let problem):
      // RFC 9700 §4.11.2: 400 also where a program would get 401.
      page(
        problem.error.status == 401 ? 400 : problem.error.status, "This request cannot be answered",
        problem.description,
        problem.error.status >= 500
          ? "Try again in a minute." : "Tell the maker of the program that sent you here.",
        error: problem.error)
    case .notFound: page(404, "There is no such page", "This server has no page here.", nil)
    case .http(let status, let sentence):
      page(status, "This request cannot be answered", sentence)
    case .incompleteForm: page(400, "The form is incomplete", "A field of the form is missing.")
    case .forgedForm:
      page(403, "The form is not from this page", "It was sent by another page, or is too old.")
    case .noCookie:
      page(
        403, "The cookie is missing",
        "Your browser did not send the cookie of this sign-in. It may be older than ten minutes, or "
          + "another browser began it.")
    case .unknownSignIn:
      page(403, "This sign-in has ended", "It was completed, or is older than ten minutes.")
    case .provider(.unavailable):
      page(503, "The sign-in does not work now", "The identity provider could not be reached.")
    case .provider(.refused), .provider(.invalidResponse):
      page(
        502, "The sign-in has failed", "The identity provider did not confirm who you are.")
    case .provider(.noAllowedSite):
      page(403, "You may not sign in here", "None of your sites is allowed on this server.", nil)
    case .notListed:
      page(
        403, "You may not sign in here",
        "You have signed in, but the operator of this server has not given you a role.",
        "Ask the operator to add you.")
    case .tooMuch:
      page(503, "The server is busy", "It has too much to do at the moment; try again later.")
    }
  }

  /// One word for the audit log; `nil` if another event has said it.
  var reason: String? {
    switch self {
    case .request(let problem): problem.error.rawValue
    case .notFound: "not_found"
    case .incompleteForm: "incomplete_form"
    case .forgedForm: "forged_form"
    case .noCookie: "no_cookie"
    case .unknownSignIn: "unknown_sign_in"
    case .tooMuch: "overloaded"
    case .provider, .notListed, .http: nil
    }
  }
}

extension AuthorizationRequest {
  /// What a page says of the client.
  var page: PageClient {
    PageClient(
      name: client.name, redirectURI: destination,
      isLocalOnly: client.redirectURIs.allSatisfy(\.isLoopback))
  }
}

extension SignInEndpoints {
  typealias Problem = SignInProblem

  static func hash(_ secret: Secret) -> SHA256Digest { SHA256Digest(of: secret.exposed.utf8) }

  /// What the proof of a form is about.
  static func about(_ signIn: SignIn, _ query: String) -> String {
    switch signIn {
    case .password: "sign-in \(query)"
    case .provider: "consent \(query)"
    }
  }

  static func about(_ transaction: Secret) -> String { "decision \(transaction.exposed)" }

  static func shown(_ scopes: [String]) -> [(name: String, meaning: String)] {
    scopes.map { ($0, ConsentPage.meaning(of: $0)) }
  }

  /// 256 random bits.
  func newSecret() -> Secret { Secret(Base64.url.text(of: random(32))) }

  func callback(_ id: String) -> String { "\(settings.issuer)/\(id)/callback" }

  /// The page of a step, or that of its problem.
  func page(
    _ body: () async throws(Problem) -> EndpointResponse
  ) async -> EndpointResponse {
    do throws(Problem) {
      return try await body()
    } catch {
      if let reason = error.reason { report(.refused(reason: reason)) }
      return error.response
    }
  }

  func parameters(_ query: String) throws(Problem) -> FormBody {
    guard query.utf8.count <= Self.maximumQueryLength else {
      throw .request(OAuthProblem(.invalidRequest, "The request has more than 4 KiB."))
    }
    do throws(FormBody.Failure) {
      return try FormBody(Array(query.utf8))
    } catch {
      throw .request(error.problem)
    }
  }

  func request(_ query: String, _ browser: Browser) async throws(Problem) -> AuthorizationRequest {
    let parameters = try parameters(query)
    do throws(OAuthProblem) {
      return try await AuthorizationRequest(
        parameters, clients: clients, for: browser.client, settings)
    } catch {
      throw .request(error)
    }
  }

  /// A form of one of our pages.
  func form(_ body: [UInt8], _ browser: Browser) throws(Problem) -> FormBody {
    guard browser.isOwnForm(of: settings.issuer) else { throw .forgedForm }
    do throws(FormBody.Failure) {
      return try FormBody(body)
    } catch {
      throw .request(error.problem)
    }
  }

  /// RFC 9700 §4.7, OAuth 2.1 §7.12
  func checkProof(_ form: FormBody, _ query: String, _ browser: Browser) throws(Problem) {
    guard let secret = PageCookie.page(of: settings.issuer).secret(in: browser) else {
      throw .noCookie
    }
    guard FormProof.isValid(form["csrf"], Self.about(signIn, query), cookie: secret) else {
      throw .forgedForm
    }
  }

  /// Never more than was asked for, than the client may have, and than the person may have.
  /// - Parameter shown: what the person has read on the consent page; `nil` before it.
  func scopes(
    of person: Person, for request: AuthorizationRequest, shown: [String]? = nil
  ) throws(Problem) -> ScopeList {
    guard let allowed = scopesOfPerson(person) else {
      report(.notListed(person, client: request.client.id))
      throw .notListed
    }
    var granted = request.scopes.intersection(allowed)
    // OAuth 2.1 §7.3.1: a role that grew since then was not agreed to.
    if let shown { granted = granted.intersection(shown) }
    guard !granted.scopes.isEmpty else {
      throw .request(OAuthProblem(.invalidScope, "Your role has none of these scopes."))
    }
    return granted
  }

  func code(
    _ person: Person, _ request: AuthorizationRequest, _ scopes: ScopeList, _ now: WallTime
  ) -> AuthorizationCode {
    AuthorizationCode(
      userID: person.id, userName: person.name, userGroups: person.groups,
      clientID: request.client.id, redirectURI: request.redirectURI,
      resource: settings.resource.text, challenge: request.challenge.text, scope: scopes.text,
      expiresAt: now + settings.codeLifetime)
  }

  // MARK: The state

  func work<Value: Sendable>(
    for browser: Browser, _ body: @escaping @Sendable () throws(StateError) -> Value
  ) async throws(Problem) -> Value {
    do throws(OAuthProblem) {
      return try await pool.state(for: browser.client) { () throws(OAuthProblem) in
        do throws(StateError) { return try body() } catch { throw OAuthProblem(error) }
      }
    } catch {
      throw error.error == .temporarilyUnavailable ? .tooMuch : .request(error)
    }
  }

  func begin(
    _ name: Secret, cookie: Secret, _ payload: SignInPayload, _ browser: Browser, _ now: WallTime
  ) async throws(Problem) {
    try await work(for: browser) { () throws(StateError) in
      try state.begin(
        SignInTransaction(
          hash: Self.hash(name), cookieHash: Self.hash(cookie), payload: payload.bytes,
          expiresAt: now + PageCookie.lifetime),
        now: now)
    }
  }

  /// Ends a sign-in. It works once.
  func take(
    _ name: Secret, cookie: Secret, _ browser: Browser, _ now: WallTime
  ) async throws(Problem) -> SignInPayload {
    let taken = try await work(for: browser) { () throws(StateError) in
      try state.take(Self.hash(name), cookie: Self.hash(cookie), now: now)
    }
    return try Self.payload(taken)
  }

  /// Reads a sign-in, which goes on.
  func peek(
    _ name: Secret, cookie: Secret, _ browser: Browser, _ now: WallTime
  ) async throws(Problem) -> SignInPayload {
    let found = try await work(for: browser) { () throws(StateError) in
      try state.peek(Self.hash(name), cookie: Self.hash(cookie), now: now)
    }
    return try Self.payload(found)
  }

  private static func payload(
    _ found: AuthorizationState.TakenTransaction
  ) throws(Problem) -> SignInPayload {
    guard case .payload(let bytes) = found, let payload = SignInPayload(bytes) else {
      throw .unknownSignIn
    }
    return payload
  }

  // MARK: Redirects to the client

  func deny(_ request: AuthorizationRequest) -> EndpointResponse {
    report(.denied(client: request.client.id))
    return redirect(
      .error(OAuthProblem(.accessDenied, "The person did not allow it.")), of: request)
  }

  /// The provider sent no code (RFC 6749 §4.1.2.1): the person said no there, or it could not.
  func refused(_ error: String?, _ request: AuthorizationRequest) -> EndpointResponse {
    let failures: [OAuthError] = [.serverError, .temporarilyUnavailable]
    guard let failure = failures.first(where: { error?.hasSameBytes(as: $0.rawValue) == true })
    else { return deny(request) }
    report(.providerFailed(.unavailable, client: request.client.id))
    return redirect(
      .error(OAuthProblem(failure, "The identity provider cannot sign anybody in now.")),
      of: request)
  }

  func redirect(
    _ response: AuthorizationRedirect, of request: AuthorizationRequest
  ) -> EndpointResponse {
    let location = response.location(
      at: request.redirectURI, state: request.state, issuer: settings.issuer)
    return .redirect(to: location.exposed)
  }
}
