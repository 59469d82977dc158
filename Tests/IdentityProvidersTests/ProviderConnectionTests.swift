import HTTPClient
import Support
import TestSupport
import Testing

@testable import IdentityProviders

/// What all providers do in the same way, tried with one of them.
struct ProviderConnectionTests {
  typealias Answer = FakeHTTP.Answer
  static let token = "https://auth.atlassian.com/oauth/token"
  static let me = "https://api.atlassian.com/me"
  static let members: [(String, String)] = [
    ("access_token", #""the-access-token""#), ("token_type", #""Bearer""#),
  ]
  static func answer(_ changes: [String: String?] = [:]) -> Answer {
    FakeHTTP.json(text(members, changes))
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let answer: Answer
    let error: ProviderError
    let reason: String
    var testDescription: String { name }

    init(_ name: String, _ answer: Answer, _ error: ProviderError, _ reason: String) {
      (self.name, self.answer, self.error, self.reason) = (name, answer, error, reason)
    }
  }

  static func status(_ status: Int, _ text: String = "{}") -> Answer {
    FakeHTTP.json(text, status: status)
  }
  static func wrongStatus(_ status: Int) -> String { #""wrong_status","status":\#(status)"# }
  static let large = String(repeating: " ", count: 65_536) + "{}"

  static let failures =
    [500, 502, 503, 504, 599, 429].map {
      Row("status \($0)", status($0), .unavailable, wrongStatus($0))
    }
    + [400, 401, 403, 404, 418].map {
      Row("status \($0)", status($0), .refused, wrongStatus($0))
    }
    + [100, 201, 204, 301, 302, 307, 304, 600].map {
      Row("status \($0)", status($0), .invalidResponse, wrongStatus($0))
    }
    + [
      Row("no response", .failure(.timeout), .unavailable, #""timeout""#),
      Row("no connection", .failure(.unreachable), .unavailable, #""unreachable""#),
      Row(
        "an address that is not allowed", .failure(.refusedAddress), .unavailable,
        #""refused_address""#),
      Row("a full queue", .failure(.overloaded), .unavailable, #""overloaded""#),
      Row("larger than the client's limit", .failure(.tooLarge), .invalidResponse, #""too_large""#),
      Row("larger than 64 KiB", FakeHTTP.json(large), .invalidResponse, #""too_large""#),
      Row("not JSON", FakeHTTP.json("<html>"), .invalidResponse, #""malformed_response""#),
    ]

  static let tokenFailures =
    failures + [
      Row("an array", FakeHTTP.json("[]"), .invalidResponse, #""malformed_response""#),
      Row(
        "a member twice", FakeHTTP.json(#"{"access_token":"a","access_token":"a"}"#),
        .invalidResponse, #""malformed_response""#),
      Row(
        "a page", FakeHTTP.json(text(members), type: "text/html"), .invalidResponse,
        #""malformed_response""#),
      Row(
        "a form where none is documented",
        FakeHTTP.json(
          "access_token=a&token_type=bearer", type: "application/x-www-form-urlencoded"),
        .invalidResponse, #""malformed_response""#),
      Row(
        "an error with status 200", FakeHTTP.json(#"{"error":"invalid_grant"}"#), .refused,
        #""invalid_grant""#),
      Row(
        "an error beside a token", answer(["error": #""invalid_grant""#]), .refused,
        #""invalid_grant""#),
      Row(
        "an error with status 400", status(400, #"{"error":"invalid_client"}"#), .refused,
        #""invalid_client","status":400"#),
      Row(
        "an error that is not known", status(401, #"{"error":"the secret s:e+c"}"#), .refused,
        #""refused","status":401"#),
      Row(
        "no token", answer(["access_token": nil]), .invalidResponse, #""malformed_access_token""#),
      Row(
        "an empty token", answer(["access_token": #""""#]), .invalidResponse,
        #""malformed_access_token""#),
      Row(
        "a token that is a number", answer(["access_token": "1"]), .invalidResponse,
        #""malformed_access_token""#),
      Row(
        "a token with a line break", answer(["access_token": #""a\r\nb""#]), .invalidResponse,
        #""malformed_access_token""#),
      Row(
        "a token with a space", answer(["access_token": #""a b""#]), .invalidResponse,
        #""malformed_access_token""#),
      Row(
        "a token over 16 KiB",
        answer(["access_token": #""\#(String(repeating: "a", count: 16_385))""#]),
        .invalidResponse, #""malformed_access_token""#),
      Row(
        "a token that is bound to a key", answer(["token_type": #""DPoP""#]), .invalidResponse,
        #""malformed_token_type""#),
      Row(
        "no token type", answer(["token_type": nil]), .invalidResponse,
        #""malformed_token_type""#),
    ]

  /// RFC 6749 §5.1, §5.2, §7.1, RFC 6750 §2.1, RFC 9700 §4.11
  @Test(arguments: tokenFailures)
  func givesNoTokens(_ row: Row) async {
    let fixture = Fixture()
    fixture.http[Self.token] = row.answer
    #expect(await Fixture.failure(fixture.provider(.atlassian)) == row.error)
    #expect(fixture.lines.take() == [Self.notice(row.reason)])
  }

  @Test(arguments: failures)
  func givesNoProfile(_ row: Row) async {
    let fixture = Fixture()
    fixture.http[Self.me] = row.answer
    #expect(await Fixture.profile(fixture.provider(.atlassian)) == .failure(row.error))
    #expect(fixture.lines.take() == [Self.notice(row.reason)])
  }

  static func notice(_ reason: String) -> String {
    #"{"event":"notice","message":"A sign-in failed at the identity provider.","#
      + #""provider":"atlassian","reason":\#(reason)}"#
  }

  /// RFC 6749 §5.1 and §7.1: the type in either case; RFC 9110 §8.3.1.
  @Test(arguments: [
    ("application/json", "Bearer"), ("Application/JSON ;charset=UTF-8", "bearer"),
    ("application/json;charset=utf-8", "BEARER"),
  ])
  func readsTokens(_ type: String, _ tokenType: String) async throws {
    let fixture = Fixture()
    fixture.http[Self.token] = FakeHTTP.json(
      text(Self.members, ["token_type": #""\#(tokenType)""#, "refresh_token": #""r""#]), type: type)
    let tokens = try await Fixture.exchange(fixture.provider(.atlassian)).get()
    #expect(tokens.access.exposed == "the-access-token")
    #expect(tokens.refresh?.exposed == "r")
    #expect(tokens.id == nil)
    #expect(fixture.http.clients == [Fixture.client], "the client uses its share of the queue")
    #expect(fixture.lines.take() == [])
  }

  /// Anybody can cause sign-ins that fail.
  @Test func atMostOneNoticeAMinute() async {
    let fixture = Fixture()
    let provider = fixture.provider(.atlassian)
    for _ in 0..<3 { #expect(await Fixture.failure(provider) == .refused) }
    #expect(fixture.lines.take() == [Self.notice(Self.wrongStatus(404))])
    fixture.clock.advance(seconds: 59)
    #expect(await Fixture.failure(provider) == .refused)
    #expect(fixture.lines.take() == [])
    fixture.clock.advance(seconds: 1)
    #expect(await Fixture.failure(provider) == .refused)
    #expect(fixture.lines.take().count == 1)
  }

  static let unusable = ["", "a\u{0}b", "a\nb", "a\u{85}b", String(repeating: "a", count: 257)]

  /// ASVS 15.2.2, 16.4.1
  @Test(arguments: unusable)
  func anIdentifierIsBoundedText(_ text: String) {
    let fixture = Fixture()
    let connection = connection(fixture)
    #expect(throws: ProviderError.invalidResponse) {
      try connection.user(id: text, name: nil, email: nil)
    }
    #expect(fixture.lines.take() == [Self.notice(#""malformed_id""#)])
  }

  /// A strange name does not stop a sign-in.
  @Test(arguments: unusable)
  func otherTextsThatAreNotUsableAreLeftOut(_ text: String) throws {
    let longest = String(repeating: "a", count: 256)
    let connection = connection(Fixture())
    #expect(
      try connection.user(id: longest, login: text, name: text, email: text)
        == ProviderUser(id: longest, login: nil, name: nil, email: nil))
    #expect(
      try connection.user(id: "1", login: longest, name: longest, email: longest)
        == ProviderUser(id: "1", login: longest, name: longest, email: longest))
  }

  func connection(_ fixture: Fixture) -> ProviderConnection {
    ProviderConnection(
      "atlassian",
      ProviderConfiguration(
        clientID: "a", clientSecret: Secret("b"), scope: "c", endpoints: nil, issuer: nil),
      fixture.context)
  }

  /// RFC 6749 §3.1
  @Test(arguments: [
    ("https://a.example/authorize", "https://a.example/authorize?response_type=code&"),
    ("https://a.example/authorize?t=1", "https://a.example/authorize?t=1&response_type=code&"),
  ])
  func theQueryOfAnEndpointStays(_ endpoint: String, _ start: String) {
    let url = connection(Fixture()).authorizeURL(endpoint, for: Fixture.request, [])
    #expect(url.hasBytes(atStart: start))
  }
}
