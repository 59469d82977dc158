import Auth
import HTTPClient
import JOSE
import Support
import TestSupport
import Testing

@testable import ResourceServer

/// The keys of an issuer, with a clock that only the test moves. The file is long because each rule
/// has its table.
struct IssuerKeysTests {
  typealias Answer = FakeProvider.Answer
  static let issuer = "https://idp.example"
  static let metadataURL = "https://idp.example/.well-known/oauth-authorization-server"
  static let keysURL = "https://idp.example/keys"
  static let metadata = Answer.json(#"{"issuer":"\#(issuer)","jwks_uri":"\#(keysURL)"}"#)
  static let metadataRequest = "GET \(metadataURL)\nAccept: application/json"
  static let keysRequest = "GET \(keysURL)\nAccept: application/jwk-set+json, application/json"

  static func jwk(_ members: [(String, String)], _ changes: [String: String?] = [:]) -> String {
    TokenAttack.text(members, changes)
  }
  static func set(_ jwks: String...) -> String { #"{"keys":[\#(jwks.joined(separator: ","))]}"# }
  static let ec = jwk(PublicKeyFixture.ec)
  static let ed = jwk(PublicKeyFixture.okp)

  static func header(_ kid: String, _ algorithm: String = "ES256") throws -> JWSHeader {
    try JWSHeader(Array(#"{"alg":"\#(algorithm)","kid":"\#(kid)"}"#.utf8))
  }

  /// Keys of a provider that works.
  struct Fixture {
    let clock = ManualClock()
    let lines = Lines()
    let provider = FakeProvider([metadataURL: metadata, keysURL: .json(set(ec))])
    let keys: IssuerKeys

    init(
      keysURL: String? = nil,
      algorithms: Set<PublicKeyAlgorithm> = Set(PublicKeyAlgorithm.allCases)
    ) {
      let (clock, lines) = (clock, lines)
      keys = IssuerKeys(
        issuer: issuer, keysURL: keysURL, algorithms: algorithms, http: provider,
        clock: { clock.monotonic },
        log: Log(level: .info, now: { clock.now }, write: { lines.append($0) }))
    }

    /// `nil` if there is a key, and it is the right one.
    func failure(_ kid: String = "ec", _ algorithm: String = "ES256") async -> AuthenticationError?
    {
      do throws(AuthenticationError) {
        guard let header = try? header(kid, algorithm) else { return .malformedCredential }
        let key = try await keys.key(for: header)
        return key.id == kid ? nil : .unknownKey
      } catch { return error }
    }

    /// The number of fetches since the last call.
    func fetches() -> Int { provider.takeRequests().count { $0 == keysRequest } }
  }

  // MARK: The fetch

  @Test func theFirstTokenFetchesTheKeys() async {
    let fixture = Fixture()
    #expect(fixture.provider.takeRequests() == [])
    #expect(await fixture.failure() == nil)
    #expect(fixture.provider.takeRequests() == [Self.metadataRequest, Self.keysRequest])
    #expect(fixture.provider.clients == [.local, .local], "no caller pays for a shared request")
    #expect(await fixture.failure() == nil)
    #expect(fixture.provider.takeRequests() == [])
    #expect(fixture.lines.take() == [])
  }

  @Test func aSettingOverridesDiscovery() async {
    let url = "https://keys.example/one"
    let fixture = Fixture(keysURL: url)
    fixture.provider[url] = .json(Self.set(Self.ec))
    #expect(await fixture.failure() == nil)
    #expect(
      fixture.provider.takeRequests() == [
        "GET \(url)\nAccept: application/jwk-set+json, application/json"
      ])
  }

  @Test func allCallersThatWaitShareOneFetch() async {
    let fixture = Fixture()
    let executor = TestExecutor()
    fixture.provider.hold()
    let waiting = (0..<100).map { _ in executor.start { await fixture.failure() } }
    #expect(waiting.allSatisfy { $0.value == nil })
    fixture.provider.release()
    for pending in waiting { #expect(await executor.value(of: pending) == nil) }
    #expect(fixture.provider.takeRequests() == [Self.metadataRequest, Self.keysRequest])
  }

  @Test func aCallerThatIsCancelledDoesNotEndTheFetch() async {
    let fixture = Fixture()
    let executor = TestExecutor()
    fixture.provider.hold()
    let first = Task.detached(executorPreference: executor) { await fixture.failure() }
    executor.runAll()
    let second = executor.start { await fixture.failure() }
    first.cancel()
    fixture.provider.release()
    #expect(await executor.value(of: second) == nil)
    #expect(fixture.provider.takeRequests() == [Self.metadataRequest, Self.keysRequest])
  }

  /// No key can have these, so the provider is not asked. RFC 8725 §3.1, O22
  @Test(arguments: ["none", "HS256", "ES384", "es256", "PS256", ""])
  func anAlgorithmThatIsNotAcceptedFetchesNothing(_ algorithm: String) async {
    let fixture = Fixture(algorithms: [.es256])
    #expect(await fixture.failure("ec", algorithm) == .invalidToken(.wrongAlgorithm))
    #expect(fixture.provider.takeRequests() == [])
  }

  @Test func theAlgorithmIsThatOfTheKey() async {
    let fixture = Fixture()
    #expect(await fixture.failure("ec", "RS256") == .invalidToken(.wrongAlgorithm))
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure("ec", "RS256") == .invalidToken(.wrongAlgorithm))
    #expect(fixture.fetches() == 1, "the name is known, so no fetch can help")
  }

  // MARK: Unknown keys

  /// O22
  @Test func tenThousandUnknownKeysAreOneFetchInThirtySeconds() async {
    let fixture = Fixture()
    #expect(await fixture.failure() == nil)
    #expect(fixture.fetches() == 1)
    let executor = TestExecutor()
    fixture.clock.advance(seconds: 29)
    for number in 0..<5_000 {
      let pending = executor.start { await fixture.failure("unknown-\(number)") }
      #expect(pending.value == .some(.invalidToken(.unknownKey)), "it does not wait")
    }
    #expect(fixture.fetches() == 0)
    fixture.clock.advance(seconds: 1)
    for number in 5_000..<10_000 {
      #expect(await fixture.failure("unknown-\(number)") == .invalidToken(.unknownKey))
    }
    #expect(fixture.fetches() == 1)
    #expect(await fixture.failure() == nil)
  }

  /// O22: also if the first fetch fails.
  @Test func aProviderThatFailsIsAskedOnceInThirtySeconds() async {
    let fixture = Fixture()
    fixture.provider[Self.keysURL] = .error(.timeout)
    for number in 0..<1_000 {
      #expect(await fixture.failure("unknown-\(number)") == .providerUnavailable)
    }
    fixture.clock.advance(seconds: 29)
    #expect(await fixture.failure() == .providerUnavailable)
    #expect(fixture.fetches() == 1)
    fixture.clock.advance(seconds: 1)
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ec))
    #expect(await fixture.failure() == nil)
    #expect(fixture.fetches() == 1)
  }

  /// After a failure nobody knows whether the provider has the key.
  @Test func anUnknownKeyDuringAFailureIsNotTheFaultOfTheToken() async {
    let fixture = Fixture()
    #expect(await fixture.failure() == nil)
    fixture.provider[Self.keysURL] = .response(500, "")
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure("ed", "EdDSA") == .providerUnavailable)
    #expect(await fixture.failure() == nil)
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ec))
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure("ed", "EdDSA") == .invalidToken(.unknownKey))
  }

  @Test func newKeysNeedNoRestart() async {
    let fixture = Fixture()
    #expect(await fixture.failure() == nil)
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ed))
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure("ed", "EdDSA") == nil)
    #expect(await fixture.failure("ec") == .invalidToken(.unknownKey), "the old one is withdrawn")
  }

  // MARK: Age

  static let ages: [([(name: String, value: String)], Int)] = [
    ([], 300), ([("Cache-Control", "no-store")], 300), ([("Cache-Control", "max-age=0")], 300),
    ([("Cache-Control", "max-age=299")], 300), ([("Cache-Control", "max-age=301")], 301),
    ([("cache-control", "public, MAX-AGE = \"600\" , immutable")], 600),
    ([("Cache-Control", "max-age=900, max-age=700")], 700),
    ([("Cache-Control", "max-age=900"), ("Cache-Control", "max-age=800")], 800),
    ([("Cache-Control", "max-age=3599")], 3599), ([("Cache-Control", "max-age=3601")], 3600),
    ([("Cache-Control", "max-age=99999999999999999999999")], 3600),
    ([("Cache-Control", "max-age=-1")], 300), ([("Cache-Control", "max-age=1e3")], 300),
    ([("Cache-Control", "max-age=")], 300), ([("Cache-Control", "max-age")], 300),
    ([("Cache-Control", "s-maxage=900")], 300), ([("Expires", "max-age=900")], 300),
    ([("Cache-Control", "max -age=900")], 300), ([("Cache-Control", "max-age=\"900")], 300),
    ([("Cache-Control", "max-age=\"\"")], 300), ([("Cache-Control", "max-age=\"")], 300),
    ([("Cache-Control", "=900")], 300),
  ]

  /// RFC 9111 §5.2.2.1, within 5 minutes and 1 hour.
  @Test(arguments: ages.indices)
  func keysAreFetchedAgainAfterTheirAge(_ index: Int) async {
    let (fields, seconds) = Self.ages[index]
    let fixture = Fixture()
    fixture.provider[Self.keysURL] = .response(200, Self.set(Self.ec), fields)
    #expect(await fixture.failure() == nil)
    fixture.clock.advance(seconds: seconds - 1)
    #expect(await fixture.failure() == nil)
    #expect(fixture.fetches() == 1, "\(fields)")
    fixture.clock.advance(seconds: 1)
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ed))
    #expect(await fixture.failure() == .invalidToken(.unknownKey), "a withdrawn key ends here")
    #expect(fixture.fetches() == 1, "\(fields)")
  }

  static let failures: [(String, Answer, String)] = [
    ("an error", .error(.unreachable), #""reason":"unreachable""#),
    ("500", .response(500, set(ed)), #""reason":"wrong_status","status":500"#),
    ("a redirect", .response(302, set(ed)), #""reason":"wrong_status","status":302"#),
    ("not JSON", .json("<html>"), #""reason":"malformed_key_set""#),
    ("an OAuth error", .json(#"{"error":"server_error"}"#), #""reason":"malformed_key_set""#),
    ("too large", .error(.tooLarge), #""reason":"too_large""#),
    ("an empty set", .json(set()), #""reason":"no_usable_key""#),
    (
      "only unusable keys", .json(set(jwk(PublicKeyFixture.ec, ["use": #""enc""#]))),
      #""reason":"no_usable_key""#
    ),
  ]

  /// O24: the last keys are used for 24 hours, and a token waits for no failing provider.
  @Test(arguments: failures.indices)
  func aFailedFetchKeepsTheLastKeys(_ index: Int) async {
    let (name, answer, _) = Self.failures[index]
    let fixture = Fixture()
    let executor = TestExecutor()
    #expect(await fixture.failure() == nil)
    fixture.provider[Self.keysURL] = answer
    fixture.clock.advance(seconds: 300)
    #expect(await fixture.failure() == nil, "\(name)")
    fixture.provider.hold()
    fixture.clock.advance(seconds: 30)
    let pending = executor.start { await fixture.failure() }
    #expect(pending.value == .some(nil), "it does not wait")
    fixture.provider.release()
    fixture.clock.advance(seconds: 86_400 - 331)
    #expect(await fixture.failure() == nil)
    fixture.clock.advance(seconds: 1)
    #expect(await fixture.failure() == .providerUnavailable)
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ec))
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure() == nil)
  }

  /// A withdrawn key is not used once more because a fetch failed long ago.
  @Test func afterAPauseTheKeysAreFetchedBeforeTheyAreUsed() async {
    let fixture = Fixture()
    #expect(await fixture.failure() == nil)
    fixture.provider[Self.keysURL] = .response(500, "")
    fixture.clock.advance(seconds: 300)
    #expect(await fixture.failure() == nil)
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ed))
    fixture.clock.advance(seconds: 60)
    #expect(await fixture.failure() == .invalidToken(.unknownKey))
  }

  /// Never 401: a client would sign in again.
  @Test(arguments: failures.indices)
  func withoutKeysTheProviderIsUnavailable(_ index: Int) async {
    let (name, answer, reason) = Self.failures[index]
    let fixture = Fixture()
    fixture.provider[Self.keysURL] = answer
    for _ in 0..<3 {
      #expect(await fixture.failure() == .providerUnavailable, "\(name)")
      fixture.clock.advance(seconds: 30)
    }
    let notice = "The keys of the identity provider could not be fetched."
    #expect(
      fixture.lines.take() == [
        #"{"event":"notice","message":"\#(notice)",\#(reason),"url":"\#(Self.keysURL)"}"#
      ],
      "one notice, not one for each fetch")
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ec))
    #expect(await fixture.failure() == nil)
    #expect(
      fixture.lines.take() == [
        #"{"event":"notice","message":"The keys of the identity provider were fetched again."}"#
      ])
  }

  /// O20: a log line shows at most 100 visible characters of another issuer.
  @Test func anotherIssuerInTheMetadata() async {
    let fixture = Fixture()
    let other = "https://evil.example/" + String(repeating: "a", count: 200)
    fixture.provider[Self.metadataURL] = .json(
      #"{"issuer":"\u001b[2J\#(other)","jwks_uri":"https://evil.example/keys"}"#)
    #expect(await fixture.failure() == .providerUnavailable)
    #expect(fixture.provider.takeRequests() == [Self.metadataRequest])
    let shown = "[2Jhttps://evil.example/" + String(repeating: "a", count: 76)
    let notice = "The keys of the identity provider could not be fetched."
    #expect(
      fixture.lines.take() == [
        #"{"event":"notice","message":"\#(notice)","reason":"wrong_issuer","found":"\#(shown)","#
          + #""url":"\#(Self.metadataURL)"}"#
      ])
  }

  /// The log names the address of the keys, but its query may contain a secret.
  @Test func theLogHasNoQuery() async {
    let fixture = Fixture()
    fixture.provider[Self.metadataURL] = .json(
      #"{"issuer":"\#(Self.issuer)","jwks_uri":"https://idp.example/keys?key=hunter2"}"#)
    #expect(await fixture.failure() == .providerUnavailable)
    let notice = fixture.lines.take().first ?? ""
    #expect(notice.contains(#""url":"https://idp.example/keys"}"#))
    #expect(!notice.contains("hunter2"))
  }

  /// The address of the keys may change too.
  @Test func afterAFailureTheAddressIsFoundAgain() async {
    let fixture = Fixture()
    #expect(await fixture.failure() == nil)
    let other = "https://idp.example/new"
    fixture.provider[Self.metadataURL] = .json(
      #"{"issuer":"\#(Self.issuer)","jwks_uri":"\#(other)"}"#)
    fixture.provider[Self.keysURL] = nil
    fixture.provider[other] = .json(Self.set(Self.ed))
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure("ed", "EdDSA") == .providerUnavailable)
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure("ed", "EdDSA") == nil)
  }

  // MARK: Sets with mistakes

  static let sets: [(String, String, String)] = [
    (
      "a broken key first", set(#"{"kty":"EC","kid":"ec","crv":"P-256","x":"AA","y":"AA"}"#, ec),
      #"{"index":0,"reason":"coordinate_length"}"#
    ),
    ("a number first", set("1", ec), #"{"index":0,"reason":"not_an_object"}"#),
    (
      "wrong use", set(jwk(PublicKeyFixture.okp, ["use": #""enc""#]), ec),
      #"{"index":0,"reason":"wrong_use"}"#
    ),
    (
      "a name twice", set(ed, ec, ed),
      #"{"index":0,"reason":"duplicate_kid"},{"index":2,"reason":"duplicate_kid"}"#
    ),
  ]

  /// O23: the others are used, and the log names the skipped ones once for each set.
  @Test(arguments: sets.indices)
  func unusableKeysAreSkipped(_ index: Int) async {
    let (name, set, skipped) = Self.sets[index]
    let fixture = Fixture()
    fixture.provider[Self.keysURL] = .json(set)
    #expect(await fixture.failure("ec") == nil, "\(name)")
    #expect(await fixture.failure("ed", "EdDSA") == .invalidToken(.unknownKey))
    let line =
      #"{"event":"notice","message":"Keys of the identity provider are not used.","#
      + #""keys":[\#(skipped)]}"#
    #expect(fixture.lines.take() == [line])
    fixture.clock.advance(seconds: 300)
    #expect(await fixture.failure("ec") == nil)
    #expect(fixture.fetches() == 2)
    #expect(fixture.lines.take() == [])
    fixture.provider[Self.keysURL] = .json(Self.set(Self.ec))
    fixture.clock.advance(seconds: 300)
    #expect(await fixture.failure("ec") == nil)
    fixture.provider[Self.keysURL] = .json(set)
    fixture.clock.advance(seconds: 300)
    #expect(await fixture.failure("ec") == nil)
    #expect(fixture.lines.take() == [line], "it is another set again")
  }

  // MARK: The start

  @Test func theStartFetchesTheKeys() async {
    let fixture = Fixture()
    await fixture.keys.prefetch()
    #expect(fixture.provider.takeRequests() == [Self.metadataRequest, Self.keysRequest])
    #expect(await fixture.failure() == nil)
    #expect(fixture.provider.takeRequests() == [])
    #expect(fixture.lines.take() == [])
  }

  @Test func theServerStartsWhileTheProviderIsDown() async {
    let fixture = Fixture()
    fixture.provider[Self.metadataURL] = .error(.unreachable)
    await fixture.keys.prefetch()
    #expect(
      fixture.lines.take() == [
        #"{"event":"notice","message":"The keys of the identity provider could not be fetched.","#
          + #""reason":"unreachable","url":"\#(Self.metadataURL)"}"#,
        #"{"event":"notice","message":"The server starts without the keys of the identity "#
          + #"provider. Until it has them, each token gets status 503. It fetches them again for "#
          + #"a token that comes 30 s or more after the last attempt."}"#,
      ])
    #expect(await fixture.failure() == .providerUnavailable)
    fixture.provider[Self.metadataURL] = Self.metadata
    fixture.clock.advance(seconds: 30)
    #expect(await fixture.failure() == nil)
  }
}
