internal import Auth
internal import AuthorizationServer
internal import Crypto
internal import HTTPClient
internal import JSON
internal import MCPService
private import OAuth
internal import State
internal import Support
internal import Upstream

/// A service as the tools use it.
struct UpstreamSite: Sendable {
  /// The endpoints at which a user connects an account.
  struct Connecting: Sendable {
    let oauth: UpstreamOAuth
    /// Of the page to which the browser goes.
    let host: String
    /// Atlassian's API, without a slash at its end; `nil` for Data Center, whose root has the API.
    let api: String?
    let sites: AtlassianSites
    /// The URL or the name of the site that is used; `nil` if the user chooses.
    let wish: String?
  }

  let service: UpstreamService
  /// The URL of the settings.
  let root: String
  /// `nil` for Jenkins.
  let edition: AtlassianEdition?
  let rules: CredentialRules
  let storyPointsField: String
  let connecting: Connecting?
}

/// The services of this server, and whose credential a call of them uses.
struct UpstreamCalls: Sendable {
  let sites: [UpstreamSite]
  let http: any HTTPClient
  let shared: SharedCredential
  /// `nil` if no service has connections.
  let connecting: ConnectionService?
  let clock: @Sendable () -> MonotonicTime

  func site(_ service: UpstreamService) -> UpstreamSite? { sites.first { $0.service == service } }

  /// The address and the credential for one call.
  /// - Parameters:
  ///   - wish: the site that the caller names; `nil` if none.
  ///   - isOfCaller: whether the credential must be the caller's own, so that the service itself
  ///     decides what this caller may do.
  func access(
    to site: UpstreamSite, tool: String, wish: String?, isOfCaller: Bool = false,
    _ context: CallContext
  ) async throws(ToolFailure) -> (access: UpstreamAccess, edition: AtlassianEdition?, isOwn: Bool) {
    let service = site.service
    for field in UpstreamService.allCases.map(\.addressField)
    where !context.values(of: field).isEmpty {
      context.note("ignored_field", field)  // CWE-918, ATTACKS O131
    }
    let header = context.values(of: service.tokenField)
    let user = UserKey(context.identity)
    var connection = ConnectionState.none
    if header.isEmpty, site.connecting != nil, let user, let connecting {
      connection = await connecting.token(user, service, context.client)
    }
    context.note("upstream", service.rawValue)
    let choice: CredentialChoice
    do throws(CredentialError) {
      choice = try CredentialChoice.choose(
        site.rules, header: header, connection: connection,
        isShared: await shared.isAllowed(context.identity, tool: tool, client: context.client),
        isGuest: user == nil)
      // CWE-441, ATTACKS O156
      guard !isOfCaller || [.header, .connection].contains(choice.source) else { throw .none }
    } catch {
      throw ToolFailure(sentence: error.sentence(for: site.rules))
    }
    context.note("upstream_credential", choice.source.rawValue)
    var root = site.root
    var edition = site.edition
    if case .token(let token) = connection, choice.source == .connection, let user,
      let places = site.connecting, let api = places.api
    {
      let id = try await cloudID(of: token, wish, places, service, user, context.client)
      root = "\(api)/ex/\(service.rawValue)/\(id)"
      edition = .cloud
    } else if wish != nil {
      throw ToolFailure(sentence: "site is only for a connection to Atlassian. Leave it out.")
    }
    return (
      UpstreamAccess(
        service: service, root: root, credential: choice.credential, client: context.client,
        clock: clock),
      edition, choice.source == .connection
    )
  }

  /// The site that the caller names, or that of the connection.
  private func cloudID(
    of token: ConnectedToken, _ wish: String?, _ places: UpstreamSite.Connecting,
    _ service: UpstreamService, _ user: UserKey, _ client: Client
  ) async throws(ToolFailure) -> String {
    if wish == nil, let id = token.siteID { return id }
    let all: [AtlassianSite]
    do throws(UpstreamOAuthError) {
      all = try await places.sites.sites(of: token.access, for: client)
    } catch .refused {
      // The next call gets a new access token.
      connecting?.connections.forget(user: user.text, service: service)
      throw ToolFailure(
        sentence:
          "\(service.title) does not accept the connection. Try again once. If it fails again, "
          + "call init_oauth_flow to connect again.")
    } catch {
      throw ToolFailure(sentence: "\(service.title) does not tell the sites now. Try again later.")
    }
    do throws(SiteError) {
      return try AtlassianSites.choose(wish ?? places.wish, of: all).id
    } catch {
      throw ToolFailure(sentence: error.sentence)
    }
  }
}

extension SiteError {
  var sentence: String {
    switch self {
    case .none: "Your account has allowed no site. Call init_oauth_flow to connect again."
    case .unknown(let names):
      "Your account has no such site. Its sites are: \(names.joined(separator: ", "))."
    case .several(let names):
      "Several sites fit. Name one of these, or its URL, as site: \(names.joined(separator: ", "))."
    }
  }
}

/// A user in the state of connections. A client that acts for itself is another one than the user
/// with its name, and so is the user of another issuer.
struct UserKey: Sendable {
  let text: String
  let name: String

  /// `nil` for a guest.
  init?(_ identity: Identity) {
    guard identity.method != .guest, let provider = identity.provider else { return nil }
    self.init(
      provider.isClient ? "client" : "user", provider.issuer, identity.subject.text)
  }

  /// A person who has signed in at the authorization server of this process.
  /// - Parameter base: its issuer.
  init(of person: Person, at base: String) { self.init("user", base, person.id) }

  private init(_ kind: String, _ issuer: String, _ subject: String) {
    let place: JSONValue = [.string(kind), .string(issuer), .string(subject)]
    text = String(decoding: place.serialized(), as: UTF8.self)
    name = subject
  }
}

/// The stored connections of users, and the flows that make them.
struct ConnectionService: Sendable {
  let connections: UpstreamConnections
  let endpoints: ConnectionEndpoints
  let services: [ConnectableService]
  /// Whether the user must copy the one-time code of the last page into `complete_oauth_flow`: with
  /// tokens of an external issuer, this server cannot see whose browser it is.
  let needsCode: Bool
  let seal: ConnectionSeal
  let now: @Sendable () -> WallTime

  func token(
    _ user: UserKey, _ service: UpstreamService, _ client: Client
  ) async -> ConnectionState {
    do throws(ConnectionError) {
      return ConnectionState(
        .success(
          try await connections.accessToken(user: user.text, service: service, client: client)))
    } catch {
      return ConnectionState(.failure(error))
    }
  }

  /// Stores the connection of the flow that has this completion code.
  /// - Returns: the service; `nil` for a wrong code.
  func complete(
    _ code: String, for user: UserKey, _ client: Client
  ) async throws(ConnectionError) -> UpstreamService? {
    let time = now()
    let completion = try await connections.inState(client) { (state) throws(StateError) in
      try state.complete(user: user.text, code: ConnectionEndpoints.hash(ofCode: code), now: time)
    }
    guard case .completed(let flow, let sealed) = completion else { return nil }
    guard let result = seal.open(sealed, as: .result, of: flow) else { throw .damaged }
    return try await connections.connect(result, flow, client)
  }
}

extension UpstreamConnections {
  /// Stores the connection of a flow.
  /// - Parameter result: as `ConnectionGrant` writes it.
  @discardableResult
  func connect(
    _ result: [UInt8], _ flow: UpstreamFlow, _ client: Client
  ) async throws(ConnectionError) -> UpstreamService {
    guard let service = UpstreamService(rawValue: flow.service),
      let grant = ConnectionGrant(result)
    else { throw .damaged }
    try await connect(
      grant.refresh, scope: grant.scope, user: flow.user, service: service, site: grant.site,
      client: client)
    return service
  }
}

/// What a service has allowed, as the state keeps it until the user completes the flow. The access token
/// is not in it: it is in no file.
struct ConnectionGrant {
  let refresh: Secret
  /// `nil` if it is the one that was asked for.
  let scope: String?
  let site: AtlassianSite?

  init(refresh: Secret, scope: String?, site: AtlassianSite?) {
    self.refresh = refresh
    self.scope = scope
    self.site = site
  }

  init?(_ bytes: [UInt8]) {
    guard let object = (try? JSONParser.parse(bytes))?.object,
      let refresh = object["refresh"]?.string
    else { return nil }
    self.refresh = Secret(refresh)
    scope = object["scope"]?.string
    if let site = object["site"]?.object, let id = site["id"]?.string,
      let url = site["url"]?.string, let name = site["name"]?.string
    {
      self.site = AtlassianSite(id: id, url: url, name: name)
    } else {
      site = nil
    }
  }

  var bytes: [UInt8] {
    var members: [(String, JSONValue)] = [("refresh", .string(refresh.exposed))]
    if let scope { members.append(("scope", .string(scope))) }
    if let site {
      members.append(
        (
          "site",
          ["id": .string(site.id), "url": .string(site.url), "name": .string(site.name)]
        ))
    }
    return JSONValue.object(JSONObject(members)).serialized()
  }
}
