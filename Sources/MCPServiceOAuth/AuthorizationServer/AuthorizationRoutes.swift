internal import Auth
internal import AuthorizationServer
internal import Crypto
internal import HTTPClient
internal import HTTPTransport
internal import IdentityProviders
private import JSON
internal import MCPServiceHTTP
internal import OAuth
internal import State
internal import Support

/// The paths of the authorization server: each with its methods, with who may read it from a web page,
/// and with how many requests an address may send.
struct AuthorizationRoutes: FurtherRoutes {
  private let resources: [String: FurtherResource]

  init(
    _ service: AuthorizationService, _ settings: AuthorizationSettings, signIn provider: SignIn,
    keep: SignInEndpoints.Keep?, random: @escaping @Sendable (Int) -> [UInt8] = RandomBytes.make
  ) {
    let (context, pool, state) = (service.context, service.pool, service.state)
    let (clients, published, people) = (service.clients, service.published, service.people)
    let purge = StatePurge(state, pool: pool, now: context.now, clock: context.clock)
    let events = AuthorizationEvents(log: context.log, showsNames: settings.showsNames)
    // Each request has endpoints of its own, whose events have its address.
    let audit: @Sendable (IPAddress) -> @Sendable (TokenEvent) -> Void = { address in
      { [grants = service.grants] event in
        if event.endsAGrant { grants.forget() }
        events.record(event, from: address)
      }
    }
    let tokens: @Sendable (IPAddress) -> TokenEndpoint = { address in
      TokenEndpoint(
        service.settings, clients: clients, state: state, keys: service.keys,
        scopesOfUser: { people.scopes(of: $0.userID, groups: $0.userGroups) },
        pool: pool, random: random, report: audit(address))
    }
    let revocations: @Sendable (IPAddress) -> RevocationEndpoint = { address in
      RevocationEndpoint(
        clients: clients, state: state, keys: service.keys, pool: pool, report: audit(address))
    }
    let registrations: @Sendable (IPAddress) -> RegistrationEndpoint = { address in
      RegistrationEndpoint(
        state: state, random: random, report: { events.record($0, from: address) })
    }
    let pages: @Sendable (Browser) -> SignInEndpoints = { browser in
      SignInEndpoints(
        service.settings, signIn: provider, clients: clients, state: state,
        scopesOfPerson: { people.scopes(of: $0.id, groups: $0.groups) }, pool: pool,
        random: random, keep: keep, report: { events.record($0, from: browser.address) })
    }

    let metadata = ServerMetadata.document(
      issuer: service.settings.issuer, allowsRegistration: settings.allowsRegistration,
      scopes: service.settings.scopes)
    var all: [String: FurtherResource] = [
      "/.well-known/oauth-authorization-server": Self.program(["GET", "HEAD"], 600, context) {
        _, _ in
        .json(metadata, isPublic: true)
      },
      "/jwks": Self.program(["GET", "HEAD"], 600, context) { _, client in
        do throws(AuthenticationError) {
          return .json(try await published.document(for: Client(client)), isPublic: true)
        } catch {
          return HTTPResponse(.busy)
        }
      },
      "/token": Self.program(["POST"], 600, context) { request, client throws(HTTPFault) in
        try await Self.answer(request, client, context) { body, authorization in
          purge.run()
          return await tokens(client).respond(
            to: body, authorization: authorization, from: Client(client), now: context.now())
        }
      },
      "/revoke": Self.program(["POST"], 600, context) { request, client throws(HTTPFault) in
        try await Self.answer(request, client, context) { body, authorization in
          await revocations(client).respond(
            to: body, authorization: authorization, from: Client(client), now: context.now())
        }
      },
      "/authorize": Self.page(["GET", "HEAD", "POST"], 120, context) {
        request, browser throws(HTTPFault) in
        if request.method != "POST" {
          return await pages(browser).authorize(query: request.query ?? "", browser)
        }
        guard let body = try await Self.form(request) else { return .notAFormOfAPage }
        return await pages(browser).signIn(body: body, browser, now: context.now())
      },
      "/consent": Self.page(["POST"], 60, context) { request, browser throws(HTTPFault) in
        guard let body = try await Self.form(request) else { return .notAFormOfAPage }
        return await pages(browser).decide(body: body, browser, now: context.now())
      },
    ]
    if case .other(let description, _) = settings.provider {
      all["/\(description.id)/callback"] = Self.page(["GET"], 60, context) {
        request, browser throws(HTTPFault) in
        await pages(browser).callback(query: request.query ?? "", browser, now: context.now())
      }
    }
    if settings.allowsRegistration {
      all["/register"] = Self.program(["POST"], 20, context) { request, client throws(HTTPFault) in
        guard MediaTypes.isJSON(request.fields) else {
          return HTTPResponse(.notJSON)
        }
        let body = try await request.body(upTo: RegistrationEndpoint.maximumLength)
        do throws(BlockingPoolIsFull) {
          return HTTPResponse(
            try await pool.run(for: Client(client)) {
              registrations(client).respond(to: body, now: context.now())
            })
        } catch {
          return HTTPResponse(.busy)
        }
      }
    }
    resources = all
  }

  func resource(at path: String) -> FurtherResource? { resources[path] }

  typealias BrowserResponder =
    @Sendable (HTTPRequest, Browser) async throws(HTTPFault) -> EndpointResponse

  /// For programs and for the scripts of web pages (RFC 9700 §2.6).
  /// - Parameter count: requests of one address in a minute.
  private static func program(
    _ methods: [String], _ count: Int, _ context: HTTPProtection.Context,
    _ respond: @escaping FurtherResource.Respond
  ) -> FurtherResource {
    FurtherResource(
      methods: methods, readers: .all, limit: limit(count), clock: context.clock, respond: respond,
      refuse: { HTTPResponse(.refusal($0, $1)) })
  }

  /// For the browser of a person.
  static func page(
    _ methods: [String], _ count: Int, _ context: HTTPProtection.Context,
    _ respond: @escaping BrowserResponder
  ) -> FurtherResource {
    FurtherResource(
      methods: methods, readers: .none, limit: limit(count), clock: context.clock,
      respond: { request, client throws(HTTPFault) in
        HTTPResponse(try await respond(request, browser(request, client)))
      },
      refuse: { HTTPResponse(.refusalPage($0, $1)) })
  }

  static func browser(_ request: HTTPRequest, _ client: IPAddress) -> Browser {
    Browser(
      address: client, client: Client(client), cookies: request.fields["Cookie"],
      origins: request.fields["Origin"], sites: request.fields["Sec-Fetch-Site"])
  }

  private static func limit(_ count: Int) -> AddressLimit {
    AddressLimit(RateLimit(count: count, period: .minute))
  }

  /// A form at which clients authenticate. Wrong credentials are charged to the address, so that
  /// the secret of a client cannot be guessed.
  private static func answer(
    _ request: HTTPRequest, _ client: IPAddress, _ context: HTTPProtection.Context,
    _ body: (_ body: [UInt8], _ authorization: [String]) async -> EndpointResponse
  ) async throws(HTTPFault) -> HTTPResponse {
    guard let form = try await form(request) else {
      return HTTPResponse(.notAForm)
    }
    let response = await body(form, request.fields["Authorization"])
    if response.status == 401, !context.limits.mayTry(client, at: context.clock()) {
      var refusal = HTTPResponse(.refusal(429, "Too many attempts; try again in a minute."))
      refusal.fields.append(("Retry-After", "60"))
      return refusal
    }
    return HTTPResponse(response)
  }

  /// `nil` unless the body is a form (RFC 6749 appendix B).
  static func form(_ request: HTTPRequest) async throws(HTTPFault) -> [UInt8]? {
    guard MediaTypes.isForm(request.fields) else { return nil }
    return try await request.body(upTo: FormBody.maximumLength)
  }

  // MARK: Sign-in

  static func signIn(
    _ settings: AuthorizationSettings, _ service: AuthorizationService, _ http: any HTTPClient
  ) -> SignIn {
    let context = service.context
    switch settings.provider {
    case .other(let description, let configuration):
      return .provider(
        description,
        description.make(
          configuration,
          ProviderContext(
            http: http, now: context.now, clock: context.clock, log: context.log)))
    case .password:
      let (passwords, people) = (service.passwords, service.people)
      return .password { name, password, browser in
        guard let user = UserName(name) else { return .wrong }
        // Before the check: of the hash that is checked, or of an older one.
        let person = Person(
          id: People.id(of: user), name: user.description, groups: people.groups(of: user))
        let credential = Credential.password(user: user, password)
        // As for Basic: charged before the check, refunded if it is correct (ATTACKS C16, R11).
        guard context.limits.mayTry(browser.address, at: context.clock()) else { return .tryLater }
        do throws(AuthenticationError) {
          _ = try await passwords.authenticate(credential, from: browser.client)
          context.limits.refund(browser.address)
          return .correct(person)
        } catch {
          guard error == .overloaded else { return .wrong }
          context.limits.refund(browser.address)
          return .tryLater
        }
      }
    }
  }
}

extension HTTPResponse {
  init(_ response: EndpointResponse) {
    self.init(status: response.status, fields: response.fields, body: response.body)
  }

  fileprivate static func json(_ body: [UInt8], isPublic: Bool) -> HTTPResponse {
    HTTPResponse(
      status: 200,
      fields: [
        ("Content-Type", "application/json"), ("Cache-Control", "public, max-age=60"),
        ("X-Content-Type-Options", "nosniff"),
      ], body: body)
  }
}
