internal import Auth
internal import AuthorizationServer
internal import HTTPClient
private import JSON
internal import IdentityProviders
internal import MCPServiceHTTP
internal import ResourceServer
private import OAuth
internal import State
internal import Support
private import Crypto
private import Synchronization

/// What the endpoints of the authorization server share. It survives SIGHUP, which replaces the
/// clients of the file, the users and the roles.
final class AuthorizationService: Sendable {
  let settings: AuthorizationServerSettings
  let context: HTTPProtection.Context
  let pool: any BlockingPool
  let state: AuthorizationState
  let clients: Clients
  let grants: GrantTable
  let published: PublishedKeys
  let passwords: PasswordAuthenticator
  let people: People
  let showsNames: Bool
  let keys: SigningKeys

  init(
    _ settings: AuthorizationSettings, state: AuthorizationState, documents: any HTTPClient,
    _ context: HTTPProtection.Context, pool: any BlockingPool, passwordPool: any BlockingPool,
    random: @escaping @Sendable (Int) -> [UInt8] = RandomBytes.make
  ) {
    let scopes = settings.permissions.map(\.rawValue)
    self.settings = AuthorizationServerSettings(
      issuer: settings.issuer, scopes: scopes, defaultScope: Permission.calculateBasic.rawValue)
    self.context = context
    self.pool = pool
    self.state = state
    showsNames = settings.showsNames
    let log = context.log
    clients = Clients(
      configured: settings.clients,
      documents: ClientMetadataDocuments(
        documents, allowedHosts: settings.clientIDHosts, clock: context.clock,
        report: { failure in
          log.write(
            .info,
            [
              ("event", "client_metadata"), ("outcome", "refused"),
              ("host", .string(failure.host)), ("reason", .string(failure.reason)),
            ])
        }),
      state: state, pool: pool)
    grants = GrantTable(state, clients: clients, pool: pool, now: context.now, clock: context.clock)
    keys = SigningKeys(state, seals: settings.seals, overlap: Self.overlap)
    published = PublishedKeys(keys, pool: pool, now: context.now, clock: context.clock)
    passwords = PasswordAuthenticator(
      settings.users, now: context.now, monotonic: context.clock, random: random, pool: passwordPool
    )
    people = People(settings, now: context.now)
  }

  private static let leeway = Duration.seconds(30)
  /// How long a token may be valid that a retired key has signed.
  static let overlap = AuthorizationServerSettings.accessLifetime + leeway

  /// Applies what SIGHUP has read.
  func replace(with new: AuthorizationSettings) {
    clients.replace(with: new.clients)
    passwords.replace(with: new.users)
    people.replace(with: new)
    grants.forget()
  }

  /// Authenticates the tokens that this server has issued.
  var authenticator: any Authenticator {
    OwnTokenAuthenticator(
      policy: ProviderTokenPolicy(
        issuer: settings.issuer, audiences: [settings.resource.text], types: [.accessToken],
        leeway: Self.leeway, permissions: .scopesAreNames, namesInLog: false),
      keys: published, grants: grants,
      role: { [people] in people.role(of: $0.userID, groups: $0.userGroups) },
      showsNames: showsNames, now: context.now)
  }
}
