import Auth
import AuthorizationServer
import Crypto
import JOSE
import JSON
import OAuth
import ResourceServer
import State
import Support
import TestSupport
import Testing

struct TokenEndpointTests {
  typealias Parameters = [(String, String)]
  static let start = Fixture.start
  static let refusal =
    "The code is not valid for this client, redirect_uri and code_verifier."

  // MARK: Codes

  /// RFC 6749 §5.1, RFC 9068 §2.2
  @Test func aCodeBecomesATokenForTheResource() throws {
    let fixture = try Fixture()
    let answer = try fixture.granted(Fixture.redemption(try fixture.code()))
    #expect(
      answer.members.map(\.name) == [
        "access_token", "token_type", "expires_in", "scope", "refresh_token",
      ])
    #expect(answer["token_type"] == "Bearer")
    #expect(answer["expires_in"] == .number(JSONNumber(600)))
    #expect(answer["scope"] == "calculate:basic")
    // The policy of any resource server of this issuer accepts it.
    let policy = ProviderTokenPolicy(
      issuer: Fixture.settings.issuer, audiences: [Fixture.settings.resource.text],
      types: [.accessToken], permissions: .scopesAreNames, namesInLog: false)
    let identity = try policy.verify(
      try #require(answer["access_token"]?.string),
      keys: try PublicKeySet(try fixture.keys.document(now: Self.start)), now: Self.start)
    #expect(identity.subject == Subject("password:anshika"))
    #expect(identity.provider?.client == Subject("public"))
    #expect(identity.permissions.knownInOrder.map { $0.rawValue } == ["calculate:basic"])
  }

  static let wrong: [(String, @Sendable (inout Parameters) -> Void, String)] = [
    ("no grant_type", { $0.removeFirst() }, "invalid_request"),
    ("grant_type password", { $0[0].1 = "password" }, "unsupported_grant_type"),
    ("grant_type in upper case", { $0[0].1 = "AUTHORIZATION_CODE" }, "unsupported_grant_type"),
    ("no code", { $0.remove(at: 1) }, "invalid_request"),
    ("another code", { $0[1].1 += "x" }, "invalid_grant"),
    ("no redirect_uri", { $0.remove(at: 2) }, "invalid_request"),
    (
      "another redirect_uri of the client", { $0[2].1 = "http://127.0.0.1/callback" },
      "invalid_grant"
    ),
    ("redirect_uri with a slash", { $0[2].1 += "/" }, "invalid_grant"),
    ("no code_verifier", { $0.remove(at: 3) }, "invalid_request"),
    ("another code_verifier", { $0[3].1 += "x" }, "invalid_grant"),
    ("code_verifier of 42", { $0[3].1 = String(repeating: "a", count: 42) }, "invalid_grant"),
    ("code_verifier of 129", { $0[3].1 = String(repeating: "a", count: 129) }, "invalid_grant"),
    ("the challenge as code_verifier", { $0[3].1 = Fixture.challenge }, "invalid_grant"),
    ("no client_id", { $0.remove(at: 4) }, "invalid_client"),
    ("another client", { $0[4].1 = "other" }, "invalid_grant"),
    ("an unknown client", { $0[4].1 = "nobody" }, "invalid_client"),
    ("a confidential client without its secret", { $0[4].1 = "secret" }, "invalid_client"),
    ("a public client with a secret", { $0.append(("client_secret", "x")) }, "invalid_client"),
    ("another resource", { $0[5].1 = "https://other.example/mcp" }, "invalid_target"),
    ("the resource twice", { $0.append($0[5]) }, "invalid_request"),
  ]

  /// OAuth 2.1 §4.1.3, RFC 7636 §4.6, RFC 8707 §2.2. A request that is refused changes nothing: the
  /// client itself still gets its token.
  /// ATTACKS O73, O76
  @Test(arguments: wrong)
  func refusesACode(
    _ row: (name: String, change: @Sendable (inout Parameters) -> Void, error: String)
  )
    throws
  {
    let fixture = try Fixture()
    let good = Fixture.redemption(try fixture.code())
    var parameters = good
    row.change(&parameters)
    let response = fixture.ask(parameters)
    #expect(response.error == row.error)
    #expect(response.status == (row.error == "invalid_client" ? 401 : 400))
    #expect(response.field("Cache-Control") == "no-store")
    #expect(response.field("WWW-Authenticate") == nil)
    #expect(try fixture.state.grants().isEmpty)
    _ = try fixture.granted(good)
  }

  /// OAuth 2.1 §4.1.3: the second request that is right in everything ends the grant.
  /// ATTACKS O74
  @Test func aCodeThatComesTwiceEndsItsGrant() throws {
    let fixture = try Fixture()
    let request = Fixture.redemption(try fixture.code())
    let refresh = try #require(try fixture.granted(request)["refresh_token"]?.string)
    let grant = try #require(try fixture.state.grants().first)
    #expect(fixture.ask(request).error == "invalid_grant")
    #expect(fixture.events.take().contains(.codeReused(grant: grant.id)))
    #expect(try !fixture.state.isActive(grant.id, now: Self.start))
    #expect(fixture.ask(Fixture.refreshing(refresh)).error == "invalid_grant")
  }

  /// A thief without the verifier cannot end the session of the client.
  /// ATTACKS O73
  @Test func anOldCodeWithAWrongVerifierEndsNothing() throws {
    let fixture = try Fixture()
    var request = Fixture.redemption(try fixture.code())
    _ = try fixture.granted(request)
    request[3].1 += "x"
    #expect(fixture.ask(request).error == "invalid_grant")
    let grant = try #require(try fixture.state.grants().first)
    #expect(try fixture.state.isActive(grant.id, now: Self.start))
  }

  /// ATTACKS O74
  @Test(arguments: [(59, 200), (60, 400), (61, 400)])
  func aCodeLivesAMinute(_ seconds: Int, _ status: Int) throws {
    let fixture = try Fixture()
    let request = Fixture.redemption(try fixture.code())
    #expect(fixture.ask(request, now: Self.start + .seconds(seconds)).status == status)
  }

  /// RFC 6749 §6: a client that did not register for it gets no refresh token.
  @Test func aRefreshTokenIsForClientsThatUseOne() throws {
    let fixture = try Fixture()
    let code = try fixture.code(client: "once")
    let answer = try fixture.granted(Fixture.redemption(code, client: "once"))
    #expect(answer["refresh_token"] == nil)
    #expect(
      fixture.ask(Fixture.refreshing("x", client: "once")).error == "unauthorized_client")
  }

  // MARK: Clients

  static func basic(_ pair: String, scheme: String = "Basic") -> String {
    "\(scheme) \(Base64.standard.text(of: Array(pair.utf8)))"
  }
  static let encoded = "a+secret+with+%25+and+%3A"
  static let credentials: [(String, [String], Parameters, Int)] = [
    ("Basic, form-encoded", [basic("secret:\(encoded)")], [], 200),
    ("Basic in lower case", [basic("secret:\(encoded)", scheme: "basic")], [], 200),
    ("in the body", [], [("client_id", "secret"), ("client_secret", Fixture.secret)], 200),
    ("Basic, not encoded", [basic("secret:\(Fixture.secret)")], [], 401),
    ("Basic, another secret", [basic("secret:other")], [], 401),
    (
      "a longer secret in the body", [],
      [("client_id", "secret"), ("client_secret", Fixture.secret + "x")], 401
    ),
    ("both", [basic("secret:\(encoded)")], [("client_secret", Fixture.secret)], 400),
    ("two Authorization lines", [basic("secret:\(encoded)"), basic("secret:x")], [], 400),
    ("Bearer", ["Bearer x"], [("client_id", "secret")], 401),
    ("the secret of a client as another's", [basic("other:\(encoded)")], [], 401),
  ]

  /// RFC 6749 §2.3.1, §5.2
  /// ATTACKS O76
  @Test(arguments: credentials)
  func clientsAuthenticate(
    _ row: (name: String, authorization: [String], body: Parameters, status: Int)
  ) throws {
    let fixture = try Fixture()
    let code = try fixture.code(client: "secret")
    let parameters = Fixture.redemption(code).filter { $0.0 != "client_id" } + row.body
    let response = fixture.ask(parameters, authorization: row.authorization)
    #expect(response.status == row.status)
    let challenge = response.field("WWW-Authenticate")
    #expect((challenge != nil) == (row.status == 401 && !row.authorization.isEmpty))
    #expect(!response.text.contains("secret with"))
  }

  // MARK: Refresh tokens

  /// OAuth 2.1 §4.3.1
  /// ATTACKS O75
  @Test func aRefreshTokenIsGoodOnce() throws {
    let fixture = try Fixture()
    let first = try fixture.granted(Fixture.redemption(try fixture.code()))
    let old = try #require(first["refresh_token"]?.string)
    let second = try fixture.granted(Fixture.refreshing(old))
    let new = try #require(second["refresh_token"]?.string)
    #expect(new != old)
    #expect(first["access_token"] != second["access_token"])
    let grant = try #require(try fixture.state.grants().first)
    // RFC 9700 §4.14.2: the second may be the thief or the victim, so both lose.
    #expect(fixture.ask(Fixture.refreshing(old)).error == "invalid_grant")
    #expect(fixture.events.take().contains(.refreshTokenReused(grant: grant.id)))
    #expect(fixture.ask(Fixture.refreshing(new)).error == "invalid_grant")
    #expect(try !fixture.state.isActive(grant.id, now: Self.start))
  }

  static let wrongRefresh: [(String, @Sendable (inout Parameters) -> Void, String)] = [
    ("no refresh_token", { $0.remove(at: 1) }, "invalid_request"),
    ("another refresh_token", { $0[1].1 += "x" }, "invalid_grant"),
    ("another client", { $0[2].1 = "other" }, "invalid_grant"),
    ("another resource", { $0.append(("resource", "https://other.example")) }, "invalid_target"),
    (
      "a wider scope", { $0.append(("scope", "calculate:basic calculate:advanced")) },
      "invalid_scope"
    ),
    ("an unknown scope", { $0.append(("scope", "tokens:manage")) }, "invalid_scope"),
    ("a scope that is none", { $0.append(("scope", "\"")) }, "invalid_scope"),
  ]

  /// RFC 6749 §6, §10.4. A request that is refused uses no token up.
  /// ATTACKS O75
  @Test(arguments: wrongRefresh)
  func refusesARefreshToken(
    _ row: (name: String, change: @Sendable (inout Parameters) -> Void, error: String)
  ) throws {
    let fixture = try Fixture()
    let answer = try fixture.granted(Fixture.redemption(try fixture.code()))
    let good = Fixture.refreshing(try #require(answer["refresh_token"]?.string))
    var parameters = good
    row.change(&parameters)
    #expect(fixture.ask(parameters).error == row.error)
    _ = try fixture.granted(good)
  }

  /// RFC 6749 §6: a client may ask for less, and the next token may have all again.
  @Test func aRefreshMayAskForLess() throws {
    let fixture = try Fixture()
    let code = try fixture.code(scope: "calculate:basic calculate:advanced")
    let first = try fixture.granted(Fixture.redemption(code))
    #expect(first["scope"] == "calculate:basic calculate:advanced")
    let less = try fixture.granted(
      Fixture.refreshing(try #require(first["refresh_token"]?.string))
        + [("scope", "calculate:advanced")])
    #expect(less["scope"] == "calculate:advanced")
    let all = try fixture.granted(
      Fixture.refreshing(try #require(less["refresh_token"]?.string)))
    #expect(all["scope"] == "calculate:basic calculate:advanced")
  }

  static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }

  @Test func anUnusedRefreshTokenExpires() throws {
    let fixture = try Fixture()
    let answer = try fixture.granted(Fixture.redemption(try fixture.code()))
    let request = Fixture.refreshing(try #require(answer["refresh_token"]?.string))
    #expect(fixture.ask(request, now: Self.start + Self.days(30)).error == "invalid_grant")
    _ = try fixture.granted(request, now: Self.start + (Self.days(30) - .seconds(1)))
  }

  /// However often it is refreshed, a grant ends, and so does its last access token.
  @Test func aGrantHasALastDay() throws {
    let fixture = try Fixture()
    var answer = try fixture.granted(Fixture.redemption(try fixture.code()))
    func refresh(_ now: WallTime) throws {
      answer = try fixture.granted(
        Fixture.refreshing(try #require(answer["refresh_token"]?.string)), now: now)
    }
    for day in [29, 58, 87] { try refresh(Self.start + Self.days(day)) }
    try refresh(Self.start + (Self.days(90) - .seconds(60)))
    #expect(answer["expires_in"] == .number(JSONNumber(60)))
    let last = Fixture.refreshing(try #require(answer["refresh_token"]?.string))
    #expect(fixture.ask(last, now: Self.start + Self.days(90)).error == "invalid_grant")
  }

  // MARK: Users

  /// The role of the user is asked each time, not remembered.
  /// ATTACKS O78
  @Test func aUserWhoLostARoleGetsLess() throws {
    let fixture = try Fixture(scopesOfUser: { _ in ["calculate:basic"] })
    let code = try fixture.code(scope: "calculate:basic calculate:advanced")
    let answer = try fixture.granted(Fixture.redemption(code))
    #expect(answer["scope"] == "calculate:basic")
  }

  /// ATTACKS O78
  @Test func aUserWhoIsGoneLosesTheGrant() throws {
    let fixture = try Fixture(scopesOfUser: { _ in nil })
    let response = fixture.ask(Fixture.redemption(try fixture.code()))
    #expect(response.error == "invalid_grant")
    let grant = try #require(try fixture.state.grants().first)
    #expect(grant.revokedAt == Self.start)
    #expect(fixture.events.take().contains { if case .userIsGone = $0 { true } else { false } })
  }

  /// The server cannot sign. When it can again, the code is still good.
  @Test func withoutAKeyNoCodeIsUsedUp() throws {
    let sealed = try Fixture()
    try sealed.state.addKey(
      StoredSigningKey(id: "a", privateKey: [1, 2, 3], createdAt: Fixture.start))
    let code = try sealed.code()
    #expect(sealed.ask(Fixture.redemption(code)).error == "server_error")
    #expect(try sealed.state.grants().isEmpty)
  }

  /// 32 at once: one gets a token, and the others are a theft.
  /// ATTACKS O75
  @Test func aRefreshTokenThatManySendAtOnceIsGoodForOne() async throws {
    let fixture = try Fixture()
    let answer = try fixture.granted(Fixture.redemption(try fixture.code()))
    let request = Fixture.refreshing(try #require(answer["refresh_token"]?.string))
    let statuses = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<32 { group.addTask { fixture.ask(request).status } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.filter { $0 == 200 }.count == 1)
    let grant = try #require(try fixture.state.grants().first)
    #expect(try !fixture.state.isActive(grant.id, now: Self.start))
  }

  /// No event and no response has what was sent.
  @Test func nothingOfARequestIsInTheResponseOrTheLog() throws {
    let fixture = try Fixture()
    let sent = Fixture.redemption("sent-code").map {
      ($0.0, $0.0 == "client_id" ? $0.1 : "sent-\($0.1)")
    }
    let response = fixture.ask(sent)
    #expect(!response.text.contains("sent"))
    #expect(!"\(fixture.events.take())".contains("sent"))
  }
}
