package import CalculatorCore
package import HTTPClient
private import JSON
private import Support

/// Adds numbers of the issues that a JQL query finds.
///
/// Sources: developer.atlassian.com, "The Jira Cloud platform REST API", Search for issues using JQL
/// enhanced search; docs.atlassian.com, "Jira Data Center REST API", `/rest/api/2/search`. Both take the
/// query in the URL, and in the body of a POST if it is too long for a URL.
///
/// The file is long because the pages of both editions are in it.
package struct Jira: Sendable {
  /// How many issues this server asks for at once.
  static let pageSize = 100
  static let maximumPages = 100
  static let maximumIssues = 5000
  /// In bytes.
  static let maximumJQL = 4000
  /// The longest id of an issue, in bytes.
  static let maximumID = 64
  /// The longest `nextPageToken`, in bytes.
  static let maximumToken = 1 << 13

  private let requests: UpstreamRequests
  private let edition: AtlassianEdition
  private let storyPointsField: String

  /// - Parameter storyPointsField: `customfield_` and a number. It differs between sites.
  package init(
    _ access: UpstreamAccess, edition: AtlassianEdition, storyPointsField: String,
    http: any HTTPClient
  ) {
    requests = UpstreamRequests(access, http: http)
    self.edition = edition
    self.storyPointsField = storyPointsField
  }

  /// The sum of the story points of all issues that the query finds, exactly. An issue without story
  /// points adds nothing.
  package func sumStoryPoints(jql: String) async throws(UpstreamError) -> Decimal {
    try await sum(storyPointsField, jql)
  }

  /// The sum of the logged time of all issues that the query finds, in seconds. An issue without logged
  /// time adds nothing.
  package func sumTimeSpent(jql: String) async throws(UpstreamError) -> Decimal {
    try await sum("timespent", jql)
  }

  // MARK: The pages

  /// Where a page begins.
  private enum Position {
    case start
    case token(String)
    case index(Int)
  }

  private struct Issue {
    let id: String
    /// `nil` if the field is absent or null.
    let number: JSONNumber?
  }

  private struct Page {
    let issues: [Issue]
    /// `nil` on the last page.
    let next: Position?
  }

  private func sum(_ field: String, _ jql: String) async throws(UpstreamError) -> Decimal {
    // ASVS 2.2.1, ATTACKS O135. JQL is one value: nothing is put before or after it.
    guard 1...Self.maximumJQL ~= jql.utf8.count, !UpstreamRequests.hasControlCharacter(jql) else {
      throw .invalidArgument("The JQL must have 1 to 4,000 bytes and no control characters.")
    }
    var sum = ExactSum()
    // By bytes: `String` takes some different texts for equal, and an issue would not count.
    var ids = Set<[UInt8]>()
    var tokens = Set<[UInt8]>()
    var position = Position.start
    for _ in 0..<Self.maximumPages {
      let page = try await page(at: position, field, jql)
      let count = ids.count
      // A new issue moves others to the next page of Data Center: each counts once.
      for issue in page.issues where ids.insert(Array(issue.id.utf8)).inserted {
        guard ids.count <= Self.maximumIssues else { throw .tooLarge }
        if let number = issue.number { try sum.add(number) }
      }
      guard let next = page.next else { return sum.value }
      // CWE-835, ATTACKS O159: each page has a new issue, and a token does not come again.
      guard ids.count > count else { throw .invalidResponse }
      if case .token(let token) = next, !tokens.insert(Array(token.utf8)).inserted {
        throw .invalidResponse
      }
      position = next
    }
    throw .tooLarge
  }

  private func page(
    at position: Position, _ field: String, _ jql: String
  ) async throws(UpstreamError) -> Page {
    let answer = try await answer(at: position, field, jql)
    guard let object = answer.object, case .array(let list)? = object["issues"] else {
      throw .invalidResponse
    }
    var issues: [Issue] = []
    for value in list { issues.append(try Self.issue(value, field)) }
    switch edition {
    case .cloud: return Page(issues: issues, next: try Self.nextToken(object))
    case .dataCenter:
      let index = if case .index(let index) = position { index } else { 0 }
      return Page(issues: issues, next: try Self.nextIndex(object, index, issues.count))
    }
  }

  private func answer(
    at position: Position, _ field: String, _ jql: String
  ) async throws(UpstreamError) -> JSONValue {
    let path =
      switch edition {
      case .cloud: ["rest", "api", "3", "search", "jql"]
      case .dataCenter: ["rest", "api", "2", "search"]
      }
    var query: UpstreamRequests.Query = [
      ("jql", jql), ("fields", field), ("maxResults", String(Self.pageSize)),
    ]
    var body: [(String, JSONValue)] = [
      ("jql", .string(jql)), ("fields", [.string(field)]),
      ("maxResults", .number(JSONNumber(Self.pageSize))),
    ]
    switch position {
    case .start: break
    case .token(let token):
      query.append(("nextPageToken", token))
      body.append(("nextPageToken", .string(token)))
    case .index(let index):
      query.append(("startAt", String(index)))
      body.append(("startAt", .number(JSONNumber(index))))
    }
    guard requests.fits(path, query: query) else {
      return try await requests.post(path, json: .object(JSONObject(body)))
    }
    return try await requests.get(path, query: query)
  }

  // MARK: The response

  private static func issue(_ value: JSONValue, _ field: String) throws(UpstreamError) -> Issue {
    guard let object = value.object, let id = object["id"]?.string,
      1...maximumID ~= id.utf8.count
    else { throw .invalidResponse }
    guard let fields = object.optional("fields") else { return Issue(id: id, number: nil) }
    guard let fields = fields.object else { throw .invalidResponse }
    switch fields.optional(field) {
    case nil: return Issue(id: id, number: nil)
    case .number(let number)?: return Issue(id: id, number: number)
    default: throw .invalidResponse
    }
  }

  /// `isLast` and `nextPageToken` may both be absent. The last page has no token.
  private static func nextToken(_ object: JSONObject) throws(UpstreamError) -> Position? {
    switch (object.optional("isLast"), object.optional("nextPageToken")) {
    case (.bool(true)?, _), (nil, nil): return nil
    case (.bool(false)?, .string(let token)?), (nil, .string(let token)?):
      guard 1...maximumToken ~= token.utf8.count else { throw .invalidResponse }
      return .token(token)
    // Without the next page the sum would be too small.
    default: throw .invalidResponse
    }
  }

  private static func nextIndex(
    _ object: JSONObject, _ index: Int, _ count: Int
  ) throws(UpstreamError) -> Position? {
    guard case .number(let start)? = object["startAt"], start.integer == index,
      case .number(let number)? = object["total"], let total = number.integer, total >= 0
    else { throw .invalidResponse }
    // Before the pages: their sum would be refused.
    guard total <= maximumIssues else { throw .tooLarge }
    return index + count < total ? .index(index + count) : nil
  }
}
