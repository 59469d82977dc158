import CalculatorCore
import HTTPClient
import Support
import Testing

@testable import Upstream

/// Builds and triggers of a fake Jenkins. The file is long because its tables are.
struct JenkinsTests {
  private static let root = "https://jenkins.example/ci"
  private static let basic = UpstreamCredential.basic(user: "ada", password: Secret("pass"))
  private static let authorization = "Basic YWRhOnBhc3M="
  private static let session = "JSESSIONID.1a2b=node01abc.node0"
  static let location = "https://jenkins.example/ci/queue/item/3901/"

  /// A Jenkins with one job, `folder/job`. It wants a crumb of the session, unless `crumbs` is false.
  private static func jenkins(
    _ job: String, crumbs: Bool = true, authorization: String? = authorization,
    path: String = "/ci/job/folder/job/job", location: String = location
  ) -> FakeService {
    let hasParameters = job.utf8.starts(with: "parameters".utf8)
    return FakeService(authorization) { request in
      switch (request.method, request.path) {
      case ("GET", "\(path)/api/json"):
        return FakeService.json(job == "parameters" ? withParameters : job)
      case ("GET", "/ci/crumbIssuer/api/json") where crumbs:
        return .success(
          FakeService.response(
            #"{"_class":"x","crumb":"0a1b","crumbRequestField":"Jenkins-Crumb"}"#,
            fields: [
              ("Set-Cookie", "other=1; Path=/"),
              ("Set-Cookie", "\(session); Path=/ci; Secure; HttpOnly"),
            ]))
      case ("POST", "\(path)/build") where !hasParameters,
        ("POST", "\(path)/buildWithParameters") where hasParameters:
        guard
          !crumbs
            || request.fields["Jenkins-Crumb"] == "0a1b" && request.fields["Cookie"] == session
        else { return .success(FakeService.response(status: 403, "no valid crumb")) }
        return .success(
          FakeService.response(status: 201, "", type: nil, fields: [("Location", location)]))
      case ("POST", "\(path)/build"): return .success(FakeService.response(status: 400, "a form"))
      case ("POST", "\(path)/buildWithParameters"):
        return .success(FakeService.response(status: 500, "not parameterized"))
      default: return .success(FakeService.response(status: 404, "<html>", type: "text/html"))
      }
    }
  }

  private static let withoutParameters = #"{"_class":"x","buildable":true,"property":[{}]}"#
  private static let withParameters =
    #"{"buildable":true,"property":[{},{"parameterDefinitions":[{"name":"branch"}]}]}"#

  private static func trigger(
    _ service: FakeService, _ job: String = "folder/job", _ credential: UpstreamCredential = basic
  ) async -> Result<Int, UpstreamError> {
    let jenkins = Jenkins(
      FakeService.access(credential, service: .jenkins, root: root), http: service)
    return await result { () async throws(UpstreamError) in try await jenkins.triggerJob(job: job) }
  }

  private static func average(
    _ service: FakeService, _ job: String = "folder/job"
  ) async -> Result<String, UpstreamError> {
    let jenkins = Jenkins(
      FakeService.access(basic, service: .jenkins, root: root), http: service)
    return await result { () async throws(UpstreamError) in
      try await jenkins.averageBuildTime(job: job).description
    }
  }

  // MARK: Triggers

  private static let fields = "\nAccept: application/json\nAuthorization: \(authorization)"

  /// Since 2.176.2 a crumb is only valid with the cookie of its session.
  @Test func aTriggerHasTheCrumbOfItsSession() async {
    let service = Self.jenkins(Self.withoutParameters)
    #expect(await Self.trigger(service) == .success(3901))
    #expect(
      service.requests == [
        "GET \(Self.root)/job/folder/job/job/api/json"
          + "?tree=buildable%2Cproperty%5BparameterDefinitions%5Bname%5D%5D\(Self.fields)",
        "GET \(Self.root)/crumbIssuer/api/json\(Self.fields)",
        "POST \(Self.root)/job/folder/job/job/build\(Self.fields)\nJenkins-Crumb: 0a1b\n"
          + "Cookie: \(Self.session)",
      ])
  }

  @Test func aJobWithParametersGetsItsDefaults() async {
    let service = Self.jenkins("parameters")
    #expect(await Self.trigger(service) == .success(3901))
    #expect(
      service.lines.last == "POST \(Self.root)/job/folder/job/job/buildWithParameters")
  }

  /// Jenkins answers 404 if it does not use crumbs.
  @Test func noCrumbIsSentIfJenkinsHasNone() async {
    let service = Self.jenkins(Self.withoutParameters, crumbs: false)
    #expect(await Self.trigger(service) == .success(3901))
    #expect(
      service.requests.last == "POST \(Self.root)/job/folder/job/job/build\(Self.fields)")
  }

  @Test func aBearerTokenNeedsNoCrumb() async {
    let service = Self.jenkins(
      Self.withoutParameters, crumbs: false, authorization: "Bearer the-token")
    #expect(
      await Self.trigger(service, "folder/job", .bearer(Secret("the-token"))) == .success(3901))
    #expect(service.lines.count == 2)
  }

  @Test func anAnonymousUserNeedsACrumb() async {
    let service = Self.jenkins(Self.withoutParameters, authorization: nil)
    #expect(await Self.trigger(service, "folder/job", .anonymous) == .success(3901))
    #expect(service.lines.count == 3)
  }

  static let crumbs: [(String, Int, String, UpstreamError)] = [
    (
      "a field of another kind", 200, #"{"crumb":"0a","crumbRequestField":"Authorization"}"#,
      .invalidResponse
    ),
    (
      "a field with a line break", 200, #"{"crumb":"0a","crumbRequestField":"Host: a\ncrumb"}"#,
      .invalidResponse
    ),
    (
      "a crumb with a line break", 200, #"{"crumb":"0a\nHost: a","crumbRequestField":".crumb"}"#,
      .invalidResponse
    ),
    ("an empty crumb", 200, #"{"crumb":"","crumbRequestField":".crumb"}"#, .invalidResponse),
    (
      "a long crumb", 200,
      #"{"crumb":"\#(String(repeating: "0", count: 257))","crumbRequestField":".crumb"}"#,
      .invalidResponse
    ),
    ("no crumb", 200, #"{"crumbRequestField":".crumb"}"#, .invalidResponse),
    ("no field", 200, #"{"crumb":"0a"}"#, .invalidResponse),
    ("no object", 200, "[]", .invalidResponse), ("forbidden", 403, "{}", .forbidden),
    ("unavailable", 503, "{}", .unavailable), ("a redirect", 302, "{}", .invalidResponse),
  ]

  /// The crumb becomes a field of the request (ATTACKS O43).
  /// ATTACKS O157
  @Test(arguments: crumbs)
  func aCrumbThatIsNoneIsNotSent(
    _ row: (name: String, status: Int, json: String, error: UpstreamError)
  ) async {
    let service = FakeService(Self.authorization) { request in
      request.path == "/ci/crumbIssuer/api/json"
        ? .success(FakeService.response(status: row.status, row.json))
        : FakeService.json(Self.withoutParameters)
    }
    #expect(await Self.trigger(service) == .failure(row.error), "\(row.name)")
    #expect(service.lines.allSatisfy { $0.utf8.first == UInt8(ascii: "G") }, "\(row.name)")
  }

  static let sessions: [(String, [String], String?)] = [
    ("no cookie", [], nil), ("another cookie", ["a=JSESSIONID"], nil),
    ("without attributes", ["JSESSIONID=x"], "JSESSIONID=x"),
    ("a value that is no value", ["JSESSIONID=a b"], nil),
    ("a line break", ["JSESSIONID=a\r\nHost: a"], nil),
    ("a long value", ["JSESSIONID=\(String(repeating: "a", count: 256))"], nil),
    ("the first of two", ["JSESSIONID=x", "JSESSIONID.1=y"], "JSESSIONID=x"),
  ]

  /// RFC 6265 §4.2.1
  @Test(arguments: sessions)
  func theCookieOfTheSession(_ row: (name: String, cookies: [String], cookie: String?)) async {
    let service = FakeService(Self.authorization) { request in
      switch request.path {
      case "/ci/crumbIssuer/api/json":
        .success(
          FakeService.response(
            #"{"crumb":"0a","crumbRequestField":".crumb"}"#,
            fields: row.cookies.map { ("set-cookie", $0) }))
      case "/ci/job/a/api/json": FakeService.json(Self.withoutParameters)
      default:
        .success(
          FakeService.response(status: 201, "", fields: [("Location", Self.location)]))
      }
    }
    #expect(await Self.trigger(service, "a") == .success(3901), "\(row.name)")
    let cookie = row.cookie.map { "\nCookie: \($0)" } ?? ""
    #expect(
      service.requests.last
        == "POST \(Self.root)/job/a/build\(Self.fields)\n.crumb: 0a\(cookie)", "\(row.name)")
  }

  static let disabled = "Jenkins does not build this: it is disabled, or it is not a job."

  static let jobs: [(String, String, UpstreamError)] = [
    ("disabled", #"{"buildable":false}"#, .invalidArgument(disabled)),
    (
      "a folder", #"{"_class":"com.cloudbees.hudson.plugins.folder.Folder"}"#,
      .invalidArgument(disabled)
    ),
    ("buildable is no boolean", #"{"buildable":"true"}"#, .invalidArgument(disabled)),
    ("the properties are no list", #"{"buildable":true,"property":{}}"#, .invalidResponse),
    ("no object", "[]", .invalidResponse),
  ]

  @Test(arguments: jobs)
  func aJobThatCannotBeBuiltIsNotTriggered(
    _ row: (name: String, json: String, error: UpstreamError)
  ) async {
    let service = Self.jenkins(row.json)
    #expect(await Self.trigger(service) == .failure(row.error), "\(row.name)")
    #expect(service.lines.count == 1, "\(row.name)")
  }

  static let locations: [(String, Int?)] = [
    ("https://jenkins.example/ci/queue/item/1/", 1), ("/queue/item/7", 7),
    ("https://evil.example/queue/item/12/", 12),
    ("/queue/item/9007199254740991/", 9_007_199_254_740_991),
    ("/queue/item/9007199254740992/", nil), ("/queue/item/99999999999999999999/", nil),
    ("/queue/item/-1/", nil), ("/queue/item/1a/", nil), ("/queue/item//", nil),
    ("/queue/item/1//", nil), ("/queue/item/1/?x", nil), ("/queue/1/", nil), ("/item/1/", nil),
    ("/xqueue/item/1/", nil), ("/queue/items/1/", nil), ("1", nil), ("", nil),
    ("https://jenkins.example/ci/job/a/", nil),
  ]

  /// Only the number is used: the URL may name another host.
  /// ATTACKS O158
  @Test(arguments: locations)
  func theNumberOfTheQueue(_ row: (location: String, item: Int?)) async {
    let service = Self.jenkins(Self.withoutParameters, location: row.location)
    #expect(
      await Self.trigger(service) == row.item.map { .success($0) } ?? .failure(.invalidResponse))
    #expect(service.lines.count == 3)
  }

  static let triggers: [(String, Int, [String], UpstreamError)] = [
    ("no Location", 201, [], .invalidResponse),
    ("two of Location", 201, [location, location], .invalidResponse),
    ("status 200", 200, [location], .invalidResponse),
    ("a redirect", 302, [location], .invalidResponse), ("disabled", 409, [], .invalidResponse),
    ("forbidden", 403, [], .forbidden), ("refused", 401, [], .refused),
  ]

  @Test(arguments: triggers)
  func theResponseToATrigger(
    _ row: (name: String, status: Int, locations: [String], error: UpstreamError)
  ) async {
    let service = FakeService(Self.authorization) { request in
      switch (request.method, request.path) {
      case ("POST", _):
        .success(
          FakeService.response(
            status: row.status, "{}", fields: row.locations.map { ("location", $0) }))
      case (_, "/ci/crumbIssuer/api/json"):
        .success(FakeService.response(status: 404, "", type: nil))
      default: FakeService.json(Self.withoutParameters)
      }
    }
    #expect(await Self.trigger(service) == .failure(row.error), "\(row.name)")
  }

  /// A trigger is not repeated: the first one may have arrived.
  /// ATTACKS O139
  @Test func aTriggerThatTimesOutIsSentOnce() async {
    let service = FakeService(Self.authorization) { request in
      switch (request.method, request.path) {
      case ("POST", _): .failure(.timeout)
      case (_, "/ci/crumbIssuer/api/json"):
        .success(FakeService.response(status: 404, "", type: nil))
      default: FakeService.json(Self.withoutParameters)
      }
    }
    #expect(await Self.trigger(service) == .failure(.timeout))
    #expect(service.lines.count { $0.utf8.first == UInt8(ascii: "P") } == 1)
  }

  // MARK: Names of jobs

  static let paths: [(String, String)] = [
    ("a", "/job/a"), ("a/b/c", "/job/a/job/b/job/c"), ("a b+c", "/job/a%20b%2Bc"),
    ("job", "/job/job"), ("é?#", "/job/%C3%A9%3F%23"), ("a%2Fb", "/job/a%252Fb"),
    ("...", "/job/..."), ("..a", "/job/..a"),
    (
      "0/1/2/3/4/5/6/7/8/9", "/job/0/job/1/job/2/job/3/job/4/job/5/job/6/job/7/job/8/job/9"
    ),
  ]

  /// ATTACKS O133
  @Test(arguments: paths)
  func thePathOfAJob(_ row: (job: String, path: String)) async {
    let service = Self.jenkins(Self.withoutParameters, path: "/ci" + row.path)
    #expect(await Self.trigger(service, row.job) == .success(3901))
    #expect(service.lines.last == "POST \(Self.root)\(row.path)/build")
  }

  static let names: [(String, String)] = [
    ("empty", ""), ("a slash", "/"), ("a slash at the start", "/a"), ("at the end", "a/"),
    ("two slashes", "a//b"), ("a dot", "a/./b"), ("two dots", "../a"), ("at the end", "a/.."),
    ("a backslash", "a\\..\\b"), ("a line break", "a\nb"), ("NUL", "a\u{0}"),
    ("DEL", "a\u{7F}"), ("C1", "a\u{9F}"), ("256 bytes", String(repeating: "a", count: 256)),
    ("11 names", "0/1/2/3/4/5/6/7/8/9/10"),
  ]

  /// CWE-22, ATTACKS O133
  @Test(arguments: names)
  func aNameThatIsNoneIsNotSent(_ row: (name: String, job: String)) async {
    let error = UpstreamError.invalidArgument(
      "A job is named folder/subfolder/job: 1 to 10 names of 1 to 255 bytes, without . and .. "
        + "as a name, backslashes and control characters.")
    let service = FakeService(Self.authorization) { _ in FakeService.json(Self.withoutParameters) }
    #expect(await Self.trigger(service, row.job) == .failure(error), "\(row.name)")
    #expect(await Self.average(service, row.job) == .failure(error), "\(row.name)")
    #expect(service.lines.isEmpty, "\(row.name)")
  }

  // MARK: Builds

  @Test func theRequestForBuilds() async {
    let service = Self.jenkins(#"{"_class":"x","builds":[{"building":false,"duration":1500}]}"#)
    #expect(await Self.average(service) == .success("1.5"))
    #expect(
      service.requests == [
        "GET \(Self.root)/job/folder/job/job/api/json"
          + "?tree=builds%5Bduration%2Cbuilding%5D%7B0%2C100%7D\(Self.fields)"
      ])
  }

  private static func builds(_ builds: [String]) -> String {
    #"{"builds":[\#(builds.joined(separator: ","))]}"#
  }

  private static func build(_ duration: String, building: String = "false") -> String {
    #"{"_class":"hudson.model.FreeStyleBuild","building":\#(building),"duration":\#(duration)}"#
  }

  static let noBuild = UpstreamError.noNumbers("The job has no finished build.")

  static let averages: [(String, String, Result<String, UpstreamError>)] = [
    ("two", builds([build("1000"), build("2001")]), .success("1.5005")),
    (
      "a third", builds([build("1000"), build("1000"), build("2000")]),
      .success("1.333333333333333333333333333333333")
    ),
    (
      "a running one", builds([build("0", building: "true"), build("3e3")]), .success("3")
    ),
    ("only running ones", builds([build("0", building: "true")]), .failure(noBuild)),
    ("no builds", builds([]), .failure(noBuild)), ("a folder", "{}", .failure(noBuild)),
    (
      "100 builds", builds(Array(repeating: build("315360000000"), count: 100)),
      .success("315360000")
    ),
    ("101 builds", builds(Array(repeating: build("1"), count: 101)), .failure(.invalidResponse)),
    ("a longer time", builds([build("315360000001")]), .failure(.invalidResponse)),
    ("1e400", builds([build("1e400")]), .failure(.invalidResponse)),
    ("a negative time", builds([build("-1")]), .failure(.invalidResponse)),
    ("a fraction", builds([build("1.5")]), .failure(.invalidResponse)),
    ("a text", builds([build(#""1""#)]), .failure(.invalidResponse)),
    ("null", builds([build("null")]), .failure(.invalidResponse)),
    ("building is null", builds([build("1", building: "null")]), .failure(.invalidResponse)),
    ("a build that is no object", builds(["1"]), .failure(.invalidResponse)),
    ("builds that are no list", #"{"builds":{}}"#, .failure(.invalidResponse)),
    ("no object", "[]", .failure(.invalidResponse)),
  ]

  @Test(arguments: averages)
  func theAverage(
    _ row: (name: String, json: String, average: Result<String, UpstreamError>)
  ) async {
    #expect(await Self.average(Self.jenkins(row.json)) == row.average, "\(row.name)")
  }

  @Test func anUnknownJobIsNotFound() async {
    let service = Self.jenkins(Self.withoutParameters)
    #expect(await Self.average(service, "other") == .failure(.notFound))
    #expect(await Self.trigger(service, "other") == .failure(.notFound))
  }
}
