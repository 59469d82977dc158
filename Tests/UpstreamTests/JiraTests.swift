import CalculatorCore
import HTTPClient
import JSON
import OAuth
import Support
import Testing

@testable import Upstream

/// Sums over the pages of a fake Jira. The file is long because the fake is in it.
struct JiraTests {
  static let points = "customfield_10016"

  /// A Jira with these issues: the id of an issue is its index, and its fields are JSON.
  ///
  /// It serves `GET` and `POST` as the documentation of each edition says, and only the field that was
  /// asked for.
  private static func jira(
    _ edition: AtlassianEdition, _ values: [String], field: String = points, mostOnPage: Int = 100,
    jql: String = "project = A"
  ) -> FakeService {
    FakeService { request in
      let path = edition == .cloud ? "/root/rest/api/3/search/jql" : "/root/rest/api/2/search"
      guard request.path == path else {
        return .success(FakeService.response(status: 404, "{}"))
      }
      let body = (try? JSONParser.parse(request.body))?.object
      func parameter(_ name: String) -> String? {
        switch body?[name] {
        case .string(let text)?: text
        case .number(let number)?: number.text
        case .array(let names)?: names.compactMap(\.string).joined(separator: ",")
        default: request.query[name]
        }
      }
      guard parameter("jql") == jql else {
        return .success(FakeService.response(status: 400, #"{"errorMessages":["jql"]}"#))
      }
      let token = parameter("nextPageToken").flatMap { Int($0.utf8.dropFirst(2).text) }
      let start = token ?? parameter("startAt").flatMap { Int($0) } ?? 0
      let size = min(mostOnPage, parameter("maxResults").flatMap { Int($0) } ?? 50)
      let end = min(values.count, start + size)
      let issues = values[min(start, end)..<end].enumerated().map { index, value in
        let fields = parameter("fields") == field ? #""\#(field)":\#(value)"# : ""
        return #"{"expand":"x","id":"\#(start + index)","key":"A-1","fields":{\#(fields)}}"#
      }
      let list = issues.joined(separator: ",")
      switch edition {
      case .cloud:
        let next = end < values.count ? #","nextPageToken":"t-\#(end)""# : ""
        return FakeService.json(#"{"issues":[\#(list)],"isLast":\#(end == values.count)\#(next)}"#)
      case .dataCenter:
        return FakeService.json(
          """
          {"expand":"x","startAt":\(start),"maxResults":\(size),"total":\(values.count),\
          "issues":[\(list)]}
          """)
      }
    }
  }

  private static func sum(
    _ service: FakeService, _ edition: AtlassianEdition, jql: String = "project = A",
    timeSpent: Bool = false, access: UpstreamAccess = FakeService.access()
  ) async -> Result<String, UpstreamError> {
    let jira = Jira(
      access, edition: edition, storyPointsField: points, http: service)
    return await result { () async throws(UpstreamError) in
      timeSpent
        ? try await jira.sumTimeSpent(jql: jql).description
        : try await jira.sumStoryPoints(jql: jql).description
    }
  }

  // MARK: The requests

  private static let fields = "\nAccept: application/json\nAuthorization: Bearer the-token"

  @Test func theRequestsToCloud() async {
    let service = Self.jira(.cloud, ["1", "2", "3"], mostOnPage: 2)
    #expect(await Self.sum(service, .cloud) == .success("6"))
    let url = "GET https://jira.example/root/rest/api/3/search/jql?jql=project%20%3D%20A"
    #expect(
      service.requests == [
        "\(url)&fields=customfield_10016&maxResults=100\(Self.fields)",
        "\(url)&fields=customfield_10016&maxResults=100&nextPageToken=t-2\(Self.fields)",
      ])
  }

  @Test func theRequestsToDataCenter() async {
    let service = Self.jira(.dataCenter, ["60", "120.0", "3e1"], field: "timespent", mostOnPage: 2)
    #expect(await Self.sum(service, .dataCenter, timeSpent: true) == .success("210"))
    let url = "GET https://jira.example/root/rest/api/2/search?jql=project%20%3D%20A"
    #expect(
      service.requests == [
        "\(url)&fields=timespent&maxResults=100\(Self.fields)",
        "\(url)&fields=timespent&maxResults=100&startAt=2\(Self.fields)",
      ])
  }

  /// A query that is too long for a URL is the same value in a body.
  @Test(arguments: [AtlassianEdition.cloud, .dataCenter])
  func aLongQueryIsPosted(_ edition: AtlassianEdition) async {
    let jql = #"summary ~ "a" OR ("# + String(repeating: "x", count: 3980) + ")"
    let service = Self.jira(edition, ["1", "2", "3"], mostOnPage: 2, jql: jql)
    #expect(await Self.sum(service, edition, jql: jql) == .success("6"))
    let (path, next) =
      edition == .cloud
      ? ("3/search/jql", #""nextPageToken":"t-2""#) : ("2/search", #""startAt":2"#)
    let escaped = #"summary ~ \"a\" OR ("# + String(repeating: "x", count: 3980) + ")"
    let start =
      "POST https://jira.example/root/rest/api/\(path)\(Self.fields)\n"
      + "Content-Type: application/json\n"
      + #"{"jql":"\#(escaped)","fields":["customfield_10016"],"maxResults":100"#
    #expect(service.requests == ["\(start)}", "\(start),\(next)}"])
  }

  /// Nothing is put before or after the query, so that it cannot end a clause of this server.
  /// ATTACKS O135
  @Test(arguments: ["x) OR (1=1", "a&jql=b", "a#b", "%20", "a+b", "é ORDER BY x"])
  func theQueryIsOneParameter(_ jql: String) async {
    let service = Self.jira(.cloud, ["1"], jql: jql)
    #expect(await Self.sum(service, .cloud, jql: jql) == .success("1"))
    let encoded = jql.utf8.map { byte in
      ASCII.isDigit(byte) || 97...122 ~= ASCII.lowercase(byte)
        ? String(UnicodeScalar(byte))
        : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
    #expect(
      service.lines == [
        "GET https://jira.example/root/rest/api/3/search/jql?jql=\(encoded)"
          + "&fields=customfield_10016&maxResults=100"
      ])
  }

  static let queries: [(String, String)] = [
    ("empty", ""), ("too long", String(repeating: "x", count: 4001)),
    ("a line break", "project = A\nOR 1 = 1"), ("a tab", "project\t= A"),
    ("NUL", "project = A\u{0}"), ("DEL", "project = A\u{7F}"), ("C1", "project = A\u{85}"),
  ]

  /// ASVS 2.2.1
  /// ATTACKS O134
  @Test(arguments: queries)
  func aQueryThatIsNoneIsNotSent(_ row: (name: String, jql: String)) async {
    let service = Self.jira(.cloud, ["1"], jql: row.jql)
    #expect(
      await Self.sum(service, .cloud, jql: row.jql)
        == .failure(
          .invalidArgument("The JQL must have 1 to 4,000 bytes and no control characters.")),
      "\(row.name)")
    #expect(service.requests.isEmpty, "\(row.name)")
  }

  // MARK: The numbers

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let values: [String]
    let sum: Result<String, UpstreamError>

    init(_ name: String, _ values: [String], _ sum: Result<String, UpstreamError>) {
      testDescription = name
      self.values = values
      self.sum = sum
    }
  }

  static let numbers = [
    Row("no issue", [], .success("0")), Row("tenths", ["0.1", "0.2"], .success("0.3")),
    Row("null", ["null", "3.0", "null"], .success("3")),
    Row("only null", ["null"], .success("0")), Row("negative", ["5", "-8"], .success("-3")),
    Row("1e400", ["1e400"], .failure(.tooLarge)),
    Row("a digit that would be lost", ["1e40", "1"], .failure(.tooLarge)),
    Row("a text", [#""5""#], .failure(.invalidResponse)),
    Row("an array", ["[5]"], .failure(.invalidResponse)),
    Row("an object", [#"{"value":5}"#], .failure(.invalidResponse)),
    Row("true", ["true"], .failure(.invalidResponse)),
    Row("NaN", ["NaN"], .failure(.invalidResponse)),
  ]

  @Test(arguments: numbers, [AtlassianEdition.cloud, .dataCenter])
  func theNumbers(_ row: Row, _ edition: AtlassianEdition) async {
    #expect(await Self.sum(Self.jira(edition, row.values), edition) == row.sum)
  }

  /// Jira leaves a field out that an issue does not have.
  @Test func aFieldThatIsAbsentAddsNothing() async {
    let issues = #"{"id":"1","fields":{}},{"id":"2"},{"id":"3","fields":null}"#
    let service = FakeService.always(
      FakeService.json(#"{"issues":[\#(issues),{"id":"4","fields":{"\#(Self.points)":2}}]}"#))
    #expect(await Self.sum(service, .cloud) == .success("2"))
  }

  // MARK: The pages

  @Test(arguments: [AtlassianEdition.cloud, .dataCenter])
  func asManyIssuesAsMayBe(_ edition: AtlassianEdition) async {
    let all = Array(repeating: "1", count: Jira.maximumIssues)
    let service = Self.jira(edition, all)
    #expect(await Self.sum(service, edition) == .success("5000"))
    #expect(service.requests.count == 50)
    #expect(await Self.sum(Self.jira(edition, all + ["1"]), edition) == .failure(.tooLarge))
  }

  /// The total says it before the pages do.
  /// ATTACKS O159
  @Test func tooManyIssuesOfDataCenterCostOneRequest() async {
    let service = Self.jira(.dataCenter, Array(repeating: "1", count: Jira.maximumIssues + 1))
    #expect(await Self.sum(service, .dataCenter) == .failure(.tooLarge))
    #expect(service.requests.count == 1)
  }

  @Test(arguments: [AtlassianEdition.cloud, .dataCenter])
  func asManyPagesAsMayBe(_ edition: AtlassianEdition) async {
    let all = Array(repeating: "1", count: Jira.maximumPages)
    #expect(await Self.sum(Self.jira(edition, all, mostOnPage: 1), edition) == .success("100"))
    let service = Self.jira(edition, all + ["1"], mostOnPage: 1)
    #expect(await Self.sum(service, edition) == .failure(.tooLarge))
    #expect(service.requests.count == 100)
  }

  /// The clock goes on by a second for each page, so that no request is late and the call is.
  /// ATTACKS O139
  @Test func slowPagesEndAfterAMinute() async {
    let seconds = Counter()
    let access = FakeService.access(clock: {
      MonotonicTime(nanoseconds: seconds.next() * 1_000_000_000)
    })
    let service = Self.jira(.cloud, Array(repeating: "1", count: 100), mostOnPage: 1)
    #expect(await Self.sum(service, .cloud, access: access) == .failure(.timeout))
    #expect(service.requests.count == 59)
  }

  /// Swift's `==` takes the two ids for equal.
  @Test func issuesAreDistinctByTheBytesOfTheirIds() async {
    let service = FakeService { _ in
      FakeService.json(
        #"""
        {"startAt":0,"total":2,"issues":[\#
        {"id":"\#("\u{E9}")","fields":{"customfield_10016":1}},\#
        {"id":"\#("e\u{301}")","fields":{"customfield_10016":2}}]}
        """#)
    }
    #expect(await Self.sum(service, .dataCenter) == .success("3"))
  }

  /// An issue that moves to the next page while the pages are read.
  @Test func anIssueOfTwoPagesCountsOnce() async {
    let service = FakeService { request in
      let start = request.query["startAt"] ?? "0"
      let ids = start == "0" ? ["1", "2"] : ["2", "3"]
      let issues = ids.map { #"{"id":"\#($0)","fields":{"\#(Self.points)":\#($0)}}"# }
      return FakeService.json(
        #"{"startAt":\#(start),"total":4,"issues":[\#(issues.joined(separator: ","))]}"#)
    }
    #expect(await Self.sum(service, .dataCenter) == .success("6"))
  }

  /// A page in JSON, and the largest number of requests until the answer is refused.
  struct Page: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let edition: AtlassianEdition
    /// `START` is replaced by the index that was asked for, `COUNT` by the number of the request.
    let json: String
    let requests: Int

    init(_ name: String, _ edition: AtlassianEdition, _ json: String, requests: Int = 1) {
      testDescription = name
      self.edition = edition
      self.json = json
      self.requests = requests
    }
  }

  static let pages = [
    Page(
      "a token that comes again", .cloud,
      #"{"issues":[{"id":"COUNT"}],"nextPageToken":"t"}"#, requests: 2),
    Page(
      "the same issue with new tokens", .cloud,
      #"{"issues":[{"id":"1"}],"nextPageToken":"COUNT"}"#, requests: 2),
    Page("no issue, but a token", .cloud, #"{"issues":[],"nextPageToken":"COUNT"}"#),
    Page("not the last, but no token", .cloud, #"{"issues":[{"id":"1"}],"isLast":false}"#),
    Page("an empty token", .cloud, #"{"issues":[{"id":"1"}],"nextPageToken":""}"#),
    Page(
      "a long token", .cloud,
      #"{"issues":[{"id":"1"}],"nextPageToken":"\#(String(repeating: "a", count: 8193))"}"#),
    Page("a token that is no text", .cloud, #"{"issues":[{"id":"1"}],"nextPageToken":1}"#),
    Page("isLast is no boolean", .cloud, #"{"issues":[],"isLast":"true"}"#),
    Page("no issues", .cloud, "{}"), Page("issues are no list", .cloud, #"{"issues":{}}"#),
    Page("a list", .cloud, "[]"), Page("an issue without an id", .cloud, #"{"issues":[{}]}"#),
    Page("an issue is no object", .cloud, #"{"issues":[1]}"#),
    Page("an empty id", .cloud, #"{"issues":[{"id":""}]}"#),
    Page(
      "a long id", .cloud, #"{"issues":[{"id":"\#(String(repeating: "1", count: 65))"}]}"#),
    Page("fields are no object", .cloud, #"{"issues":[{"id":"1","fields":[]}]}"#),
    Page("no issue, but a total", .dataCenter, #"{"startAt":START,"total":1,"issues":[]}"#),
    Page(
      "the same issue at each index", .dataCenter,
      #"{"startAt":START,"total":9,"issues":[{"id":"1"}]}"#, requests: 2),
    Page(
      "the first page again", .dataCenter,
      #"{"startAt":0,"total":9,"issues":[{"id":"COUNT"}]}"#, requests: 2),
    Page("no total", .dataCenter, #"{"startAt":START,"issues":[]}"#),
    Page("a negative total", .dataCenter, #"{"startAt":START,"total":-1,"issues":[]}"#),
    Page("a total of 1e400", .dataCenter, #"{"startAt":START,"total":1e400,"issues":[]}"#),
    Page("a total that is no number", .dataCenter, #"{"startAt":START,"total":"1","issues":[]}"#),
    Page("no index", .dataCenter, #"{"total":0,"issues":[]}"#),
  ]

  /// CWE-835, ATTACKS O159
  @Test(arguments: pages)
  func aPageThatIsNoneIsRefused(_ page: Page) async {
    let count = Counter()
    let service = FakeService { request in
      FakeService.json(
        page.json.replacing("START", with: request.query["startAt"] ?? "0")
          .replacing("COUNT", with: "\(count.next())"))
    }
    #expect(await Self.sum(service, page.edition) == .failure(.invalidResponse))
    #expect(service.requests.count == page.requests)
  }

  @Test func theLastPageMayHaveAToken() async {
    let service = FakeService.always(
      FakeService.json(#"{"issues":[],"isLast":true,"nextPageToken":"t"}"#))
    #expect(await Self.sum(service, .cloud) == .success("0"))
    #expect(service.requests.count == 1)
  }

  static let errors: [(Int, UpstreamError)] = [
    (400, .refusedArgument), (401, .refused), (403, .forbidden), (500, .unavailable),
  ]

  /// An error on a later page is no smaller sum.
  /// ATTACKS O160
  @Test(arguments: errors)
  func anErrorOnALaterPageIsAnError(_ row: (status: Int, error: UpstreamError)) async {
    let service = FakeService { request in
      request.query["nextPageToken"] == nil
        ? FakeService.json(#"{"issues":[{"id":"1"}],"nextPageToken":"t"}"#)
        : .success(FakeService.response(status: row.status, "{}"))
    }
    #expect(await Self.sum(service, .cloud) == .failure(row.error))
  }

  @Test func anotherCredentialIsRefused() async {
    let jira = Jira(
      FakeService.access(.bearer(Secret("another-token"))), edition: .cloud,
      storyPointsField: Self.points, http: Self.jira(.cloud, ["1"]))
    let sum = await result { () async throws(UpstreamError) in
      try await jira.sumStoryPoints(jql: "project = A")
    }
    #expect(sum == .failure(.refused))
  }
}

extension Substring.UTF8View {
  fileprivate var text: String { String(Substring(self)) }
}
