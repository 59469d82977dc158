package import Auth
private import JWT
private import MCP
private import OpenSSLCrypto

/// `CalculatorJWT`: issues tokens, and is the calculator behind them.
package struct JWTService: StdioService {
  package static let name = "CalculatorJWT"

  package let pipeline: Pipeline
  private let authority: TokenAuthority
  private let issuers: APIKeyAuthenticator?

  package init(_ configuration: JWTConfiguration, audit: AuditLog) {
    self.init(configuration, audit: audit, now: Timestamp.now, random: RandomBytes.make)
  }

  package init(
    _ configuration: JWTConfiguration, audit: AuditLog,
    now: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    authority = TokenAuthority(
      configuration.settings, registry: InMemoryTokenRegistry(), now: now, random: random)
    issuers = configuration.issuerKeys.map { APIKeyAuthenticator(keys: $0) }
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

  package func reload(_ new: JWTConfiguration) -> String {
    authority.replaceSettings(with: new.settings)
    if let keys = new.issuerKeys { issuers?.replaceKeys(with: keys) }
    return "read secrets and users again"
  }
}
