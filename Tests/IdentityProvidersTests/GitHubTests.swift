import HTTPClient
import Support
import TestSupport
import Testing

@testable import IdentityProviders

struct GitHubTests {
  typealias Answer = FakeHTTP.Answer
  static let token = "https://github.com/login/oauth/access_token"
  static let user = "https://api.github.com/user"
  static let emails = "https://api.github.com/user/emails?per_page=100"
  static let members: [(String, String)] = [
    ("login", #""octocat""#), ("id", "583231"), ("node_id", #""MDQ6VXNlcjU4MzIzMQ==""#),
    ("name", #""The Octocat""#), ("email", #""public@example.com""#), ("type", #""User""#),
  ]
  static func address(_ address: String, primary: Bool, verified: Bool) -> String {
    #"{"email":"\#(address)","primary":\#(primary),"verified":\#(verified),"visibility":null}"#
  }
  static let addresses =
    "["
    + [
      address("old@example.com", primary: false, verified: true),
      address("octocat@example.com", primary: true, verified: true),
    ].joined(separator: ",") + "]"

  /// GitHub as it answers: 200 also for errors, JSON only if it is asked for, a code once.
  static func github(_ fixture: Fixture, asJSON: Bool = true) {
    let codes = Codes(["the code&"])
    fixture.http.answer(token) { request in
      let isGood =
        request.field("User-Agent") != nil && codes.take(in: request.body)
        && request.body.contains("code_verifier=\(Fixture.verifier)")
      let members =
        isGood
        ? [("access_token", "the-access-token"), ("scope", "user:email"), ("token_type", "bearer")]
        : [
          ("error", "bad_verification_code"),
          ("error_description", "The code passed is incorrect or expired."),
          ("error_uri", "https://docs.github.com/apps"),
        ]
      let wantsJSON = asJSON && request.field("Accept") == "application/json"
      return wantsJSON
        ? FakeHTTP.json(text(members.map { ($0, #""\#($1)""#) }))
        : FakeHTTP.json(
          members.map { "\($0)=\($1.replacing(" ", with: "+").replacing(":", with: "%3A"))" }
            .joined(separator: "&"),
          type: "application/x-www-form-urlencoded; charset=utf-8")
    }
    for (url, answer) in [(user, text(members)), (emails, addresses)] {
      fixture.http.answer(url) { request in
        guard request.field("User-Agent") != nil else {
          return FakeHTTP.json("Request forbidden by administrative rules.", status: 403)
        }
        return request.field("Authorization") == "Bearer the-access-token"
          ? FakeHTTP.json(answer) : FakeHTTP.json(#"{"message":"Bad credentials"}"#, status: 401)
      }
    }
  }

  static let person = ProviderUser(
    id: "583231", login: "octocat", name: "The Octocat", email: "octocat@example.com")

  @Test func theAddressOfThePage() async throws {
    let url = try await Fixture().provider(.github).authorizeURL(Fixture.request)
    #expect(
      url == "https://github.com/login/oauth/authorize?response_type=code&client_id=the%20client"
        + "&redirect_uri=https%3A%2F%2Fcalculator.example%2Fgithub%2Fcallback"
        + "&scope=user%3Aemail&state=the%20state"
        + "&code_challenge=\(Fixture.challenge)&code_challenge_method=S256")
  }

  @Test(arguments: [true, false])
  func signsIn(asJSON: Bool) async throws {
    let fixture = Fixture()
    Self.github(fixture, asJSON: asJSON)
    let provider = fixture.provider(.github)
    let tokens = try await Fixture.exchange(provider).get()
    #expect(await Fixture.profile(provider, tokens) == .success(Self.person))
    let fields = """
      Authorization: Bearer the-access-token
      Accept: application/vnd.github+json
      User-Agent: calculator
      X-GitHub-Api-Version: 2022-11-28
      """
    #expect(
      fixture.http.takeRequests() == [
        """
        POST https://github.com/login/oauth/access_token
        Content-Type: application/x-www-form-urlencoded
        Accept: application/json
        User-Agent: calculator
        client_id=the+client&client_secret=s%3Ae%2Bc%2Fr%3De%25t&code=the+code%26\
        &redirect_uri=https%3A%2F%2Fcalculator.example%2Fgithub%2Fcallback\
        &code_verifier=\(Fixture.verifier)
        """,
        "GET \(Self.user)\n\(fields)", "GET \(Self.emails)\n\(fields)",
      ])
    #expect(fixture.http.clients.allSatisfy { $0 == Fixture.client })
    #expect(fixture.lines.take() == [])
  }

  /// RFC 6749 §4.1.2: GitHub refuses a code that was used, with status 200.
  @Test(arguments: [true, false])
  func aCodeThatWasUsedIsRefused(asJSON: Bool) async {
    let fixture = Fixture()
    Self.github(fixture, asJSON: asJSON)
    let provider = fixture.provider(.github)
    #expect(await Fixture.failure(provider) == nil)
    #expect(await Fixture.failure(provider) == .refused)
    #expect(
      fixture.lines.take() == [
        #"{"event":"notice","message":"A sign-in failed at the identity provider.","#
          + #""provider":"github","reason":"bad_verification_code"}"#
      ])
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let changes: [String: String?]
    let user: ProviderUser?
    var testDescription: String { name }

    init(_ name: String, _ changes: [String: String?], _ user: ProviderUser? = nil) {
      (self.name, self.changes, self.user) = (name, changes, user)
    }
  }

  static func person(
    id: String = "583231", login: String? = "octocat", name: String? = "The Octocat"
  ) -> ProviderUser {
    ProviderUser(id: id, login: login, name: name, email: "octocat@example.com")
  }

  static let rows = [
    Row("as it is", [:], person), Row("without a name", ["name": "null"], person(name: nil)),
    Row("a large id", ["id": "\(Int.max)"], person(id: "\(Int.max)")),
    Row("a login with a line break", ["login": #""a\nb""#], person(login: nil)),
    Row("no id", ["id": nil]), Row("id is a string", ["id": #""583231""#]),
    Row("id is the login", ["id": #""octocat""#]), Row("id is null", ["id": "null"]),
    Row("id is zero", ["id": "0"]), Row("id is negative", ["id": "-583231"]),
    Row("id has a fraction", ["id": "583231.0"]), Row("id has an exponent", ["id": "583231e0"]),
    Row("id is larger than an integer", ["id": "9223372036854775808"]),
    Row("id is a list", ["id": "[583231]"]), Row("id is true", ["id": "true"]),
  ]

  /// OpenID Connect Core 1.0 §5.7
  @Test(arguments: rows)
  func onlyTheNumberIsTheIdentifier(_ row: Row) async {
    let fixture = Fixture()
    Self.github(fixture)
    fixture.http[Self.user] = FakeHTTP.json(text(Self.members, row.changes))
    let result = await Fixture.profile(fixture.provider(.github))
    #expect(result == (row.user.map(Result.success) ?? .failure(.invalidResponse)))
  }

  static let noAddress: [(name: String, answer: Answer)] =
    [
      ("primary is not verified", "[\(address("a@b.example", primary: true, verified: false))]"),
      ("verified is not primary", "[\(address("a@b.example", primary: false, verified: true))]"),
      (
        "one is primary, another verified",
        "[\(address("a@b.example", primary: true, verified: false)),"
          + "\(address("c@d.example", primary: false, verified: true))]"
      ),
      ("verified is a string", #"[{"email":"a@b.example","primary":true,"verified":"true"}]"#),
      ("primary is a number", #"[{"email":"a@b.example","primary":1,"verified":true}]"#),
      ("email is a number", #"[{"email":1,"primary":true,"verified":true}]"#),
      ("an empty list", "[]"), ("an object", "{}"), ("a list of texts", #"["a@b.example"]"#),
      ("not JSON", "<html>"),
    ].map { ($0.0, FakeHTTP.json($0.1)) } + [
      ("no permission", FakeHTTP.json(#"{"message":"Not Found"}"#, status: 404)),
      ("an error", FakeHTTP.json("{}", status: 500)), ("no response", .failure(.timeout)),
    ]

  /// The address of `/user` is not taken either: it need not be verified.
  @Test(arguments: noAddress.indices)
  func onlyThePrimaryVerifiedAddressIsTaken(_ index: Int) async {
    let (name, answer) = Self.noAddress[index]
    let fixture = Fixture()
    Self.github(fixture)
    fixture.http[Self.emails] = answer
    let user = ProviderUser(id: "583231", login: "octocat", name: "The Octocat", email: nil)
    #expect(await Fixture.profile(fixture.provider(.github)) == .success(user), "\(name)")
  }

  /// GitHub Enterprise has its own addresses.
  @Test func usesTheEndpointsOfTheSettings() async throws {
    let fixture = Fixture()
    let provider = fixture.provider(
      .github,
      endpoints: ProviderEndpoints(
        authorize: "https://g.example/a", token: "https://g.example/t",
        api: "https://g.example/api/v3"))
    let url = try await provider.authorizeURL(Fixture.request)
    #expect(url.hasBytes(atStart: "https://g.example/a?"))
    #expect(await Fixture.failure(provider) == .refused)
    #expect(await Fixture.profile(provider) == .failure(.refused))
    let requests = fixture.http.takeRequests()
    #expect(requests.first?.hasBytes(atStart: "POST https://g.example/t\n") == true)
    #expect(requests.last?.hasBytes(atStart: "GET https://g.example/api/v3/user\n") == true)
  }
}
