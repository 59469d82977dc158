import HTTPClient
import Support
import TestSupport
import Testing

@testable import Upstream

struct UpstreamOAuthTests {
  /// RFC 7636 appendix B
  static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
  static let dataCenter = "https://jira.example/jira/rest/oauth2/latest/token"

  private static func tokens(
    _ oauth: UpstreamOAuth, code: String? = nil
  ) async -> Result<UpstreamTokens, UpstreamOAuthError> {
    do throws(UpstreamOAuthError) {
      if let code {
        return .success(
          try await oauth.exchange(
            Secret(code), verifier: Secret(verifier), for: ConnectionFixture.client))
      }
      return .success(
        try await oauth.refresh(Secret("the token&"), for: ConnectionFixture.client))
    } catch {
      return .failure(error)
    }
  }

  private static func failure(
    _ result: Result<UpstreamTokens, UpstreamOAuthError>
  ) -> UpstreamOAuthError? {
    if case .failure(let error) = result { error } else { nil }
  }

  /// RFC 6749 §4.1.1, RFC 7636 §4.3
  @Test(arguments: [
    (
      UpstreamOAuth.Form.atlassianCloud, "&audience=api.atlassian.com&prompt=consent"
    ), (.formWithSecret, ""),
  ])
  func theAddressOfThePage(_ form: UpstreamOAuth.Form, _ more: String) {
    let oauth = ConnectionFixture.oauth(FakeTokenEndpoint(), form: form)
    #expect(
      oauth.authorizeURL(state: Secret("the state"), verifier: Secret(Self.verifier))
        == "https://auth.atlassian.com/authorize?response_type=code&client_id=the%20client"
        + "&redirect_uri=https%3A%2F%2Fcalculator.example%2Fconnect%2Fcallback"
        + "&scope=read%3Ajira-work%20offline_access&state=the%20state"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        + "&code_challenge_method=S256" + more)
  }

  static let cloud = [
    "POST https://auth.atlassian.com/oauth/token", "Content-Type: application/json",
    "Accept: application/json",
  ]
  static let form = [
    "POST \(dataCenter)", "Content-Type: application/x-www-form-urlencoded",
    "Accept: application/json",
  ]
  static let secret = "&client_id=the+client&client_secret=s%3Ae%2Bc%2Fr%3De%25t"
  static let codeForm =
    "grant_type=authorization_code&code=the+code%26"
    + "&redirect_uri=https%3A%2F%2Fcalculator.example%2Fconnect%2Fcallback"
    + "&code_verifier=\(verifier)"
  static let refreshForm =
    "grant_type=refresh_token&refresh_token=the+token%26"
    + "&redirect_uri=https%3A%2F%2Fcalculator.example%2Fconnect%2Fcallback"

  static let requests: [(UpstreamOAuth.Form, String?, [String])] = [
    (
      .atlassianCloud, "the code&",
      cloud + [
        #"{"grant_type":"authorization_code","code":"the code&","#
          + #""redirect_uri":"https://calculator.example/connect/callback","#
          + #""code_verifier":"\#(verifier)","client_id":"the client","#
          + #""client_secret":"s:e+c/r=e%t"}"#
      ]
    ),
    (
      .atlassianCloud, nil,
      cloud + [
        #"{"grant_type":"refresh_token","refresh_token":"the token&","#
          + #""client_id":"the client","client_secret":"s:e+c/r=e%t"}"#
      ]
    ),
    (.formWithSecret, "the code&", form + [codeForm + secret]),
    (.formWithSecret, nil, form + [refreshForm + secret]),
  ]

  /// RFC 6749 §2.3.1, §4.1.3, §6
  @Test(arguments: requests)
  func theRequest(
    _ row: (form: UpstreamOAuth.Form, code: String?, lines: [String])
  ) async {
    let service = FakeTokenEndpoint()
    service.behave(.members(#""token_type":"bearer""#))
    var token = Self.dataCenter
    if case .atlassianCloud = row.form { token = "https://auth.atlassian.com/oauth/token" }
    let oauth = ConnectionFixture.oauth(service, form: row.form, token: token)
    #expect(Self.failure(await Self.tokens(oauth, code: row.code)) == nil)
    #expect(service.takeRequests() == [row.lines.joined(separator: "\n")])
    #expect(service.clients == [ConnectionFixture.client])
  }

  @Test func readsTokens() async throws {
    let service = FakeTokenEndpoint()
    service.behave(
      .members(
        #""token_type":"BEARER","refresh_token":"r","expires_in":7200,"scope":"WRITE x""#),
      .members(#""token_type":"bearer","scope":"a\nb""#))
    let oauth = ConnectionFixture.oauth(service, form: .formWithSecret, token: Self.dataCenter)
    let tokens = try await Self.tokens(oauth).get()
    #expect(tokens.access.exposed == "access" && tokens.refresh?.exposed == "r")
    #expect(tokens.lifetime == .seconds(7200) && tokens.scope == "WRITE x")
    #expect(!"\(tokens)".contains("access\""))
    let second = try await Self.tokens(oauth).get()
    #expect(second.refresh == nil && second.scope == nil)
    #expect(second.lifetime == UpstreamOAuth.defaultLifetime)
    #expect(oauth.origin == "https://jira.example")
  }

  static func json(_ text: String, status: Int = 200) -> FakeTokenEndpoint.Answer {
    FakeTokenEndpoint.json(text, status: status)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let answer: FakeTokenEndpoint.Answer
    let error: UpstreamOAuthError
    var testDescription: String { name }

    init(_ name: String, _ answer: FakeTokenEndpoint.Answer, _ error: UpstreamOAuthError) {
      (self.name, self.answer, self.error) = (name, answer, error)
    }
  }

  static let large = String(repeating: " ", count: 65_536) + "{}"
  static let failures: [Row] =
    [500, 502, 503, 599, 429].map { Row("status \($0)", json("{}", status: $0), .unavailable) }
    + [400, 401, 403, 404, 418].map { Row("status \($0)", json("{}", status: $0), .refused) }
    + [100, 201, 204, 301, 302, 307, 600].map {
      Row(
        "status \($0)", json(#"{"access_token":"a","token_type":"bearer"}"#, status: $0),
        .invalidResponse)
    }
    + [400, 401, 403, 200].map {
      Row(
        "an invalid grant with \($0)", json(#"{"error":"invalid_grant"}"#, status: $0),
        .invalidGrant
      )
    }
    + [
      Row("another error with 200", json(#"{"error":"invalid_client"}"#), .refused),
      Row("an unknown error with 400", json(#"{"error":"INVALID_GRANT"}"#, status: 400), .refused),
      Row(
        "an error beside a token",
        json(#"{"access_token":"a","token_type":"bearer","error":"invalid_grant"}"#), .invalidGrant
      ),
      Row("an address that is not allowed", .failure(.refusedAddress), .unavailable),
      Row("larger than the client's limit", .failure(.tooLarge), .invalidResponse),
      Row("larger than 64 KiB", json(large), .invalidResponse),
      Row("not JSON", json("<html>"), .invalidResponse),
      Row("a member twice", json(#"{"access_token":"a","access_token":"a"}"#), .invalidResponse),
      Row(
        "a token of another type", json(#"{"access_token":"a","token_type":"DPoP"}"#),
        .invalidResponse
      ),
      Row("no token type", json(#"{"access_token":"a"}"#), .invalidResponse),
      Row(
        "a token with a line break", json(#"{"access_token":"a\r\nb","token_type":"bearer"}"#),
        .invalidResponse
      ),
      Row("an empty token", json(#"{"access_token":"","token_type":"bearer"}"#), .invalidResponse),
      Row(
        "a long token",
        json(
          #"{"access_token":"\#(String(repeating: "a", count: 16_385))","token_type":"bearer"}"#),
        .invalidResponse
      ),
      Row(
        "a refresh token with a space",
        json(#"{"access_token":"a","token_type":"bearer","refresh_token":"a b"}"#),
        .invalidResponse
      ),
      Row(
        "a long refresh token",
        json(
          #"{"access_token":"a","token_type":"bearer","refresh_token":"\#(String(repeating: "a", count: 8193))"}"#
        ), .invalidResponse
      ),
      Row(
        "a form",
        FakeTokenEndpoint.json(
          "access_token=a&token_type=bearer", type: "application/x-www-form-urlencoded"),
        .invalidResponse
      ),
    ]

  /// RFC 6749 §5.2, §7.1, RFC 6750 §2.1, RFC 9700 §4.11
  @Test(arguments: failures)
  func givesNoTokens(_ row: Row) async {
    let service = FakeTokenEndpoint()
    service.behave(.answer(row.answer))
    let oauth = ConnectionFixture.oauth(service, form: .formWithSecret, token: Self.dataCenter)
    #expect(Self.failure(await Self.tokens(oauth)) == row.error)
  }

  /// Atlassian documents responses without `token_type`; one that it sends must be right.
  @Test func atlassianNeedsNoTokenType() async throws {
    let service = FakeTokenEndpoint()
    service.behave(.members(#""a":1"#), .members(#""token_type":"DPoP""#))
    let oauth = ConnectionFixture.oauth(service)
    #expect(try await Self.tokens(oauth).get().access.exposed == "access")
    #expect(Self.failure(await Self.tokens(oauth)) == .invalidResponse)
  }

  @Test(arguments: [("", "https://a/t"), ("https://a/a", "a"), ("https://a/a", "ftp://a/t")])
  func anEndpointIsAnAbsoluteURL(_ authorize: String, _ token: String) {
    #expect(
      UpstreamOAuth(
        authorizeEndpoint: authorize, tokenEndpoint: token, clientID: "c",
        clientSecret: Secret("s"), scope: "", redirectURI: "", form: .formWithSecret,
        http: FakeTokenEndpoint()) == nil)
  }
}
