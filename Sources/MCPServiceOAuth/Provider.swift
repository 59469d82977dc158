internal import Auth
internal import HTTPClient
internal import MCPServiceHTTP
internal import ResourceServer
private import Support
private import Synchronization

/// The identity provider as this server knows it. Its keys and its connections survive SIGHUP.
final class Provider: Sendable {
  private let http: any HTTPClient
  private let keys = Mutex<IssuerKeys?>(nil)
  private let introspection = Mutex<(service: Introspection, secret: Secret)?>(nil)

  init(_ http: any HTTPClient) { self.http = http }

  /// The first call also begins to fetch from the provider. The server starts all the same.
  func protection(
    _ settings: ProviderSettings, _ authority: AuthoritySettings?, _ resource: ProtectedResource,
    guests: Role?, _ context: HTTPProtection.Context
  ) -> HTTPProtection {
    var authenticators = [tokens(settings, context)]
    if let guests { authenticators.append(GuestAuthenticator(role: guests)) }
    return HTTPProtection(
      authenticators: authenticators, resource: resource,
      authority: authority?.authority(over: http))
  }

  /// Introspection or verification, by setting: one is never tried after the other.
  private func tokens(_ settings: ProviderSettings, _ context: HTTPProtection.Context)
    -> any Authenticator
  {
    guard let asked = settings.introspection else {
      return ProviderTokenAuthenticator(
        settings.policy, keys: keys(settings, context), now: context.now)
    }
    // A new cache after SIGHUP: the identities in the old one have the old permissions.
    return IntrospectionAuthenticator(
      introspection(asked, settings, context), policy: settings.policy, now: context.now,
      clock: context.clock)
  }

  private func keys(_ settings: ProviderSettings, _ context: HTTPProtection.Context) -> IssuerKeys {
    keys.withLock { known in
      if let known { return known }
      let new = IssuerKeys(
        issuer: settings.issuer, keysURL: settings.keysURL, algorithms: settings.algorithms,
        http: http, clock: context.clock, log: context.log)
      known = new
      Task.detached { await new.prefetch() }
      return new
    }
  }

  private func introspection(
    _ asked: IntrospectionSettings, _ settings: ProviderSettings, _ context: HTTPProtection.Context
  ) -> Introspection {
    introspection.withLock { known in
      // A secret that was replaced applies from SIGHUP on (ATTACKS O68).
      if let known, known.secret.exposed.utf8.elementsEqual(asked.secret.exposed.utf8) {
        return known.service
      }
      let new = Introspection(
        issuer: settings.issuer, url: asked.url, clientID: asked.client,
        clientSecret: asked.secret, http: http, clock: context.clock, log: context.log)
      known = (new, asked.secret)
      Task.detached { await new.prefetch() }
      return new
    }
  }
}
