import Support
import JOSE
import TestSupport
import Testing

@testable import Auth

struct AuthenticationTests {
  /// The enabled authenticators.
  struct Kinds: OptionSet, Sendable, CustomTestStringConvertible {
    let rawValue: Int
    static let keys = Kinds(rawValue: 1)
    static let tokens = Kinds(rawValue: 2)
    static let passwords = Kinds(rawValue: 4)
    static let guests = Kinds(rawValue: 8)
    static let all: Kinds = [.keys, .tokens, .passwords, .guests]

    var testDescription: String {
      [(Kinds.keys, "keys"), (.tokens, "tokens"), (.passwords, "passwords"), (.guests, "guests")]
        .filter { contains($0.0) }.map(\.1).joined(separator: "+")
    }
  }

  /// One authenticator of each kind.
  struct Fixture {
    let clock = ManualClock()
    let verifier: AccessTokenVerifier
    let token: String
    let refreshToken: String
    let keys: APIKeyStore
    let passwords: PasswordAuthenticator

    /// - Parameter weak: the kinds whose secrets may be weak.
    init(weak: Kinds = []) async throws {
      let clock = clock
      let issuer = try TokenIssuerTests().issuer(canBeGuessed: weak.contains(.tokens))
      verifier = issuer.verifier
      let pair = try await issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
      token = pair.accessToken.exposed
      refreshToken = pair.refreshToken.exposed
      keys = APIKeyStore(
        [
          APIKeyStoreTests.named("ci", "key"), APIKeyStoreTests.named("dots", "a.b.c"),
          APIKeyStoreTests.named("same", "password"),
        ], canBeGuessed: weak.contains(.keys))
      passwords = PasswordAuthenticator(
        [PasswordAuthenticatorTests.user("anshika", "password")], now: { clock.now },
        monotonic: { 0 }, random: SeededBytes(seed: 9).make, pool: CountingPool())
    }

    func authentication(_ on: Kinds) -> Authentication {
      let clock = clock
      var all: [any Authenticator] = []
      if on.contains(.tokens) {
        all.append(
          TokenAuthenticator(verifier, areKeysBearers: on.contains(.keys)))
      }
      if on.contains(.keys) { all.append(APIKeyAuthenticator(keys, now: { clock.now })) }
      if on.contains(.passwords) { all.append(passwords) }
      if on.contains(.guests) { all.append(GuestAuthenticator(role: .basic)) }
      return Authentication(all)
    }

    func ask(_ on: Kinds, _ credential: Credential) async -> Result<String, AuthenticationError> {
      do throws(AuthenticationError) {
        let identity = try await authentication(on).authenticate(
          credential, from: PasswordAuthenticatorTests.here)
        return .success("\(identity.method) \(identity.subject)")
      } catch {
        return .failure(error)
      }
    }
  }

  static let password = Credential.password(user: "anshika", Secret("password"))

  /// C8: each credential has one authenticator.
  @Test(
    arguments: [
      (Kinds.all, .none, .success("guest guest")),
      ([.keys, .tokens, .passwords], .none, .failure(.missingCredential)),
      (Kinds.all, .malformed(nil), .failure(.malformedCredential)),
      (Kinds.all, .apiKey(Secret("key")), .success("apiKey ci")),
      (Kinds.all, .apiKey(Secret("no")), .failure(.unknownKey)),
      ([.tokens, .passwords, .guests], .apiKey(Secret("key")), .failure(.unsupportedCredential)),
      (Kinds.all, .bearer(Secret("key")), .success("apiKey ci")),
      ([.keys, .passwords], .bearer(Secret("key")), .success("apiKey ci")),
      (Kinds.all, .bearer(Secret("no")), .failure(.unknownKey)),
      (.keys, .bearer(Secret("a.b.c")), .success("apiKey dots")),
      ([.keys, .tokens], .bearer(Secret("a.b.c")), .failure(.invalidToken(.notBase64URL))),
      ([.keys, .tokens], .apiKey(Secret("a.b.c")), .success("apiKey dots")),
      (.tokens, .bearer(Secret("key")), .failure(.invalidToken(.notThreeParts))),
      ([.passwords, .guests], .bearer(Secret("key")), .failure(.unsupportedCredential)),
      (.keys, .bearer(Secret(String(repeating: "x", count: 513))), .failure(.malformedCredential)),
      (Kinds.all, password, .success("basic anshika")),
      ([.keys, .tokens, .guests], password, .failure(.unsupportedCredential)),
      ([.keys, .tokens, .passwords], .password(user: "ci", Secret("key")), .failure(.unknownUser)),
      (
        [.keys, .tokens, .passwords], .password(user: "anshika", Secret("key")),
        .failure(.wrongPassword)
      ),
    ] as [(Kinds, Credential, Result<String, AuthenticationError>)])
  func authenticates(
    _ on: Kinds, _ credential: Credential,
    _ expected: Result<String, AuthenticationError>
  ) async throws {
    #expect(try await Fixture().ask(on, credential) == expected)
  }

  /// C16: a password can be guessed. Keys and tokens can be guessed only if weak secrets are
  /// allowed.
  @Test(
    arguments: [
      (Kinds.all, .none, []), (Kinds.all, .malformed(nil), []),
      (Kinds.all, password, [[], .keys, .tokens, [.keys, .tokens]]),
      ([.keys, .tokens, .guests], password, []),
      ([.keys, .tokens, .passwords], .apiKey(Secret("key")), [.keys, [.keys, .tokens]]),
      ([.tokens, .passwords], .apiKey(Secret("key")), []),
      ([.keys, .tokens, .passwords], .bearer(Secret("key")), [.keys, [.keys, .tokens]]),
      ([.keys, .tokens, .passwords], .bearer(Secret("a.b.c")), [.tokens, [.keys, .tokens]]),
      ([.keys, .passwords], .bearer(Secret("a.b.c")), [.keys, [.keys, .tokens]]),
      ([.tokens, .passwords], .bearer(Secret("key")), [.tokens, [.keys, .tokens]]),
      (.passwords, .bearer(Secret("key")), []),
    ] as [(Kinds, Credential, [Kinds])])
  func knowsWhatCanBeGuessed(_ on: Kinds, _ credential: Credential, _ weak: [Kinds])
    async throws
  {
    for allowed: Kinds in [[], .keys, .tokens, [.keys, .tokens]] {
      let fixture = try await Fixture(weak: allowed)
      #expect(
        fixture.authentication(on).canBeGuessed(credential) == weak.contains(allowed),
        "\(allowed.testDescription)")
    }
  }

  @Test func takesAccessTokensAlone() async throws {
    let fixture = try await Fixture()
    #expect(
      await fixture.ask([.keys, .tokens], .bearer(Secret(fixture.token))) == .success("jwt anshika")
    )
    #expect(
      await fixture.ask([.keys, .tokens], .bearer(Secret(fixture.refreshToken)))
        == .failure(.invalidToken(.wrongType)))
    #expect(
      await fixture.ask([.keys, .tokens], .apiKey(Secret(fixture.token))) == .failure(.unknownKey))
    #expect(await fixture.ask(.keys, .bearer(Secret(fixture.token))) == .failure(.unknownKey))
  }

  /// RFC 9110 §15.5.2, RFC 6750 §3: only a Bearer token gets an error (C9). A caller who sent a key
  /// or a token gets no Basic challenge, from which URLSession on Linux never returns.
  @Test(
    arguments: [
      ([.keys, .tokens, .passwords], .none, [Challenge(.bearer), Challenge(.basic)]),
      (.keys, .none, [Challenge(.bearer)]), (.tokens, .none, [Challenge(.bearer)]),
      (.passwords, .none, [Challenge(.basic)]),
      (.passwords, .bearer(Secret("x")), [Challenge(.basic)]),
      (.guests, .malformed(nil), [Challenge(.bearer)]),
      (.guests, .malformed(.basic), [Challenge(.bearer)]),
      ([.keys, .tokens], .apiKey(Secret("x")), [Challenge(.bearer)]),
      ([.keys, .tokens], .malformed(nil), [Challenge(.bearer)]),
      ([.keys, .tokens], password, [Challenge(.bearer)]),
      ([.keys, .tokens, .passwords], password, [Challenge(.basic)]),
      ([.keys, .passwords], .apiKey(Secret("x")), [Challenge(.bearer)]),
      (
        [.keys, .tokens, .passwords], .bearer(Secret("x")),
        [Challenge(.bearer, error: .invalidToken)]
      ),
      ([.keys, .tokens, .passwords], .malformed(nil), [Challenge(.bearer), Challenge(.basic)]),
      ([.keys, .tokens, .passwords], .malformed(.bearer), [Challenge(.bearer)]),
      ([.keys, .tokens, .passwords], .malformed(.basic), [Challenge(.basic)]),
    ] as [(Kinds, Credential, [Challenge])])
  func challenges(_ on: Kinds, _ credential: Credential, _ expected: [Challenge]) async throws {
    #expect(
      try await Fixture().authentication(on).challenges(to: credential.kind, credential.scheme)
        == expected)
  }
}
