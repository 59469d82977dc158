package import Support
package import Auth
private import Crypto

/// Tools over stdio, protected by access tokens, and the tools that issue these tokens.
package struct JWTService: StdioService {
  package let pipeline: Pipeline
  private let definition: ServerDefinition
  private let store: any RefreshTokenStore
  private let now: @Sendable () -> WallTime
  private let random: @Sendable (Int) -> [UInt8]

  package init(
    _ configuration: JWTConfiguration, offering definition: ServerDefinition, audit: AuditLog
  ) {
    self.init(
      configuration, offering: definition, audit: audit, now: WallTime.now,
      random: RandomBytes.make)
  }

  package init(
    _ configuration: JWTConfiguration, offering definition: ServerDefinition, audit: AuditLog,
    store: any RefreshTokenStore = InMemoryTokenStore(),
    now: @escaping @Sendable () -> WallTime, random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    (self.definition, self.store, self.now, self.random) = (definition, store, now, random)
    let issuer = TokenIssuer(configuration.settings, store: store, now: now, random: random)
    let issuers = configuration.issuerKeys.map { APIKeyStore($0.keys(role: .standard)) }
    let holders = AccessPolicy.token(TokenAuthenticator(issuer.verifier), in: .token)
    let tools = TokenTools.all(
      issuer,
      issuers: .apiKey(
        issuers, required: configuration.issuerKeys != nil, guests: .guest, now: now),
      holders: holders, refreshers: .token(RefreshTokenAuthenticator(issuer), in: .refreshToken))
    pipeline = Pipeline(
      info: definition.info,
      tools: tools + definition.tools.map { ProtectedTool($0, behind: holders) }, audit: audit)
  }

  package mutating func reload(_ new: JWTConfiguration, audit: AuditLog) -> String {
    guard new.canReload else {
      return "nothing to read again; no setting names a file"
    }
    self = JWTService(
      new, offering: definition, audit: audit, store: store, now: now, random: random)
    return "read secrets and users again"
  }
}
