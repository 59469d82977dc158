import HTTPClient
import Support
import Synchronization
import TestSupport
import Testing

@testable import IdentityProviders

struct AtlassianTests {
  typealias Answer = FakeHTTP.Answer
  static let token = "https://auth.atlassian.com/oauth/token"
  static let me = "https://api.atlassian.com/me"
  static let sites = "https://api.atlassian.com/oauth/token/accessible-resources"
  static let members: [(String, String)] = [
    ("account_type", #""atlassian""#), ("account_id", #""112233aa-bb11-cc22-33dd-445566abcabc""#),
    ("email", #""mia@example.com""#), ("email_verified", "true"), ("name", #""Mia Krystof""#),
    ("nickname", #""mkrystof""#), ("account_status", #""active""#),
  ]

  /// Atlassian as it answers: JSON only, a code once, another refresh token for each response, 403
  /// for a code that it does not know.
  static func atlassian(_ fixture: Fixture) {
    let codes = Codes(["the code&", "another code"])
    let rotation = Mutex(0)
    fixture.http.answer(token) { request in
      guard request.field("Content-Type") == "application/json", codes.take(in: request.body) else {
        return FakeHTTP.json(
          #"{"error":"invalid_grant","error_description":"Unknown or invalid code."}"#, status: 403)
      }
      let number = rotation.withLock { number in
        number += 1
        return number
      }
      return FakeHTTP.json(
        #"{"access_token":"the-access-token","refresh_token":"refresh-\#(number)","#
          + #""expires_in":3600,"token_type":"Bearer","scope":"offline_access read:me"}"#)
    }
    fixture.http[me] = FakeHTTP.json(text(members))
  }

  static func person(name: String? = "Mia Krystof", email: String? = "mia@example.com")
    -> ProviderUser
  {
    ProviderUser(
      id: "112233aa-bb11-cc22-33dd-445566abcabc", login: nil, name: name, email: email)
  }

  /// Neither a code challenge nor a nonce: Atlassian documents none.
  @Test func theAddressOfThePage() async throws {
    let url = try await Fixture().provider(.atlassian).authorizeURL(Fixture.request)
    #expect(
      url == "https://auth.atlassian.com/authorize?response_type=code&client_id=the%20client"
        + "&redirect_uri=https%3A%2F%2Fcalculator.example%2Fgithub%2Fcallback"
        + "&scope=read%3Ame%20offline_access&state=the%20state"
        + "&audience=api.atlassian.com&prompt=consent")
  }

  @Test func signsIn() async throws {
    let fixture = Fixture()
    Self.atlassian(fixture)
    let provider = fixture.provider(.atlassian)
    let tokens = try await Fixture.exchange(provider).get()
    #expect(await Fixture.profile(provider, tokens) == .success(Self.person()))
    #expect(
      fixture.http.takeRequests() == [
        """
        POST https://auth.atlassian.com/oauth/token
        Content-Type: application/json
        Accept: application/json
        {"grant_type":"authorization_code","client_id":"the client",\
        "client_secret":"s:e+c/r=e%t","code":"the code&",\
        "redirect_uri":"https://calculator.example/github/callback"}
        """,
        """
        GET https://api.atlassian.com/me
        Authorization: Bearer the-access-token
        Accept: application/json
        """,
      ])
    #expect(fixture.http.clients.allSatisfy { $0 == Fixture.client })
    #expect(fixture.lines.take() == [])
  }

  /// Refresh tokens rotate: each response has another one, and only the last one is valid.
  @Test func theTokensHaveTheRefreshTokenOfTheirResponse() async throws {
    let fixture = Fixture()
    Self.atlassian(fixture)
    let provider = fixture.provider(.atlassian)
    #expect(try await Fixture.exchange(provider).get().refresh?.exposed == "refresh-1")
    #expect(
      try await Fixture.exchange(provider, "another code").get().refresh?.exposed == "refresh-2")
    #expect(await Fixture.failure(provider) == .refused, "a code that was used")
    #expect(
      fixture.lines.take() == [ProviderConnectionTests.notice(#""invalid_grant","status":403"#)])
  }

  static let rows: [(name: String, changes: [String: String?], user: ProviderUser?)] = [
    ("an address that is not verified", ["email_verified": "false"], person(email: nil)),
    ("nothing says that it is verified", ["email_verified": nil], person(email: nil)),
    ("verified is a string", ["email_verified": #""true""#], person(email: nil)),
    ("verified is a number", ["email_verified": "1"], person(email: nil)),
    ("no address", ["email": "null"], person(email: nil)),
    ("no name", ["name": nil], person(name: nil)),
    ("no identifier", ["account_id": nil], nil),
    ("an empty identifier", ["account_id": #""""#], nil),
    ("a number as identifier", ["account_id": "5"], nil),
    ("the address as identifier", ["account_id": nil, "id": #""mia@example.com""#], nil),
  ]

  /// OpenID Connect Core 1.0 §5.1, §5.7
  @Test(arguments: rows.indices)
  func readsTheProfile(_ index: Int) async {
    let (name, changes, user) = Self.rows[index]
    let fixture = Fixture()
    fixture.http[Self.me] = FakeHTTP.json(text(Self.members, changes))
    let result = await Fixture.profile(fixture.provider(.atlassian))
    #expect(result == (user.map(Result.success) ?? .failure(.invalidResponse)), "\(name)")
  }

  static func site(_ id: String, _ url: String) -> String {
    #"{"id":"\#(id)","name":"example","url":"\#(url)","scopes":["read:me"],"avatarUrl":"a"}"#
  }
  static let own = site("1324a887", "https://example.atlassian.net")

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let allowed: [String]
    let answer: Answer
    let error: ProviderError?
    var testDescription: String { name }

    init(_ name: String, _ allowed: [String], _ answer: Answer, _ error: ProviderError? = nil) {
      (self.name, self.allowed, self.answer, self.error) = (name, allowed, answer, error)
    }
  }

  static func list(_ sites: String...) -> Answer {
    FakeHTTP.json("[\(sites.joined(separator: ","))]")
  }

  static let siteRows =
    [
      Row("its host", ["example.atlassian.net"], list(own)),
      Row("its identifier", ["1324a887"], list(own)),
      Row("the second of two", ["b", "1324a887"], list(site("a", "https://a.example"), own)),
      Row(
        "a path", ["example.atlassian.net"], list(site("a", "https://example.atlassian.net/wiki"))),
      Row("no site at all", ["example.atlassian.net"], list(), .noAllowedSite),
    ]
    + [
      "atlassian.net", "example", "example.atlassian.net.evil.example", "EXAMPLE.atlassian.net",
      "https://example.atlassian.net", "1324a88", "1324a8877", "1324A887", "", "a",
    ].map { Row("the setting \"\($0)\"", [$0], list(own), .noAllowedSite) }
    + [
      "https://example.atlassian.net.evil.example", "https://evil.example/example.atlassian.net",
      "https://example.atlassian.net@evil.example", "https://evilexample.atlassian.net",
      "https://evil.example?example.atlassian.net", "example.atlassian.net",
    ].map {
      Row("the site \($0)", ["example.atlassian.net"], list(site("a", $0)), .noAllowedSite)
    }
    + [
      Row("a name alone", ["example"], list(own), .noAllowedSite),
      Row("a list of texts", ["1324a887"], list(#""1324a887""#), .noAllowedSite),
      Row("a number as identifier", ["1"], list(#"{"id":1}"#), .noAllowedSite),
      Row("an object", ["1324a887"], FakeHTTP.json(own), .invalidResponse),
      Row("no response", ["1324a887"], .failure(.timeout), .unavailable),
      Row("no permission", ["1324a887"], FakeHTTP.json("[]", status: 401), .refused),
    ]

  @Test(arguments: siteRows)
  func thePersonMustHaveAnAllowedSite(_ row: Row) async {
    let fixture = Fixture()
    Self.atlassian(fixture)
    fixture.http[Self.sites] = row.answer
    let result = await Fixture.profile(
      fixture.provider(.atlassian, allowedSites: row.allowed))
    #expect(result == (row.error.map(Result.failure) ?? .success(Self.person())))
    #expect(
      fixture.http.takeRequests().last
        == "GET \(Self.sites)\nAuthorization: Bearer the-access-token\nAccept: application/json")
  }
}
