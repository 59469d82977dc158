package import Auth
private import Crypto
package import IdentityProviders
private import JSON
private import OAuth
package import State
package import Support

/// The endpoints for the browser of a person: `/authorize`, `/consent` and the callback of a provider.
///
/// With a provider: consent page → provider → callback → client. With passwords: sign-in page →
/// consent page → client. The consent page is shown for every request (OAuth 2.1 §7.3.1): a native
/// client cannot prove who it is. Until the person has allowed it, nothing is stored and no error is
/// redirected to the client.
package struct SignInEndpoints: Sendable {
  /// In bytes. Form-encoded once more, it must fit into a form.
  static let maximumQueryLength = 4096

  let settings: AuthorizationServerSettings
  let signIn: SignIn
  let clients: any ClientDirectory
  let state: AuthorizationState
  /// The scopes that a person may have; `nil`: the person may not sign in.
  let scopesOfPerson: @Sendable (Person) -> [String]?
  let pool: any BlockingPool
  let random: @Sendable (_ count: Int) -> [UInt8]
  let keep: Keep?
  let report: @Sendable (SignInEvent) -> Void

  /// Gets the tokens of the provider after the person was allowed a code. A failure does not disturb the
  /// sign-in.
  package typealias Keep = @Sendable (Person, ProviderTokens, Browser) async -> Void

  package init(
    _ settings: AuthorizationServerSettings, signIn: SignIn, clients: any ClientDirectory,
    state: AuthorizationState, scopesOfPerson: @escaping @Sendable (Person) -> [String]?,
    pool: any BlockingPool, random: @escaping @Sendable (_ count: Int) -> [UInt8],
    keep: Keep? = nil,
    report: @escaping @Sendable (SignInEvent) -> Void
  ) {
    self.settings = settings
    self.signIn = signIn
    self.clients = clients
    self.state = state
    self.scopesOfPerson = scopesOfPerson
    self.pool = pool
    self.random = random
    self.keep = keep
    self.report = report
  }

  // MARK: GET /authorize

  /// The first page: sign in, or consent. It changes nothing, however often it is asked for.
  package func authorize(query: String, _ browser: Browser) async -> EndpointResponse {
    await page { () async throws(Problem) in
      let request = try await self.request(query, browser)
      let cookie = PageCookie.page(of: settings.issuer)
      let known = cookie.secret(in: browser)
      let secret = known ?? newSecret()
      let form = PageForm(
        request: query, csrf: FormProof.text(Self.about(signIn, query), cookie: secret))
      var response =
        switch signIn {
        case .password:
          SignInPage.response(client: request.page, form: form, problem: nil, userName: "")
        case .provider(let provider, _):
          ConsentPage.response(
            client: request.page, user: nil, provider: (provider.title, provider.meaning),
            scopes: Self.shown(request.scopes.scopes), form: form)
        }
      response.add(cookie.field(secret))
      return response
    }
  }

  // MARK: POST /authorize

  /// The sign-in page was sent: with the right password, the consent page follows.
  package func signIn(body: [UInt8], _ browser: Browser, now: WallTime) async -> EndpointResponse {
    await page { () async throws(Problem) in
      guard case .password(let check) = signIn else { throw .notFound }
      let form = try self.form(body, browser)
      guard let query = form["request"] else { throw .incompleteForm }
      try checkProof(form, query, browser)
      let request = try await self.request(query, browser)
      // One answer for a name that does not exist and for a wrong password.
      let name = form["username"] ?? ""
      let result = await check(name, Secret(form["password"] ?? ""), browser)
      guard case .correct(let person) = result else {
        var sentence = "Too many attempts. Wait a minute, then try again."
        if case .wrong = result {
          sentence = "The user name or the password is wrong."
          report(.wrongPassword(client: request.client.id))
        } else {
          report(.refused(reason: "too_many_attempts"))
        }
        let again = PageForm(request: query, csrf: form["csrf"] ?? "")
        return SignInPage.response(
          client: request.page, form: again, problem: sentence, userName: name)
      }
      let scopes = try self.scopes(of: person, for: request)
      let transaction = newSecret()
      let secret = newSecret()  // never the cookie from before the sign-in: session fixation
      try await begin(
        transaction, cookie: secret,
        SignInPayload(query: query, scopes: scopes.scopes, stage: .signedIn(person)), browser, now)
      let cookie = PageCookie.signIn(Self.hash(transaction), of: settings.issuer)
      var response = ConsentPage.response(
        client: request.page, user: person.name, provider: nil, scopes: Self.shown(scopes.scopes),
        form: PageForm(
          request: transaction.exposed,
          csrf: FormProof.text(Self.about(transaction), cookie: secret)))
      response.add(cookie.field(secret))
      return response
    }
  }

  // MARK: POST /consent

  /// The person has decided.
  package func decide(body: [UInt8], _ browser: Browser, now: WallTime) async -> EndpointResponse {
    await page { () async throws(Problem) in
      let form = try self.form(body, browser)
      guard let subject = form["request"], let decision = form["decision"],
        let isAllowed = Self.decisions[decision]
      else { throw .incompleteForm }
      switch signIn {
      case .password: return try await decide(isAllowed, subject, form, browser, now)
      case .provider(let description, let provider):
        try checkProof(form, subject, browser)
        let request = try await self.request(subject, browser)
        guard isAllowed else { return deny(request) }
        return try await send(browser, to: provider, description.id, request, query: subject, now)
      }
    }
  }

  private static let decisions = ["allow": true, "deny": false]

  /// After the sign-in with a password.
  private func decide(
    _ isAllowed: Bool, _ name: String, _ form: FormBody, _ browser: Browser, _ now: WallTime
  ) async throws(Problem) -> EndpointResponse {
    let transaction = Secret(name)
    let cookie = PageCookie.signIn(Self.hash(transaction), of: settings.issuer)
    guard let secret = cookie.secret(in: browser) else { throw .noCookie }
    guard FormProof.isValid(form["csrf"], Self.about(transaction), cookie: secret) else {
      throw .forgedForm
    }
    guard isAllowed else {
      let payload = try await take(transaction, cookie: secret, browser, now)
      var response = deny(try await request(payload.query, browser))
      response.add(cookie.removal)
      return response
    }
    // The directory of clients is asked before the code is made: it may have to fetch a document.
    let payload = try await peek(transaction, cookie: secret, browser, now)
    guard case .signedIn(let person) = payload.stage else { throw .unknownSignIn }
    let request = try await self.request(payload.query, browser)
    let scopes = try self.scopes(of: person, for: request, shown: payload.scopes)
    let code = newSecret()
    let new = self.code(person, request, scopes, now)
    let approval = try await work(for: browser) { () throws(StateError) in
      try state.approve(
        Self.hash(transaction), cookie: Self.hash(secret), Self.hash(code), new, now: now)
    }
    guard approval == .issued else { throw .unknownSignIn }
    report(.allowed(person, client: request.client.id, scope: scopes.text))
    return redirect(.code(code), of: request)
  }

  /// The person has allowed the client, and signs in with a provider.
  private func send(
    _ browser: Browser, to provider: any IdentityProvider, _ id: String,
    _ request: AuthorizationRequest, query: String, _ now: WallTime
  ) async throws(Problem) -> EndpointResponse {
    let state = newSecret()
    let secret = newSecret()
    let asked = ProviderRequest(
      redirectURI: callback(id), state: state, verifier: newSecret(), nonce: newSecret())
    let url: String
    do throws(ProviderError) {
      url = try await provider.authorizeURL(asked)
    } catch {
      report(.providerFailed(error, client: request.client.id))
      throw .provider(error)
    }
    try await begin(
      state, cookie: secret,
      SignInPayload(
        query: query, scopes: request.scopes.scopes,
        stage: .provider(
          id: id, verifier: asked.verifier.exposed, nonce: asked.nonce.exposed)),
      browser, now)
    let cookie = PageCookie.signIn(Self.hash(state), of: settings.issuer)
    return .redirect(to: url, cookie.field(secret))
  }

  // MARK: GET /<provider>/callback

  /// The provider has sent the browser back.
  package func callback(
    query: String, _ browser: Browser, now: WallTime
  ) async -> EndpointResponse {
    await page { () async throws(Problem) in
      guard case .provider(let description, let provider) = signIn else { throw .notFound }
      let parameters = try parameters(query)
      guard let text = parameters["state"] else { throw .unknownSignIn }
      let state = Secret(text)
      let cookie = PageCookie.signIn(Self.hash(state), of: settings.issuer)
      // Login CSRF: the code of a stranger in this browser (RFC 9700 §4.7).
      guard let secret = cookie.secret(in: browser) else { throw .noCookie }
      let payload = try await take(state, cookie: secret, browser, now)
      // RFC 9700 §4.4: the code of one provider is never sent to another.
      guard case .provider(let id, let verifier, let nonce) = payload.stage,
        id.hasSameBytes(as: description.id)
      else { throw .unknownSignIn }
      let request = try await self.request(payload.query, browser)
      guard provider.isIssuer(parameters["iss"]) else {
        report(.providerFailed(.invalidResponse, client: request.client.id))
        throw .provider(.invalidResponse)
      }
      var response: EndpointResponse
      if let code = parameters["code"] {
        let (person, tokens) = try await person(
          Secret(code), from: provider, description.id,
          ProviderRequest(
            redirectURI: callback(description.id), state: state, verifier: Secret(verifier),
            nonce: Secret(nonce)), request, browser)
        response = try await finish(person, request, shown: payload.scopes, browser, now)
        await keep?(person, tokens, browser)
      } else {
        response = refused(parameters["error"], request)
      }
      response.add(cookie.removal)
      return response
    }
  }

  private func person(
    _ code: Secret, from provider: any IdentityProvider, _ id: String, _ asked: ProviderRequest,
    _ request: AuthorizationRequest, _ browser: Browser
  ) async throws(Problem) -> (Person, ProviderTokens) {
    do throws(ProviderError) {
      return try await provider.person(code, id, of: asked, for: browser.client)
    } catch {
      report(.providerFailed(error, client: request.client.id))
      throw .provider(error)
    }
  }

  private func finish(
    _ person: Person, _ request: AuthorizationRequest, shown: [String], _ browser: Browser,
    _ now: WallTime
  ) async throws(Problem) -> EndpointResponse {
    let scopes = try scopes(of: person, for: request, shown: shown)
    let code = newSecret()
    let new = self.code(person, request, scopes, now)
    try await work(for: browser) { () throws(StateError) in
      try state.issueCode(Self.hash(code), new, now: now)
    }
    report(.allowed(person, client: request.client.id, scope: scopes.text))
    return redirect(.code(code), of: request)
  }
}
