internal import Auth
internal import AuthorizationServer
internal import HTTPTransport
private import IdentityProviders
internal import MCPServiceHTTP
internal import Support

/// The paths at which a person connects an account: `/connect/ID` and `/<service>/callback`. All other
/// paths are those of the authorization server. The callback of its provider has both: the `state` tells
/// for what the person has signed in.
struct ConnectionRoutes: FurtherRoutes {
  private static let start = "/connect/"

  private let link: FurtherResource
  private let callbacks: [String: FurtherResource]
  private let others: (any FurtherRoutes)?

  init(
    _ services: [ConnectableService],
    beside own: (signIn: SignIn, routes: any FurtherRoutes)?,
    _ context: HTTPProtection.Context,
    _ endpoints: @escaping @Sendable (IPAddress) -> ConnectionEndpoints
  ) {
    others = own?.routes
    link = AuthorizationRoutes.page(["GET", "HEAD", "POST"], 120, context) {
      request, browser throws(HTTPFault) in
      // The path begins so: see `resource`.
      let id = String(Substring(request.path.utf8.dropFirst(Self.start.utf8.count)))
      let pages = endpoints(browser.address)
      if request.method != "POST" { return await pages.page(id: id, browser, now: context.now()) }
      guard let body = try await AuthorizationRoutes.form(request) else {
        return .notAFormOfAPage
      }
      return await pages.begin(id: id, body: body, browser, now: context.now())
    }
    var callbacks: [String: FurtherResource] = [:]
    for service in services {
      callbacks["/\(service.id)/callback"] = AuthorizationRoutes.page(["GET"], 60, context) {
        request, browser throws(HTTPFault) in
        await endpoints(browser.address).callback(
          service: service.id, query: request.query ?? "", browser, now: context.now())
      }
    }
    if case .provider(let description, _)? = own?.signIn {
      let path = "/\(description.id)/callback"
      callbacks[path] = own?.routes.resource(at: path).map { signIn in
        signIn.preceded { request, address in
          let browser = AuthorizationRoutes.browser(request, address)
          return await endpoints(address).signedIn(
            query: request.query ?? "", browser, now: context.now()
          ).map { HTTPResponse($0) }
        }
      }
    }
    self.callbacks = callbacks
  }

  func resource(at path: String) -> FurtherResource? {
    if path.utf8.starts(with: Self.start.utf8) { return link }
    return callbacks[path] ?? others?.resource(at: path)
  }
}
