package import Support
package import Auth
private import MCP
private import Crypto

/// `CalculatorJWT`: issues tokens, and is the calculator behind them.
package struct JWTService: StdioService {
  package static let name = "CalculatorJWT"

  package let pipeline: Pipeline
  private let registry: any TokenRegistry
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
      configuration, audit: audit, registry: InMemoryTokenRegistry(), now: now, random: random)
  }

  private init(
    _ configuration: JWTConfiguration, audit: AuditLog, registry: any TokenRegistry,
    now: @escaping @Sendable () -> WallTime, random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    (self.registry, self.now, self.random) = (registry, now, random)
    let authority = TokenAuthority(
      configuration.settings, registry: registry, now: now, random: random)
    let issuers = configuration.issuerKeys.map { APIKeyAuthenticator(keys: $0) }
    let holders = Gate.token(.accessToken, in: .token, from: authority)
    let tools = TokenTools.all(
      authority,
      issuers: .apiKey(issuers, required: configuration.issuerKeys != nil, guests: .guest),
      holders: holders, refreshers: .token(.refreshToken, in: .refreshToken, from: authority))
    pipeline = Pipeline(
      info: ServerInfo(
        name: "calculator-jwt", title: "Calculator", version: calculatorVersion,
        instructions: "Exact decimal arithmetic. Get a token from generate_token first; send it as "
          + "jwt_token with every other call."),
      tools: tools + CalculatorTools.all(behind: holders), audit: audit)
  }

  package mutating func reload(_ new: JWTConfiguration, audit: AuditLog) -> String {
    self = JWTService(new, audit: audit, registry: registry, now: now, random: random)
    return "read secrets and users again"
  }
}
