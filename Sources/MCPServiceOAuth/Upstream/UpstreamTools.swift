internal import Auth
private import CalculatorCore
internal import JSON
internal import MCP
internal import MCPService
private import OAuth
internal import Support
internal import Upstream

/// The tools that call Jira, Confluence and Jenkins. A service that has no settings has no tools.
struct UpstreamTools: Sendable {
  let upstream: UpstreamCalls

  var all: [Tool] {
    var tools: [Tool] = []
    if let site = upstream.site(.jira) { tools += jira(site) }
    if let site = upstream.site(.confluence) { tools.append(confluence(site)) }
    if let site = upstream.site(.jenkins) { tools += jenkins(site) }
    return tools
  }

  // MARK: Jira

  private func jira(_ site: UpstreamSite) -> [Tool] {
    let arguments: [(String, JSONValue)] = [
      (
        "jql",
        ["type": "string", "description": "A query in JQL, such as project = ABC AND sprint = 7."]
      )
    ]
    return [
      tool(
        "sum_story_points", "Sum of story points",
        "Adds the story points of all Jira issues that a JQL query finds, exactly.", site, arguments
      ) { (texts, access, edition) async throws(UpstreamError) in
        try await jira(site, access, edition).sumStoryPoints(jql: texts[0])
      },
      tool(
        "sum_time_spent", "Sum of time spent",
        "Adds the logged time of all Jira issues that a JQL query finds, in seconds.", site,
        arguments
      ) { (texts, access, edition) async throws(UpstreamError) in
        try await jira(site, access, edition).sumTimeSpent(jql: texts[0])
      },
    ]
  }

  private func jira(
    _ site: UpstreamSite, _ access: UpstreamAccess, _ edition: AtlassianEdition?
  ) -> Jira {
    Jira(
      access, edition: edition ?? .dataCenter,
      storyPointsField: site.storyPointsField, http: upstream.http)
  }

  // MARK: Confluence

  private func confluence(_ site: UpstreamSite) -> Tool {
    tool(
      "sum_table_column", "Sum of a table column",
      "Adds the numbers in a column of the first table of a Confluence page that has it, exactly.",
      site,
      [
        ("page_id", ["type": "string", "description": "The id of the page: digits."]),
        ("column", ["type": "string", "description": "The text of the column's header."]),
      ]
    ) { (texts, access, edition) async throws(UpstreamError) in
      try await Confluence(
        access, edition: edition ?? .dataCenter, http: upstream.http
      ).sumTableColumn(pageID: texts[0], column: texts[1])
    }
  }

  // MARK: Jenkins

  private static let job: (String, JSONValue) = (
    "job",
    ["type": "string", "description": "The job with its folders, such as folder_A/build."]
  )

  private func jenkins(_ site: UpstreamSite) -> [Tool] {
    [
      tool(
        "average_build_time", "Average build time",
        "The average time of the newest finished builds of a Jenkins job, in seconds.", site,
        [Self.job]
      ) { (texts, access, _) async throws(UpstreamError) in
        try await Jenkins(access, http: upstream.http).averageBuildTime(job: texts[0])
      },
      Tool(
        ToolDefinition(
          name: "trigger_job", title: "Trigger a job",
          description: "Starts a build of a Jenkins job. Its parameters have their default values.",
          arguments: [Self.job], required: [Self.job.0],
          result: [
            ("queue_item", ["type": "integer", "description": "The number in Jenkins' queue."])
          ], isReadOnly: false, isIdempotent: false, isOpenWorld: true),
        needs: .upstreamWrite, reading: Self.fields(.jenkins),
        // Before Jenkins decides, the authority must allow this job.
        object: Tool.Object(argument: Self.job.0, needsAuthority: true)
      ) { (arguments, context) throws(ToolFailure) in
        let job = try Self.text(Self.job.0, in: arguments)
        let access = try await upstream.access(
          to: site, tool: "trigger_job", wish: nil, isOfCaller: true, context)
        do throws(UpstreamError) {
          let item = try await Jenkins(access.access, http: upstream.http).triggerJob(job: job)
          return .success(
            "\(item)", structured: JSONObject([("queue_item", .number(JSONNumber(item)))]))
        } catch {
          throw ToolFailure(sentence: error.sentence(for: site.service))
        }
      },
    ]
  }

  // MARK: Parts

  private typealias Body =
    @Sendable (_ texts: [String], UpstreamAccess, AtlassianEdition?) async throws(UpstreamError)
    -> Decimal

  /// A tool that reads a number. Its arguments are texts, and all of them are needed.
  private func tool(
    _ name: String, _ title: String, _ description: String, _ site: UpstreamSite,
    _ arguments: [(String, JSONValue)], _ body: @escaping Body
  ) -> Tool {
    let names = arguments.map(\.0)
    let hasSites = site.connecting?.api != nil
    let choice: [(String, JSONValue)] =
      hasSites
      ? [("site", ["type": "string", "description": "The name or URL of one of your sites."])] : []
    return Tool(
      ToolDefinition(
        name: name, title: title, description: description, arguments: arguments + choice,
        required: names, result: [("result", ["type": "number", "description": "The result."])],
        isReadOnly: true, isIdempotent: true, isOpenWorld: true),
      needs: .upstreamRead, reading: Self.fields(site.service)
    ) { (arguments, context) throws(ToolFailure) in
      var texts: [String] = []
      for name in names { texts.append(try Self.text(name, in: arguments)) }
      let wish = hasSites ? try Self.optionalText("site", in: arguments) : nil
      let (access, edition, isOwn) = try await upstream.access(
        to: site, tool: name, wish: wish, context)
      let number: Decimal
      do throws(UpstreamError) {
        number = try await body(texts, access, edition)
      } catch {
        // The next call gets a new access token.
        if error == .refused, isOwn, let user = UserKey(context.identity) {
          upstream.connecting?.connections.forget(user: user.text, service: site.service)
        }
        throw ToolFailure(sentence: error.sentence(for: site.service))
      }
      guard let value = JSONNumber(number.description) else {
        preconditionFailure("a decimal is a JSON number")
      }
      return .success(number.description, structured: JSONObject([("result", .number(value))]))
    }
  }

  /// The header fields that a tool of a service reads: its token, and those that it ignores and names in
  /// the audit log.
  private static func fields(_ service: UpstreamService) -> [String] {
    [service.tokenField] + UpstreamService.allCases.map(\.addressField)
  }

  static func text(_ name: String, in arguments: JSONObject) throws(ToolFailure) -> String {
    guard let text = try optionalText(name, in: arguments) else {
      throw ToolFailure(sentence: "\(name) is missing: it must be a text.")
    }
    return text
  }

  static func optionalText(
    _ name: String, in arguments: JSONObject
  ) throws(ToolFailure) -> String? {
    switch arguments[name] {
    case nil, .null?: return nil
    case .string(let text)?: return text
    default: throw ToolFailure(sentence: "\(name) must be a text.")
    }
  }
}
