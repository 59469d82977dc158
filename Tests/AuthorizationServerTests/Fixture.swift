import Auth
import AuthorizationServer
import Crypto
import JOSE
import JSON
import OAuth
import State
import Support
import Synchronization
import Testing

/// An authorization server in memory, with three clients and a clock that stands still.
struct Fixture {
  static let start = WallTime(milliseconds: 1_800_000_000_000)
  static let settings = AuthorizationServerSettings(
    issuer: "https://calculator.example", scopes: ["calculate:basic", "calculate:advanced"],
    defaultScope: "calculate:basic")
  static let redirectURI = "https://app.example/callback"
  static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  // RFC 7636 appendix B
  static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
  static let secret = "a secret with % and :"

  static func client(
    _ id: String, secret: String? = nil, grantTypes: Set<GrantType> = Set(GrantType.allCases),
    scopes: [String]? = nil
  ) -> OAuthClient {
    OAuthClient(
      id: id, name: id,
      redirectURIs: [redirectURI, "http://127.0.0.1/callback"].compactMap(
        RedirectURI.init(registering:)),
      grantTypes: grantTypes, scopes: scopes,
      secret: secret.map { SHA256Digest(of: $0.utf8) })
  }

  struct Clients: ClientDirectory {
    let all = [
      Fixture.client("public"), Fixture.client("other"),
      Fixture.client("secret", secret: Fixture.secret),
      Fixture.client("once", grantTypes: [.authorizationCode]),
      Fixture.client("modest", scopes: ["calculate:basic"]),
    ]
    func client(_ id: String, for _: Client) async throws(OAuthProblem) -> OAuthClient? {
      all.first { $0.id == id }
    }
  }

  final class Events: Sendable {
    private let all = Mutex<[TokenEvent]>([])
    func add(_ event: TokenEvent) { all.withLock { $0.append(event) } }
    func take() -> [TokenEvent] {
      all.withLock { events in
        defer { events = [] }; return events
      }
    }
  }

  let state: AuthorizationState
  let keys: SigningKeys
  let tokens: TokenEndpoint
  let revocations: RevocationEndpoint
  let events = Events()

  /// - Parameter seals: the keys of the state, with which the endpoint opens the signing keys.
  init(
    seals: [SealingKey] = [],
    scopesOfUser: @escaping @Sendable (Grant) -> [String]? = { _ in settings.scopes }
  ) throws {
    state = try AuthorizationState(path: ":memory:")
    keys = SigningKeys(state, seals: seals, overlap: .seconds(630))
    let events = events
    tokens = TokenEndpoint(
      Self.settings, clients: Clients(), state: state, keys: keys, scopesOfUser: scopesOfUser,
      pool: ImmediatePool(), random: RandomBytes.make, report: { events.add($0) })
    revocations = RevocationEndpoint(
      clients: Clients(), state: state, keys: keys, pool: ImmediatePool(),
      report: { events.add($0) })
  }

  /// A code, as if the user had agreed.
  func code(
    client: String = "public", user: String = "password:anshika", scope: String = "calculate:basic",
    redirectURI: String = redirectURI, now: WallTime = start
  ) throws -> String {
    let code = Base64.url.text(of: RandomBytes.make(count: 32))
    try state.issueCode(
      SHA256Digest(of: code.utf8),
      AuthorizationCode(
        userID: user, userName: "anshika", clientID: client, redirectURI: redirectURI,
        resource: Self.settings.resource.text, challenge: Self.challenge, scope: scope,
        expiresAt: now + Self.settings.codeLifetime),
      now: now)
    return code
  }

  static func form(_ parameters: [(String, String)]) -> [UInt8] {
    FormBody.encoded(parameters.map { (name: $0.0, value: $0.1) })
  }

  static func redemption(_ code: String, client: String = "public") -> [(String, String)] {
    [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
      ("code_verifier", verifier), ("client_id", client), ("resource", settings.resource.text),
    ]
  }

  static func refreshing(_ token: String, client: String = "public") -> [(String, String)] {
    [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", client)]
  }

  func ask(
    _ parameters: [(String, String)], authorization: [String] = [], now: WallTime = start
  ) -> EndpointResponse {
    ThreadExecutor.run {
      await tokens.respond(
        to: Self.form(parameters), authorization: authorization, from: .local, now: now)
    }
  }

  func revoke(_ parameters: [(String, String)], now: WallTime = start) -> EndpointResponse {
    ThreadExecutor.run {
      await revocations.respond(
        to: Self.form(parameters), authorization: [], from: .local, now: now)
    }
  }

  /// The members of a response that must be a success.
  func granted(
    _ parameters: [(String, String)], authorization: [String] = [], now: WallTime = start
  ) throws -> JSONObject {
    let response = ask(parameters, authorization: authorization, now: now)
    try #require(response.status == 200)
    return try #require(try JSONParser.parse(response.body).object)
  }
}

/// Runs work immediately on the calling thread.
struct ImmediatePool: BlockingPool {
  func run<Value: Sendable>(for _: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  { work() }
}

extension EndpointResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
  var error: String? { try? JSONParser.parse(body).object?["error"]?.string }
  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
