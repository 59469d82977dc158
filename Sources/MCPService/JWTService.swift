package import Support
package import Auth
private import MCP
private import Crypto

/// `CalculatorJWT`: issues tokens, and is the calculator behind them.
package struct JWTService: StdioService {
  package static let name = "CalculatorJWT"

  package let pipeline: Pipeline
  private let store: any RefreshTokenStore
  private let now: @Sendable () -> WallTime
  private let random: @Sendable (Int) -> [UInt8]

  package init(_ configuration: JWTConfiguration, audit: AuditLog) {
    self.init(configuration, audit: audit, now: WallTime.now, random: RandomBytes.make)
  }

  package init(
    _ configuration: JWTConfiguration, audit: AuditLog,
    now: @escaping @Sendable () -> WallTime, random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.init(
      configuration, audit: audit, store: InMemoryTokenStore(), now: now, random: random)
  }

  private init(
    _ configuration: JWTConfiguration, audit: AuditLog, store: any RefreshTokenStore,
    now: @escaping @Sendable () -> WallTime, random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    (self.store, self.now, self.random) = (store, now, random)
    let issuer = TokenIssuer(configuration.settings, store: store, now: now, random: random)
    let issuers = configuration.issuerKeys.map { APIKeyStore($0.keys(role: .standard)) }
    let holders = AccessPolicy.token(TokenAuthenticator(issuer.verifier), in: .token)
    let tools = TokenTools.all(
      issuer,
      issuers: .apiKey(
        issuers, required: configuration.issuerKeys != nil, guests: .guest, now: now),
      holders: holders, refreshers: .token(RefreshTokenAuthenticator(issuer), in: .refreshToken))
    pipeline = Pipeline(
      info: ServerInfo(
        name: "\(ServiceName.text)-jwt", title: "Calculator", version: calculatorVersion,
        instructions: "Exact decimal arithmetic. Get a token from generate_token first; send it as "
          + "jwt_token with every other call."),
      tools: tools + CalculatorTools.all(behind: holders), audit: audit)
  }

  package mutating func reload(_ new: JWTConfiguration, audit: AuditLog) -> String {
    self = JWTService(new, audit: audit, store: store, now: now, random: random)
    return "read secrets and users again"
  }
}
