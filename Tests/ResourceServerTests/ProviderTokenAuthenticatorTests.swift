import Auth
import HTTPClient
import JOSE
import Support
import TestSupport
import Testing

@testable import ResourceServer

/// Tokens from the credential to the identity, with keys that are fetched.
struct ProviderTokenAuthenticatorTests {
  static let url = "https://idp.example/keys"

  struct Fixture {
    let provider = FakeProvider([url: .json(TestIssuer.jwks(.ed25519))])
    let authenticator: ProviderTokenAuthenticator

    init() {
      authenticator = ProviderTokenAuthenticator(
        ProviderTokenPolicy(
          issuer: TestIssuer.url, audiences: [TestIssuer.audience], types: [.accessToken],
          permissions: .scopesAreNames, namesInLog: false),
        keys: IssuerKeys(
          issuer: TestIssuer.url, keysURL: url, http: provider, clock: { 0 },
          log: Log(level: .off, now: { TestIssuer.now }, write: { _ in })),
        now: { TestIssuer.now })
    }

    func ask(_ credential: Credential) async -> Result<Identity, AuthenticationError> {
      do throws(AuthenticationError) {
        return .success(try await authenticator.authenticate(credential, from: .local))
      } catch { return .failure(error) }
    }
  }

  static let rows: [(name: String, token: String, error: AuthenticationError?, requests: Int)] = [
    ("a good token", TestIssuer.token(), nil, 1),
    ("O22 no token", "rubbish", .invalidToken(.notThreeParts), 0),
    ("O22 no header", "a.b.c", .invalidToken(.notBase64URL), 0),
    (
      "O22 another type", TestIssuer.token(header: ["typ": #""JWT""#]), .invalidToken(.wrongType), 0
    ),
    (
      "O22 an algorithm that no key has", TestIssuer.token(header: ["alg": #""HS256""#]),
      .invalidToken(.wrongAlgorithm), 0
    ),
    (
      "an unknown key", TestIssuer.token(header: ["kid": #""other""#]), .invalidToken(.unknownKey),
      1
    ),
    (
      "a signature of another key", TestIssuer.token(key: .ed25519("ed", seed: 8)),
      .invalidToken(.wrongSignature), 1
    ),
    ("an expired token", TestIssuer.token(["exp": "1"]), .invalidToken(.expired), 1),
  ]

  @Test(arguments: rows.indices)
  func readsThenFetchesThenVerifies(_ index: Int) async {
    let (name, token, error, requests) = Self.rows[index]
    let fixture = Fixture()
    let result = await fixture.ask(.bearer(Secret(token)))
    switch result {
    case .success(let identity):
      #expect(error == nil, "\(name)")
      #expect(identity.subject.text == "anshika")
      #expect(identity.permissions == [.calculateBasic])
    case .failure(let found): #expect(found == error, "\(name)")
    }
    #expect(fixture.provider.takeRequests().count == requests, "\(name)")
  }

  @Test func aProviderThatIsDownIsNotTheFaultOfTheToken() async {
    let fixture = Fixture()
    fixture.provider[Self.url] = .error(.unreachable)
    #expect(
      await fixture.ask(.bearer(Secret(TestIssuer.token()))) == .failure(.providerUnavailable))
  }

  @Test func handlesBearerTokensAlone() async {
    let fixture = Fixture()
    #expect(fixture.authenticator.scheme == .bearer)
    #expect(fixture.authenticator.handles(.bearer(Secret("a"))))
    #expect(fixture.authenticator.canBeGuessed(.bearer(Secret("a"))) == false)
    for other: Credential in [.none, .apiKey(Secret("a")), .malformed(.bearer), .ambiguous] {
      #expect(fixture.authenticator.handles(other) == false)
      #expect(await fixture.ask(other) == .failure(.unsupportedCredential))
    }
  }
}
