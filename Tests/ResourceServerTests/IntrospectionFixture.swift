import Auth
import HTTPClient
import Support
import TestSupport

@testable import ResourceServer

/// An authenticator that asks a provider, with clocks that only the test moves.
struct IntrospectionFixture {
  static let issuer = "https://idp.example"
  static let metadataURL = "https://idp.example/.well-known/oauth-authorization-server"
  static let url = "https://idp.example/introspect"
  static let audience = "https://mcp.example/mcp"
  static let metadata = FakeProvider.Answer.json(
    #"{"issuer":"\#(issuer)","introspection_endpoint":"\#(url)"}"#)
  static let client = Client(address: 7, network: 7)

  /// Names and JSON texts of a response about an active token.
  static let members: [(String, String)] = [
    ("active", "true"), ("iss", #""\#(issuer)""#), ("sub", #""anshika""#),
    ("aud", #""\#(audience)""#), ("exp", "\(ManualClock.start + 3600)"),
    ("iat", "\(ManualClock.start)"), ("client_id", #""agent""#),
    ("scope", #""calculate:basic openid""#), ("token_type", #""Bearer""#),
  ]
  static func active(_ changes: [String: String?] = [:]) -> FakeProvider.Answer {
    .json(TokenAttack.text(members, changes))
  }
  static let inactive = FakeProvider.Answer.json(#"{"active":false}"#)

  static let identity = Identity(
    subject: Subject(constant: "anshika"), method: .oauth, permissions: [.calculateBasic],
    provider: .init(issuer: issuer, client: Subject(constant: "agent")))

  let wall = ManualClock()
  let monotonic = ManualClock()
  let lines = Lines()
  let provider = FakeProvider([metadataURL: metadata, url: active()])
  let introspection: Introspection
  let authenticator: IntrospectionAuthenticator

  init(url: String? = Self.url, leeway: Int = 0) {
    let (wall, monotonic, lines) = (wall, monotonic, lines)
    introspection = Introspection(
      issuer: Self.issuer, url: url, clientID: "calculator server",
      clientSecret: Secret("s:e+c/r=e%t\u{E9}"), http: provider, clock: { monotonic.monotonic },
      log: Log(level: .info, now: { wall.now }, write: { lines.append($0) }))
    authenticator = IntrospectionAuthenticator(
      introspection,
      policy: ProviderTokenPolicy(
        issuer: Self.issuer, audiences: [Self.audience], types: [.accessToken],
        leeway: .seconds(leeway), permissions: .scopesAreNames, namesInLog: false),
      now: { wall.now }, clock: { monotonic.monotonic })
  }

  func advance(seconds: Int) {
    wall.advance(seconds: seconds)
    monotonic.advance(seconds: seconds)
  }

  static func bearer(_ token: String) -> Credential { .bearer(Secret(token)) }

  func ask(_ token: String = "opaque") async -> Result<Identity, AuthenticationError> {
    do throws(AuthenticationError) {
      return .success(
        try await authenticator.authenticate(Self.bearer(token), from: Self.client))
    } catch { return .failure(error) }
  }

  func recall(_ token: String = "opaque") -> Identity? {
    authenticator.recall(Self.bearer(token), from: Self.client)
  }

  /// The number of requests since the last call.
  func requests() -> Int { provider.takeRequests().count }
}
