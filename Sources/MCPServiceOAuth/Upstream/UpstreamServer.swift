internal import Auth
internal import AuthorizationServer
internal import Crypto
internal import HTTPClient
internal import HTTPTransport
private import IdentityProviders
private import JSON
internal import MCPService
internal import MCPServiceHTTP
private import OAuth
internal import State
internal import Support
internal import Upstream
private import Synchronization

/// The tools of this process that call other services. Its connections survive SIGHUP, which replaces
/// the credentials of this server and the file about their use.
final class UpstreamServer: Sendable {
  /// Where connections are stored.
  struct Store: Sendable {
    let state: AuthorizationState
    let seal: ConnectionSeal
  }

  private let http: any HTTPClient
  private let store: Store?
  private let pool: any BlockingPool
  private let base: String
  private let running = Mutex<Connecting?>(nil)

  private struct Connecting {
    let clients: [UpstreamService: UpstreamOAuth]
    let connections: UpstreamConnections
  }

  /// - Parameters:
  ///   - store: `nil` if no service has connections.
  ///   - base: the base URL of this server.
  init(
    _ http: any HTTPClient, _ store: Store?, base: String,
    pool: any BlockingPool = BlockingThreads(count: 1)
  ) {
    self.http = http
    self.store = store
    self.base = base
    self.pool = pool
  }

  /// The tools and, if a service has connections, the paths at which users make them.
  /// - Parameter own: the authorization server of this process; `nil` without one.
  func offer(
    _ settings: UpstreamSettings, beside own: (signIn: SignIn, routes: any FurtherRoutes)?,
    _ context: HTTPProtection.Context
  ) -> (tools: [Tool], routes: (any FurtherRoutes)?) {
    let connecting = store.map { store in
      running.withLock { known in
        if let known { return known }
        let new = Self.connecting(settings, store, http, pool, context)
        known = new
        return new
      }
    }
    let sites = settings.services.map { site($0, settings, connecting) }
    let connectable = sites.compactMap(Self.connectable)
    var service: ConnectionService?
    var routes = own?.routes
    if let connecting, let store, !connectable.isEmpty {
      let events = AuthorizationEvents(log: context.log, showsNames: false)
      let signIn = own.map { [base] own in
        ConnectionSignIn(
          own.signIn, user: { UserKey(of: $0, at: base).text },
          connect: { (result, flow, client) async throws(ConnectionRefused) in
            do throws(ConnectionError) {
              try await connecting.connections.connect(result, flow, client)
            } catch {
              throw ConnectionRefused(
                reason: "not_stored", sentence: "The connection cannot be stored now.")
            }
          })
      }
      let endpoints: @Sendable (IPAddress?) -> ConnectionEndpoints = { [base, pool] address in
        ConnectionEndpoints(
          base: base, services: connectable, signIn: signIn, state: store.state,
          seal: store.seal, pool: pool, random: RandomBytes.make,
          report: { event in if let address { events.record(event, from: address) } })
      }
      service = ConnectionService(
        connections: connecting.connections, endpoints: endpoints(nil), services: connectable,
        needsCode: signIn == nil, seal: store.seal, now: context.now)
      routes = ConnectionRoutes(connectable, beside: own, context) { endpoints($0) }
    }
    let calls = UpstreamCalls(
      sites: sites, http: http, shared: settings.shared, connecting: service,
      clock: context.clock)
    return (
      UpstreamTools(upstream: calls).all + (service.map { ConnectionTools(service: $0).all } ?? []),
      routes
    )
  }

  private func site(
    _ service: UpstreamSettings.Service, _ settings: UpstreamSettings, _ connecting: Connecting?
  ) -> UpstreamSite {
    UpstreamSite(
      service: service.service, root: service.root, edition: service.edition,
      rules: service.rules, storyPointsField: settings.storyPointsField,
      connecting: connecting?.clients[service.service].flatMap { client in
        service.oauth.map { Self.place($0, client, http) }
      })
  }

  /// Keeps the tokens of a sign-in with Atlassian as a connection, if they are good for a service: the
  /// same client has asked, and the person has allowed all that the service needs.
  ///
  /// A refresh token of Atlassian works once, so one service gets it: the first that fits.
  /// - Returns: `nil` if no service has the client of the sign-in.
  func keeper(
    _ settings: UpstreamSettings, _ provider: AuthorizationSettings.Provider,
    _ context: HTTPProtection.Context
  ) -> SignInEndpoints.Keep? {
    guard case .other(let description, let client) = provider,
      description.id.hasSameBytes(as: ProviderDescription.atlassian.id)
    else { return nil }
    let fitting = settings.services.filter { $0.oauth?.isOf(client) == true }
    guard !fitting.isEmpty else { return nil }
    let events = AuthorizationEvents(log: context.log, showsNames: false)
    return { [self] person, tokens, browser in
      guard let refresh = tokens.refresh, let scope = tokens.scope.flatMap(ScopeList.init),
        let connecting = running.withLock({ $0 }),
        let service = fitting.first(where: { $0.oauth?.isCovered(by: scope) == true }),
        case let site = site(service, settings, connecting)
      else { return }
      let known = UpstreamTokens(
        access: tokens.access, refresh: refresh, lifetime: .zero, scope: scope.text)
      do {
        let chosen = try await site.chosen(for: known, browser.client)
        try await connecting.connections.connect(
          refresh, scope: scope.text, user: UserKey(of: person, at: base).text,
          service: service.service, site: chosen, client: browser.client)
        events.record(.connected(service: service.service.rawValue), from: browser.address)
      } catch {
        events.record(
          .refused(service: service.service.rawValue, reason: "not_kept"), from: browser.address)
      }
    }
  }

  private static func connecting(
    _ settings: UpstreamSettings, _ store: Store, _ http: any HTTPClient, _ pool: any BlockingPool,
    _ context: HTTPProtection.Context
  ) -> Connecting {
    var clients: [UpstreamService: UpstreamOAuth] = [:]
    for service in settings.services {
      clients[service.service] = service.oauth.flatMap { $0.client(over: http) }
    }
    return Connecting(
      clients: clients,
      connections: UpstreamConnections(
        store.state, seal: store.seal, services: clients, pool: pool, now: context.now,
        clock: context.clock))
  }

  private static func place(
    _ settings: UpstreamOAuthSettings, _ client: UpstreamOAuth, _ http: any HTTPClient
  ) -> UpstreamSite.Connecting {
    let isCloud = if case .atlassianCloud = settings.form { true } else { false }
    return UpstreamSite.Connecting(
      oauth: client, host: Origin(of: settings.authorizeURL)?.host ?? "",
      api: isCloud ? settings.apiURL : nil,
      sites: AtlassianSites(
        http: http, url: "\(settings.apiURL)/oauth/token/accessible-resources"),
      wish: settings.site)
  }

  /// A service to which a user can connect; `nil` without OAuth.
  private static func connectable(_ site: UpstreamSite) -> ConnectableService? {
    guard let place = site.connecting else { return nil }
    let title = site.service.title
    return ConnectableService(
      id: site.service.rawValue, title: title, host: place.host,
      authorizeURL: { place.oauth.authorizeURL(state: $0, verifier: $1) },
      exchange: { (code, verifier, client) async throws(ConnectionRefused) in
        let tokens: UpstreamTokens
        do throws(UpstreamOAuthError) {
          tokens = try await place.oauth.exchange(code, verifier: verifier, for: client)
        } catch {
          throw ConnectionRefused(error, title)
        }
        let chosen = try await site.chosen(for: tokens, client)
        guard let refresh = tokens.refresh else {
          throw ConnectionRefused(
            reason: "no_refresh_token",
            sentence: "\(title) gave no token that lasts. Tell the operator of this server.")
        }
        return ConnectionGrant(refresh: refresh, scope: tokens.scope, site: chosen).bytes
      })
  }
}

extension UpstreamSite {
  /// The site of the settings, or the only one of the user; `nil` if the user has several, and names
  /// one in each call.
  fileprivate func chosen(
    for tokens: UpstreamTokens, _ client: Client
  ) async throws(ConnectionRefused) -> AtlassianSite? {
    guard let place = connecting, place.api != nil else { return nil }
    let all: [AtlassianSite]
    do throws(UpstreamOAuthError) {
      all = try await place.sites.sites(of: tokens.access, for: client)
    } catch {
      throw ConnectionRefused(error, service.title)
    }
    do throws(SiteError) {
      return try AtlassianSites.choose(place.wish, of: all)
    } catch {
      if case .several = error, place.wish == nil { return nil }
      throw ConnectionRefused(
        reason: "no_site", sentence: "Your account has no site that this server may call.")
    }
  }
}

extension ConnectionRefused {
  fileprivate init(_ error: UpstreamOAuthError, _ title: String) {
    let reason =
      switch error {
      case .invalidGrant: "invalid_grant"
      case .refused: "refused"
      case .unavailable: "unavailable"
      case .invalidResponse: "invalid_response"
      }
    self.init(
      reason: reason,
      sentence: error == .unavailable
        ? "\(title) does not answer now. Try again later."
        : "\(title) did not confirm the connection.")
  }
}
