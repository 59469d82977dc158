import Auth
import HTTPClient
import Support
import Synchronization
import TestSupport

@testable import IdentityProviders

/// Providers in the test's process, with clocks that only the test moves.
struct Fixture {
  static let client = Client(address: 7, network: 7)
  /// RFC 7636 appendix B.
  static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
  static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
  static let request = ProviderRequest(
    redirectURI: "https://calculator.example/github/callback", state: Secret("the state"),
    verifier: Secret(verifier), nonce: Secret("the nonce"))
  static let tokens = ProviderTokens(access: Secret("the-access-token"))

  let clock = ManualClock()
  let lines = Lines()
  let http = FakeHTTP()

  var context: ProviderContext {
    let (clock, lines) = (clock, lines)
    return ProviderContext(
      http: http, now: { TestIssuer.now }, clock: { clock.monotonic },
      log: Log(level: .info, now: { clock.now }, write: { lines.append($0) }))
  }

  func provider(
    _ description: ProviderDescription, scope: String? = nil, endpoints: ProviderEndpoints? = nil,
    allowedSites: [String] = []
  ) -> any IdentityProvider {
    description.make(
      ProviderConfiguration(
        clientID: "the client", clientSecret: Secret("s:e+c/r=e%t"),
        scope: scope ?? description.scope, endpoints: endpoints, issuer: TestIssuer.url,
        allowedSites: allowedSites), context)
  }

  static func exchange(_ provider: any IdentityProvider, _ code: String = "the code&") async
    -> Result<ProviderTokens, ProviderError>
  {
    do throws(ProviderError) {
      return .success(try await provider.exchange(Secret(code), of: request, for: client))
    } catch { return .failure(error) }
  }

  static func profile(_ provider: any IdentityProvider, _ tokens: ProviderTokens = tokens) async
    -> Result<ProviderUser, ProviderError>
  {
    do throws(ProviderError) {
      return .success(try await provider.profile(tokens, of: request, for: client))
    } catch { return .failure(error) }
  }

  /// The error of an exchange; `nil` if it gave tokens.
  static func failure(_ provider: any IdentityProvider) async -> ProviderError? {
    if case .failure(let error) = await exchange(provider) { error } else { nil }
  }
}

/// Answers from a table or by a function, and records the requests.
final class FakeHTTP: HTTPClient {
  typealias Answer = Result<OutboundResponse, OutboundError>

  private struct State {
    var answers: [String: Answer] = [:]
    var servers: [String: @Sendable (OutboundRequest) -> Answer] = [:]
    var requests: [String] = []
    var clients: [Client] = []
  }

  private let state = Mutex(State())

  /// The answer to requests for a URL, whatever they have. Without one, what `answer` was given
  /// answers; else the status is 404.
  subscript(url: String) -> Answer? {
    get { state.withLock { $0.answers[url] } }
    set { state.withLock { $0.answers[url] = newValue } }
  }

  func answer(_ url: String, _ server: @escaping @Sendable (OutboundRequest) -> Answer) {
    state.withLock { $0.servers[url] = server }
  }

  static func json(
    _ text: String, status: Int = 200, type: String = "application/json; charset=utf-8"
  ) -> Answer {
    .success(
      OutboundResponse(
        status: status, fields: [("Date", "today"), ("content-type", type)],
        body: Array(text.utf8)))
  }

  /// The requests since the last call: method and URL, the fields and the body, in lines.
  func takeRequests() -> [String] {
    state.withLock { state in
      defer { state.requests = [] }
      return state.requests
    }
  }

  var clients: [Client] { state.withLock { $0.clients } }

  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    let (answer, server) = state.withLock { state in
      state.requests.append(request.text)
      state.clients.append(client)
      return (state.answers[request.url], state.servers[request.url])
    }
    return try (answer ?? server?(request) ?? Self.json("{}", status: 404)).get()
  }
}

extension OutboundRequest {
  var text: String {
    let lines = fields.map { "\($0.name): \($0.value)" }
    return switch method {
    case .get: (["GET \(url)"] + lines).joined(separator: "\n")
    case .delete: (["DELETE \(url)"] + lines).joined(separator: "\n")
    case .post: (["POST \(url)"] + lines + [body]).joined(separator: "\n")
    }
  }

  var body: String {
    if case .post(let bytes) = method { String(decoding: bytes, as: UTF8.self) } else { "" }
  }

  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// The lines of a log.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  func append(_ line: [UInt8]) {
    let text = String(decoding: line, as: UTF8.self)
    lines.withLock { $0.append(text.replacing("\n", with: "")) }
  }

  /// The lines since the last call, without their times.
  func take() -> [String] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines.map { $0.replacing(#/"time":"[^"]*",/#, with: "") }
    }
  }
}

extension ManualClock {
  var monotonic: MonotonicTime {
    instant(after: .milliseconds(now.milliseconds - ManualClock.start * 1000))
  }
}

/// A JSON text with changes, where `nil` removes a member.
func text(_ members: [(String, String)], _ changes: [String: String?] = [:]) -> String {
  TokenAttack.text(members, changes)
}
