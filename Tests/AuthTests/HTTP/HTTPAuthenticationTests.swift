import Support
import JOSE
import TestSupport
import Testing

@testable import Auth

struct HTTPAuthenticationTests {
  /// One of each kind, all on.
  struct House {
    let clock = ManualClock()
    let verifier: AccessTokenVerifier
    let token: String
    let refreshToken: String
    let keys: KeyAuthenticator
    let passwords: PasswordAuthenticator

    /// - Parameter weak: of `k`eys and `t`okens, what may be weak.
    init(weak: String = "") throws {
      let clock = clock
      let issuer = try TokenIssuerTests().issuer(canBeGuessed: weak.contains("t"))
      verifier = issuer.verifier
      let pair = try issuer.issue(to: "anshika", permissions: nil, lifetime: nil)
      token = pair.accessToken.exposed
      refreshToken = pair.refreshToken.exposed
      keys = KeyAuthenticator(
        NamedKeys(
          [
            NamedKeysTests.named("ci", "key"), NamedKeysTests.named("dots", "a.b.c"),
            NamedKeysTests.named("same", "password"),
          ], canBeGuessed: weak.contains("k")), now: { clock.now })
      passwords = PasswordAuthenticator(
        [PasswordAuthenticatorTests.user("anshika", "password")], now: { clock.now },
        monotonic: { 0 }, random: SeededBytes(seed: 9).make)
    }

    func authentication(_ on: String) -> HTTPAuthentication {
      HTTPAuthentication(
        keys: on.contains("k") ? keys : nil,
        tokens: on.contains("t") ? TokenAuthenticator(verifier) : nil,
        passwords: on.contains("p") ? passwords : nil, guests: on.contains("g") ? .basic : nil)
    }

    func ask(_ on: String, _ credential: PresentedCredential) -> Result<
      String, AuthenticationFailure
    > {
      Result { () throws(AuthenticationFailure) in
        switch try authentication(on).recognise(
          credential, from: BucketKey(address: 1))
        {
        case .identity(let identity): "\(identity.method) \(identity.subject)"
        case .pending(let work): "later \(try work().subject)"
        }
      }
    }
  }

  static let password = PresentedCredential.basic(user: "anshika", password: Secret("password"))

  /// `k`eys, `t`okens, `p`asswords and `g`uests that are on; C8: no credential goes two ways.
  @Test(
    arguments: [
      ("ktpg", .none, .success("guest guest")), ("ktp", .none, .failure(.missingCredential)),
      ("ktpg", .malformed(nil), .failure(.malformedCredential)),
      ("ktpg", .apiKey(Secret("key")), .success("apiKey ci")),
      ("ktpg", .apiKey(Secret("no")), .failure(.unknownKey)),
      ("tpg", .apiKey(Secret("key")), .failure(.unsupportedCredential)),
      ("ktpg", .bearer(Secret("key")), .success("apiKey ci")),
      ("kp", .bearer(Secret("key")), .success("apiKey ci")),
      ("ktpg", .bearer(Secret("no")), .failure(.unknownKey)),
      ("k", .bearer(Secret("a.b.c")), .success("apiKey dots")),
      ("kt", .bearer(Secret("a.b.c")), .failure(.invalidToken(.notBase64URL))),
      ("kt", .apiKey(Secret("a.b.c")), .success("apiKey dots")),
      ("t", .bearer(Secret("key")), .failure(.invalidToken(.notThreeParts))),
      ("pg", .bearer(Secret("key")), .failure(.unsupportedCredential)),
      ("k", .bearer(Secret(String(repeating: "x", count: 513))), .failure(.malformedCredential)),
      ("ktpg", password, .success("later anshika")),
      ("ktg", password, .failure(.unsupportedCredential)),
      ("ktp", .basic(user: "ci", password: Secret("key")), .failure(.unknownUser)),
      ("ktp", .basic(user: "anshika", password: Secret("key")), .failure(.wrongPassword)),
    ] as [(String, PresentedCredential, Result<String, AuthenticationFailure>)])
  func decides(
    _ on: String, _ credential: PresentedCredential,
    _ expected: Result<String, AuthenticationFailure>
  ) throws {
    #expect(try House().ask(on, credential) == expected)
  }

  /// C16: a password can be guessed; keys and tokens only where weak secrets are allowed.
  @Test(
    arguments: [
      ("ktpg", .none, []), ("ktpg", .malformed(nil), []), ("ktpg", password, ["", "k", "t", "kt"]),
      ("ktg", password, []), ("ktp", .apiKey(Secret("key")), ["k", "kt"]),
      ("tp", .apiKey(Secret("key")), []), ("ktp", .bearer(Secret("key")), ["k", "kt"]),
      ("ktp", .bearer(Secret("a.b.c")), ["t", "kt"]),
      ("kp", .bearer(Secret("a.b.c")), ["k", "kt"]),
      ("tp", .bearer(Secret("key")), ["t", "kt"]), ("p", .bearer(Secret("key")), []),
    ] as [(String, PresentedCredential, [String])])
  func knowsWhatCanBeGuessed(_ on: String, _ credential: PresentedCredential, _ where: [String])
    throws
  {
    for weak in ["", "k", "t", "kt"] {
      let house = try House(weak: weak)
      #expect(
        house.authentication(on).canBeGuessed(credential) == `where`.contains(weak), "\(weak)")
    }
  }

  @Test func takesAccessTokensAlone() throws {
    let house = try House()
    #expect(house.ask("kt", .bearer(Secret(house.token))) == .success("jwt anshika"))
    #expect(
      house.ask("kt", .bearer(Secret(house.refreshToken))) == .failure(.invalidToken(.wrongType)))
    #expect(house.ask("kt", .apiKey(Secret(house.token))) == .failure(.unknownKey))
    #expect(house.ask("k", .bearer(Secret(house.token))) == .failure(.unknownKey))
  }

  /// RFC 9110 §15.5.2, RFC 6750 §3: an error only for a Bearer token (C9), and no Basic challenge for
  /// whoever sent a key or a token, from which URLSession on Linux never returns.
  @Test(
    arguments: [
      ("ktp", .none, [Challenge(.bearer), Challenge(.basic)]),
      ("k", .none, [Challenge(.bearer)]), ("t", .none, [Challenge(.bearer)]),
      ("p", .none, [Challenge(.basic)]), ("p", .bearer(Secret("x")), [Challenge(.basic)]),
      ("g", .malformed(nil), [Challenge(.bearer)]), ("g", .malformed(.basic), [Challenge(.bearer)]),
      ("kt", .apiKey(Secret("x")), [Challenge(.bearer)]),
      ("kt", .malformed(nil), [Challenge(.bearer)]), ("kt", password, [Challenge(.bearer)]),
      ("ktp", password, [Challenge(.basic)]), ("kp", .apiKey(Secret("x")), [Challenge(.bearer)]),
      ("ktp", .bearer(Secret("x")), [Challenge(.bearer, error: .invalidToken)]),
      ("ktp", .malformed(nil), [Challenge(.bearer), Challenge(.basic)]),
      ("ktp", .malformed(.bearer), [Challenge(.bearer)]),
      ("ktp", .malformed(.basic), [Challenge(.basic)]),
    ] as [(String, PresentedCredential, [Challenge])])
  func challenges(_ on: String, _ credential: PresentedCredential, _ expected: [Challenge]) throws {
    #expect(
      try House().authentication(on).challenges(to: credential.kind, credential.scheme) == expected)
  }
}
