import HTTPClient
import JSON
import Support
import Testing

@testable import Upstream

/// The exact requests, and the error of each response. The file is long because its tables are.
struct UpstreamRequestsTests {
  private static func get(
    _ service: FakeService, _ access: UpstreamAccess = FakeService.access(),
    _ segments: [String] = ["a"], query: UpstreamRequests.Query = []
  ) async -> Result<JSONValue, UpstreamError> {
    await result { () async throws(UpstreamError) in
      try await UpstreamRequests(access, http: service).get(segments, query: query)
    }
  }

  struct Wire: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let credential: UpstreamCredential
    let segments: [String]
    let query: [(String, String)]
    let request: String

    init(
      _ name: String, _ segments: [String], _ query: [(String, String)] = [],
      _ credential: UpstreamCredential = .anonymous, sends request: String
    ) {
      testDescription = name
      self.credential = credential
      self.segments = segments
      self.query = query
      self.request = request
    }
  }

  static let wires = [
    Wire(
      "a bearer token", ["rest", "x"], [], .bearer(Secret("abc-._~+/=")),
      sends: "GET https://jira.example/root/rest/x\nAccept: application/json\n"
        + "Authorization: Bearer abc-._~+/="),
    Wire(
      "a user and a password", ["x"], [], .basic(user: "Aladdin", password: Secret("open sesame")),
      sends: "GET https://jira.example/root/x\nAccept: application/json\n"
        + "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
    Wire(
      "a password with a colon, in UTF-8", ["x"], [],
      .basic(user: "test", password: Secret("1:£")),
      sends: "GET https://jira.example/root/x\nAccept: application/json\n"
        + "Authorization: Basic dGVzdDoxOsKj"),
    Wire(
      "no credential", ["x"], sends: "GET https://jira.example/root/x\nAccept: application/json"),
    Wire(
      "bytes of a segment", ["a b+c", "é/..", "%2e?#"],
      sends:
        "GET https://jira.example/root/a%20b%2Bc/%C3%A9%2F../%252e%3F%23\nAccept: application/json"),
    Wire(
      "bytes of a value", ["x"], [("q", "x) OR (1=1"), ("a&b", "c+d&e=f#\n")],
      sends: "GET https://jira.example/root/x?q=x%29%20OR%20%281%3D1&a%26b=c%2Bd%26e%3Df%23%0A\n"
        + "Accept: application/json"),
  ]

  /// RFC 3986 §2.1, RFC 6750 §2.1, RFC 7617 §2
  @Test(arguments: wires)
  func theRequest(_ row: Wire) async {
    let service = FakeService.always(FakeService.json("{}"))
    _ = await Self.get(
      service, FakeService.access(row.credential), row.segments,
      query: row.query.map { (name: $0.0, value: $0.1) })
    #expect(service.requests == [row.request])
    #expect(service.clients == [FakeService.client])
  }

  @Test func aPostHasItsBodyAndItsType() async {
    let service = FakeService.always(FakeService.json("[1]"))
    let answer = await result { () async throws(UpstreamError) in
      try await UpstreamRequests(FakeService.access(), http: service)
        .post(["x"], query: [("a", "b")], json: ["jql": "x) OR (1=1"])
    }
    #expect(answer == .success([1]))
    #expect(
      service.requests == [
        "POST https://jira.example/root/x?a=b\nAccept: application/json\n"
          + "Authorization: Bearer the-token\nContent-Type: application/json\n"
          + #"{"jql":"x) OR (1=1"}"#
      ])
  }

  // MARK: Requests that are not sent

  static let credentials: [(String, UpstreamCredential)] = [
    ("an empty token", .bearer(Secret(""))),
    ("a token with a line break", .bearer(Secret("abc\r\nHost: evil.example"))),
    ("a token with a space", .bearer(Secret("abc def"))),
    ("a token with another letter", .bearer(Secret("abcé"))),
    ("a user with a colon", .basic(user: "ada:x", password: Secret("p"))),
    ("a user with a control character", .basic(user: "ada\t", password: Secret("p"))),
    ("a user with DEL", .basic(user: "ada\u{7F}", password: Secret("p"))),
    ("a password with a control character", .basic(user: "ada", password: Secret("p\u{0}"))),
    ("a password with a C1 character", .basic(user: "ada", password: Secret("p\u{85}"))),
  ]

  /// RFC 6750 §2.1, RFC 7617 §2
  @Test(arguments: credentials)
  func aCredentialThatIsNoneIsNotSent(_ row: (name: String, credential: UpstreamCredential)) async {
    let service = FakeService.always(FakeService.json("{}"))
    let access = FakeService.access(row.credential)
    #expect(await Self.get(service, access) == .failure(.refused), "\(row.name)")
    #expect(service.requests.isEmpty, "\(row.name)")
  }

  /// CWE-22, ATTACKS O133
  @Test(arguments: ["", ".", ".."])
  func aSegmentThatProgramsResolveIsNotSent(_ segment: String) async {
    let service = FakeService.always(FakeService.json("{}"))
    #expect(
      await Self.get(service, FakeService.access(), ["a", segment])
        == .failure(.invalidArgument("A name may not be empty, . or ..")))
    #expect(service.requests.isEmpty)
  }

  @Test func aURLIsAsLongAsTheClientAccepts() async {
    let root = "https://jira.example/root/"
    let length = UpstreamRequests.maximumURL - root.utf8.count
    let fitting = String(repeating: "a", count: length)
    #expect(Origin(of: root + fitting) != nil)
    #expect(Origin(of: root + fitting + "a") == nil)
    let service = FakeService.always(FakeService.json("{}"))
    #expect(await Self.get(service, FakeService.access(), [fitting]) == .success([:]))
    #expect(
      await Self.get(service, FakeService.access(), [fitting + "a"])
        == .failure(
          .invalidArgument("The arguments are too long for a request. Use shorter ones.")))
    #expect(service.requests.count == 1)
  }

  // MARK: Responses

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let answer: FakeService.Answer
    let error: UpstreamError?

    /// - Parameter error: `nil` if the response is accepted.
    init(_ name: String, _ answer: FakeService.Answer, _ error: UpstreamError?) {
      testDescription = name
      self.answer = answer
      self.error = error
    }

    /// A row of the table of statuses.
    init(_ status: Int, _ error: UpstreamError?) {
      self.init(
        "status \(status)", .success(FakeService.response(status: status, "{}")), error)
    }

    static func limited(_ name: String, _ values: String..., wait: Int?) -> Row {
      Row(
        name,
        .success(
          FakeService.response(
            status: 429, "{}", fields: values.map { ("retry-after", $0) })),
        .rateLimited(retryAfter: wait))
    }

    static func field(_ name: String, _ field: String, _ value: String, refused: Bool) -> Row {
      Row(
        name, .success(FakeService.response("{}", fields: [(field, value)])),
        refused ? .refused : nil)
    }
  }

  static let statuses = [
    Row(200, nil), Row(201, .invalidResponse), Row(204, .invalidResponse),
    Row(301, .invalidResponse), Row(302, .invalidResponse), Row(307, .invalidResponse),
    Row(400, .refusedArgument), Row(401, .refused), Row(403, .forbidden), Row(404, .notFound),
    Row(405, .invalidResponse), Row(409, .invalidResponse), Row(410, .invalidResponse),
    Row(429, .rateLimited(retryAfter: nil)), Row(500, .unavailable), Row(502, .unavailable),
    Row(503, .unavailable), Row(599, .unavailable), Row(600, .invalidResponse),
  ]

  static let failures = [
    Row("time-out", .failure(.timeout), .timeout), Row("too large", .failure(.tooLarge), .tooLarge),
    Row("refused URL", .failure(.refusedURL), .unavailable),
    Row("refused address", .failure(.refusedAddress), .unavailable),
    Row("overloaded", .failure(.overloaded), .unavailable),
    Row("insecure", .failure(.insecure), .unavailable),
    Row("unreachable", .failure(.unreachable), .unavailable),
  ]

  /// RFC 9110 §10.2.3
  static let waits = [
    Row.limited("0 seconds", "0", wait: 0), .limited("30 seconds", "30", wait: 30),
    .limited("one day", "86400", wait: 86_400), .limited("more than a day", "86401", wait: nil),
    .limited("more than an Int", "99999999999999999999", wait: nil),
    .limited("a negative number", "-1", wait: nil), .limited("a sign", "+1", wait: nil),
    .limited("a fraction", "1.5", wait: nil), .limited("nothing", "", wait: nil),
    .limited("a date", "Fri, 31 Dec 1999 23:59:59 GMT", wait: nil),
    .limited("two fields", "30", "60", wait: nil),
  ]

  /// ASVS 15.2.2
  static let bodies = [
    Row(
      "as large as may be",
      FakeService.json(String(repeating: " ", count: UpstreamRequests.maximumLength - 2) + "{}"),
      nil),
    Row(
      "a byte larger",
      FakeService.json(String(repeating: " ", count: UpstreamRequests.maximumLength - 1) + "{}"),
      .tooLarge),
    Row("no JSON", FakeService.json("<html>"), .invalidResponse),
    Row("a duplicate name", FakeService.json(#"{"a":1,"a":2}"#), .invalidResponse),
    Row("no body", FakeService.json(""), .invalidResponse),
  ]

  /// RFC 9110 §8.3
  static let types = [
    Row("in capitals", .success(FakeService.response("{}", type: "Application/JSON")), nil),
    Row("a page", .success(FakeService.response("{}", type: "text/html")), .invalidResponse),
    Row("no type", .success(FakeService.response("{}", type: nil)), .invalidResponse),
    Row(
      "a longer type", .success(FakeService.response("{}", type: "application/json+x")),
      .invalidResponse),
    Row(
      "two types",
      .success(FakeService.response("{}", fields: [("content-type", "application/json")])),
      .invalidResponse),
  ]

  static let logins = [
    Row.field("a wrong credential", "X-Seraph-LoginReason", "AUTHENTICATED_FAILED", refused: true),
    .field("in other letters", "x-seraph-loginreason", "Authenticated_Failed", refused: true),
    .field("a CAPTCHA", "X-Seraph-LoginReason", "AUTHENTICATION_DENIED", refused: true),
    .field("a right credential", "X-Seraph-LoginReason", "OK", refused: false),
    .field("another field", "X-LoginReason", "AUTHENTICATED_FAILED", refused: false),
  ]

  /// ATTACKS O138, O139
  @Test(arguments: statuses + failures + waits + bodies + types + logins)
  func theErrorOfAResponse(_ row: Row) async {
    let expected: Result<JSONValue, UpstreamError> = row.error.map { .failure($0) } ?? .success([:])
    #expect(await Self.get(.always(row.answer)) == expected)
  }

  /// Without a credential, there is none that the service could refuse.
  @Test func anAnonymousRequestHasNoLoginThatFails() async {
    let fields = [(name: "X-Seraph-LoginReason", value: "AUTHENTICATED_FAILED")]
    let service = FakeService(nil) { _ in .success(FakeService.response("{}", fields: fields)) }
    #expect(await Self.get(service, FakeService.access(.anonymous)) == .success([:]))
  }

  /// CWE-918: the credential is not sent to a host that a response names.
  /// ATTACKS O132
  @Test(arguments: [301, 302, 303, 307, 308])
  func aRedirectIsNotFollowed(_ status: Int) async {
    let service = FakeService.always(
      .success(
        FakeService.response(
          status: status, "{}", fields: [("Location", "https://evil.example/")])))
    #expect(await Self.get(service) == .failure(.invalidResponse))
    #expect(service.lines == ["GET https://jira.example/root/a"])
  }

  /// A service may repeat the credential, or a text that is for people.
  /// ATTACKS O140
  @Test(arguments: [200, 302, 400, 401, 403, 404, 429, 500, 600])
  func aTextOfTheServiceIsInNoError(_ status: Int) async {
    let text = #"{"error":"no access with the-token"}"#
    let service = FakeService.always(
      .success(
        FakeService.response(
          status: status, text, type: "text/plain", fields: [("Retry-After", "the-token")])))
    guard case .failure(let error) = await Self.get(service) else {
      Issue.record("the response was accepted")
      return
    }
    var dumped = ""
    dump(error, to: &dumped)
    for output in ["\(error)", dumped, error.sentence(for: .jira)] {
      #expect(!output.contains("the-token"))
    }
  }
}
