package import CalculatorCore
package import HTTPClient
private import JSON
private import Support

/// Reads the builds of a job of Jenkins, and triggers builds.
///
/// Sources: jenkins.io, "Remote Access API", "CSRF Protection" and the upgrade guide of 2.176; the classes
/// `ParameterizedJobMixIn` and `ParametersDefinitionProperty` of Jenkins.
package struct Jenkins: Sendable {
  /// How many of the newest builds count.
  static let maximumBuilds = 100
  /// The longest build that can be, in milliseconds: ten years.
  static let longestBuild = 315_360_000_000
  /// The largest number of an item of the queue: that of a JSON number in a binary64.
  static let largestItem = 9_007_199_254_740_991

  private let requests: UpstreamRequests
  private let usesCrumb: Bool

  package init(_ access: UpstreamAccess, http: any HTTPClient) {
    requests = UpstreamRequests(access, http: http)
    // A password needs a crumb; an API token has needed none since Jenkins 2.96. Both come as Basic, and
    // Jenkins ignores a crumb that it does not need. It wants one of an anonymous user, too.
    usesCrumb = if case .bearer = access.credential { false } else { true }
  }

  /// The average time of the finished ones of the 100 newest builds, in seconds. It is rounded if it has
  /// more than 34 digits.
  /// - Throws: `.noNumbers` if no build has finished.
  package func averageBuildTime(job: String) async throws(UpstreamError) -> Decimal {
    let job = try JenkinsJob(job)
    let answer = try await requests.get(
      job.path("api", "json"),
      query: [("tree", "builds[duration,building]{0,\(Self.maximumBuilds)}")])
    guard let object = answer.object else { throw .invalidResponse }
    // A folder has no builds.
    guard case .array(let builds) = object.optional("builds") ?? [],
      builds.count <= Self.maximumBuilds  // ASVS 15.2.2
    else { throw .invalidResponse }
    var times: [Int] = []
    for build in builds {
      guard let build = build.object, case .bool(let isRunning)? = build["building"],
        case .number(let number)? = build["duration"], let time = number.integer,
        0...Self.longestBuild ~= time
      else { throw .invalidResponse }
      // The duration of a running build is 0.
      if !isRunning { times.append(time) }
    }
    guard !times.isEmpty else { throw .noNumbers("The job has no finished build.") }
    guard let average = try? Decimal(times.reduce(0, +)) / Decimal(times.count * 1000) else {
      throw .tooLarge
    }
    return average
  }

  /// Triggers a build, with the default values of the job's parameters.
  /// - Returns: the number of the item in the queue of Jenkins.
  package func triggerJob(job: String) async throws(UpstreamError) -> Int {
    let job = try JenkinsJob(job)
    // `build` refuses a job with parameters, and `buildWithParameters` one without.
    let end = try await hasParameters(job) ? "buildWithParameters" : "build"
    let fields = usesCrumb ? try await crumb() : []
    let response = try await requests.send(.post([]), job.path(end), fields: fields)
    guard response.status == 201, let item = Self.item(response) else { throw .invalidResponse }
    return item
  }

  private func hasParameters(_ job: JenkinsJob) async throws(UpstreamError) -> Bool {
    let answer = try await requests.get(
      job.path("api", "json"),
      query: [("tree", "buildable,property[parameterDefinitions[name]]")])
    guard let object = answer.object else { throw .invalidResponse }
    guard object["buildable"] == .bool(true) else {
      throw .invalidArgument("Jenkins does not build this: it is disabled, or it is not a job.")
    }
    guard case .array(let properties) = object.optional("property") ?? [] else {
      throw .invalidResponse
    }
    return properties.contains { $0.object?["parameterDefinitions"] != nil }
  }

  // MARK: The crumb

  /// The fields that protect Jenkins from forged requests of browsers; none if it does not use them.
  private func crumb() async throws(UpstreamError) -> UpstreamRequests.Query {
    let response: OutboundResponse
    do throws(UpstreamError) {
      response = try await requests.send(.get, ["crumbIssuer", "api", "json"])
    } catch .notFound {
      return []
    }
    guard let object = try UpstreamRequests.json(of: response).object,
      let name = object["crumbRequestField"]?.string, let crumb = object["crumb"]?.string,
      // It becomes a field of the request: `Jenkins-Crumb` or `.crumb`, never `Authorization` or `Host`
      // (ATTACKS O157).
      name.utf8.allSatisfy(ASCII.isToken), ASCII.areEqual(name.utf8.suffix(5), "crumb".utf8),
      Self.isValue(crumb)
    else { throw .invalidResponse }
    // Since 2.176.2 a crumb is valid for its session only. An API token has no session.
    let session = Self.session(response)
    return [(name, crumb)] + (session.map { [("Cookie", $0)] } ?? [])
  }

  /// `JSESSIONID.<id>=<value>` of `Set-Cookie`, without its attributes (RFC 6265 §4.2.1).
  private static func session(_ response: OutboundResponse) -> String? {
    response.fields.lazy
      .filter { ASCII.areEqual($0.name.utf8, "set-cookie".utf8) }
      .map { Array($0.value.utf8).prefix { $0 != UInt8(ascii: ";") } }
      .filter { $0.starts(with: "JSESSIONID".utf8) }
      .map { String(decoding: ASCII.trimmed($0), as: UTF8.self) }
      .first(where: isValue)
  }

  private static func isValue(_ text: String) -> Bool {
    1...256 ~= text.utf8.count && text.utf8.allSatisfy(ASCII.isVisible)
  }

  // MARK: The queue

  /// The number at the end of `Location`, `…/queue/item/<number>/`. The URL is not used: it may name
  /// another host (ATTACKS O158).
  private static func item(_ response: OutboundResponse) -> Int? {
    let locations = response.fields.filter { ASCII.areEqual($0.name.utf8, "location".utf8) }
    guard locations.count == 1 else { return nil }
    var parts = Array(locations[0].value.utf8)
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    guard let number = parts.popLast(), parts.count >= 2,
      parts.suffix(2).elementsEqual(["queue", "item"], by: { $0.elementsEqual($1.utf8) })
    else { return nil }
    return ASCII.decimal(number, maximum: largestItem)
  }
}
