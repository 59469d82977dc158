import Foundation
import TestSupport
import Testing

/// A client that others wrote calls Jira and Jenkins through the release binary. The services are
/// processes too.
@Suite(.serialized, .enabled(if: Python.areThere, "\(Python.hint)"))
struct UpstreamExecutableTests {
  private static let jql = ["jql": "project = A"]
  private static let job = ["job": "folder_A/build"]
  private static let ann = "ann:ann-token-of-the-fakes"
  private static let ben = "ben:ben-token-of-the-fakes"
  private static let tools = [
    "average_build_time", "sum_story_points", "sum_time_spent", "trigger_job",
  ]
  private static let connectionTools = [
    "disconnect", "init_oauth_flow", "list_connections", "refresh_oauth_token",
  ]

  // MARK: A header

  /// The credential is that of its call alone, and it is the only one that the service gets.
  @Test func aHeaderIsTheCredentialOfACall() throws {
    let fakes = try FakeServices()
    let server = try SignInServer([
      "JIRA_URL": "\(fakes.url)/jira", "JENKINS_URL": "\(fakes.url)/jenkins",
      "CALCULATOR_UPSTREAM_HEADERS": "true", "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
    ])
    let client = try Client(server)
    let tools = try client.tools()
    #expect(tools.filter(Self.tools.contains) == Self.tools)
    #expect(!tools.contains(where: Self.connectionTools.contains))
    let token = "ann-token-of-the-fakes"
    let sum = try client.call("sum_story_points", Self.jql, ["X-Jira-Token": token])
    #expect(sum.result == 8.3)
    // The client has asked for what the tool needs (RFC 6750 §3.1).
    #expect(sum.signIns?.last?.contains("upstream:read") == true)
    let jira = try fakes.requests(to: "jira")
    // The fake has five issues, and sends two of them at once.
    #expect(jira.map(\.status) == [200, 200, 200])
    #expect(jira.allSatisfy { $0.authorization == ["Bearer \(token)"] })
    let time = try client.call("average_build_time", Self.job, ["X-Jenkins-Token": Self.ann])
    #expect(time.result == 3)
    #expect(
      try fakes.requests(to: "jenkins").map(\.authorization) == [
        [.basic("ann", "ann-token-of-the-fakes")]
      ])
    #expect(try client.call("sum_story_points", Self.jql).refusal == Self.noJiraCredential)
    for (value, sentence) in [
      ("wrong", "Jira does not accept the credential."),
      // Ben may not browse the project: to him it does not exist.
      ("ben-token-of-the-fakes", "Jira refuses the arguments."),
    ] {
      let answer = try client.call("sum_story_points", Self.jql, ["X-Jira-Token": value])
      #expect(answer.refusal?.hasPrefix(sentence) == true, "\(answer)")
    }
    try client.end()
    // The log names the source of the credential, and no credential. The fakes got no other field that
    // the client sent.
    let log = try server.end().joined()
    #expect(log.contains(#""upstream":"jira","upstream_credential":"header""#))
    #expect(!log.contains("of-the-fakes"))
    for request in try fakes.requests() {
      let names = request.fields.map { $0[0].lowercased() }
      #expect(!names.contains { $0.hasPrefix("x-") || $0.hasPrefix("mcp-") }, "\(names)")
      #expect(!request.fields.joined().contains { $0.contains("eyJ") })
    }
  }

  private static let noJiraCredential =
    "There is no credential for Jira. Send one in the header X-Jira-Token, which the user can set in the MCP client."

  // MARK: A connection

  /// How users connect to an edition of Jira.
  enum Edition: CaseIterable, Sendable {
    case cloud, dataCenter

    /// The service that has the issues, and the one that issues tokens.
    var services: (api: String, tokens: String) {
      self == .cloud ? ("atlassian", "atlassian") : ("jira", "jira")
    }
    var search: String {
      self == .cloud
        ? "/atlassian/ex/jira/11111111-2222-4333-8444-555555555555/rest/api/3/search/jql?"
        : "/jira/rest/api/2/search?"
    }
    var token: String {
      self == .cloud ? "/atlassian/oauth/token" : "/jira/rest/oauth2/latest/token"
    }

    func settings(_ fakes: FakeServices) -> [String: String] {
      let common = [
        "JIRA_AUTH_TYPE": "oauth", "JIRA_OAUTH_CLIENT_ID": "calculator",
        "JIRA_OAUTH_CLIENT_SECRET": "client-secret-of-the-fakes-0123456789",
        "CALCULATOR_STATE_KEY": "0123456789abcdef0123456789abcdef",
        "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
      ]
      guard self == .cloud else { return common.merging(["JIRA_URL": "\(fakes.url)/jira"]) { $1 } }
      return common.merging([
        "JIRA_URL": "\(fakes.url)/jira-cloud", "JIRA_EDITION": "cloud",
        "JIRA_OAUTH_AUTHORIZE_URL": "\(fakes.url)/atlassian/authorize",
        "JIRA_OAUTH_TOKEN_URL": "\(fakes.url)/atlassian/oauth/token",
        "JIRA_OAUTH_API_URL": "\(fakes.url)/atlassian",
      ]) { $1 }
    }
  }

  /// The connection outlives a crash of the server: a new process renews the token, and the user does
  /// nothing.
  @Test(arguments: Edition.allCases)
  func aUserConnectsOnce(_ edition: Edition) throws {
    let fakes = try FakeServices()
    let server = try SignInServer(edition.settings(fakes))
    let client = try Client(server)
    #expect(try client.tools().filter(Self.connectionTools.contains) == Self.connectionTools)
    let before = try client.call("sum_story_points", Self.jql)
    #expect(before.refusal?.contains("Call init_oauth_flow to connect to Jira.") == true)
    let begun = try client.call("init_oauth_flow", ["service": "jira"]).text
    let link = try #require(begun.firstMatch(of: /http\S+\/connect\/[\w-]+/)).0
    #expect(try client.open(String(link)) == "Jira is connected")
    #expect(try client.call("sum_story_points", Self.jql).result == 8.3)
    let first = try Self.grants(of: edition, fakes)
    #expect(first.allSatisfy { $0.count == 1 })
    #expect(first[0].first?.contains("code_verifier") == true)  // RFC 7636 §4.5
    try server.restart()
    #expect(try client.call("sum_story_points", Self.jql).result == 8.3)
    let second = try Self.grants(of: edition, fakes)
    // One code, and one more refresh, with the token that the first refresh gave.
    #expect(second.map(\.count) == [1, 2])
    #expect(Set(second[1]).count == 2)
    let searches = try fakes.requests(to: edition.services.api)
      .filter { $0.path.hasPrefix(edition.search) }
    #expect(searches.map(\.status) == Array(repeating: 200, count: 6))
    #expect(Set(searches.flatMap(\.authorization)).count == 2)
    #expect(searches.allSatisfy { $0.authorization.allSatisfy { $0.hasPrefix("Bearer access-") } })
    #expect(
      try client.call("disconnect", ["service": "jira"]).text == "Jira is not connected any more.")
    try client.end()
    let log = try server.end().joined()
    for secret in ["access-", "refresh-", "client-secret"] {
      #expect(!log.contains(secret), "\(secret)")
    }
    #expect(!(try fakes.requests().contains { $0.fields.joined().contains { $0.contains("eyJ") } }))
  }

  /// The scope of the default is the one that the page needs.
  @Test func aUserConnectsConfluence() throws {
    let fakes = try FakeServices()
    let server = try SignInServer([
      "CONFLUENCE_URL": "\(fakes.url)/confluence-cloud", "CONFLUENCE_EDITION": "cloud",
      "CONFLUENCE_AUTH_TYPE": "oauth", "CONFLUENCE_OAUTH_CLIENT_ID": "calculator",
      "CONFLUENCE_OAUTH_CLIENT_SECRET": "client-secret-of-the-fakes-0123456789",
      "CONFLUENCE_OAUTH_AUTHORIZE_URL": "\(fakes.url)/atlassian/authorize",
      "CONFLUENCE_OAUTH_TOKEN_URL": "\(fakes.url)/atlassian/oauth/token",
      "CONFLUENCE_OAUTH_API_URL": "\(fakes.url)/atlassian",
      "CALCULATOR_STATE_KEY": "0123456789abcdef0123456789abcdef",
      "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
    ])
    let client = try Client(server)
    let begun = try client.call("init_oauth_flow", ["service": "confluence"]).text
    let link = try #require(begun.firstMatch(of: /http\S+\/connect\/[\w-]+/)).0
    #expect(try client.open(String(link)) == "Confluence is connected")
    let page = ["page_id": "1002", "column": "Cost"]
    #expect(try client.call("sum_table_column", page).result == 7)
    try client.end()
    #expect(
      try fakes.requests(to: "atlassian").contains {
        $0.path.contains("/wiki/api/v2/pages/1002?") && $0.status == 200
      })
  }

  /// The bodies of the successful token requests with a code, and of those with a refresh token.
  private static func grants(of edition: Edition, _ fakes: FakeServices) throws -> [[String]] {
    let bodies = try fakes.requests(to: edition.services.tokens)
      .filter { $0.path == edition.token && $0.status == 200 }.map(\.body)
    return ["authorization_code", "refresh_token"].map { kind in
      bodies.filter { $0.contains("\"\(kind)\"") || $0.contains("grant_type=\(kind)") }
    }
  }

  // MARK: A job

  /// The authority of this server decides first, then Jenkins by the user of the credential.
  @Test func twoDecideAboutAJob() throws {
    let fakes = try FakeServices()
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "authority.json",
      #"{"allow":[{"subject":"password:anshika","tool":"trigger_job","object":"folder_A/build"}]}"#)
    let server = try SignInServer(
      [
        "JENKINS_URL": "\(fakes.url)/jenkins", "CALCULATOR_UPSTREAM_HEADERS": "true",
        "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true", "CALCULATOR_AUTHORITY_FILE": file,
      ], role: "admin")
    let client = try Client(server)
    for (job, credential, refusal) in [
      ("folder_B/build", Self.ann, "does not allow this call"),
      ("folder_A/deploy", Self.ann, "does not allow this call"),
    ] {
      let answer = try client.call("trigger_job", ["job": job], ["X-Jenkins-Token": credential])
      #expect(answer.refusal?.contains(refusal) == true, "\(answer)")
    }
    #expect(try fakes.requests().isEmpty)
    let ben = try client.call("trigger_job", Self.job, ["X-Jenkins-Token": Self.ben])
    #expect(
      ben.refusal?.hasPrefix("Jenkins does not allow this with the credential.") == true, "\(ben)")
    #expect(try fakes.requests().last?.status == 403)
    // With a password Jenkins wants a crumb and its session, with a token neither.
    for (number, credential) in [Self.ann, "ann:ann-password-of-the-fakes"].enumerated() {
      let ann = try client.call("trigger_job", Self.job, ["X-Jenkins-Token": credential])
      #expect(ann.structured.queueItem == number + 1, "\(ann)")
      #expect(try fakes.requests().last?.status == 201)
    }
    try client.end()
    _ = try server.end()
  }
}

extension UpstreamExecutableTests {
  fileprivate struct Answer: Decodable {
    struct Structured: Decodable {
      let result: Double?
      let service: String?
      let queueItem: Int?

      enum CodingKeys: String, CodingKey {
        case result, service
        case queueItem = "queue_item"
      }
    }
    let text: String
    let isError: Bool
    let structured: Structured
    /// The scope of each sign-in until now.
    let signIns: [String]?

    var result: Double? { isError ? nil : structured.result }
    var refusal: String? { isError ? text : nil }
  }

  /// `clients/upstream_client.py`.
  fileprivate struct Client {
    private let process: ServerProcess

    init(_ server: SignInServer) throws {
      let script = "Tests/ExecutableTests/clients/upstream_client.py"
      process = try ServerProcess(
        "python", in: Python.interpreter("modern").deletingLastPathComponent(),
        arguments: [Repository.root.appending(path: script).path], environment: [:])
      try send([
        "url": server.resource, "user": SignInServer.user, "password": SignInServer.password,
        "client": SignInServer.client,
      ])
    }

    func tools() throws -> [String] {
      struct Tools: Decodable { let tools: [String] }
      return try answer(["list": true], Tools.self).tools
    }

    func call(
      _ tool: String, _ arguments: [String: String], _ headers: [String: String] = [:]
    ) throws -> Answer {
      try answer(["call": tool, "arguments": arguments, "headers": headers], Answer.self)
    }

    /// A person opens the link, signs in and agrees. Returns the heading of the last page.
    func open(_ link: String) throws -> String {
      struct Page: Decodable { let heading: String }
      return try answer(["open": link], Page.self).heading
    }

    func end() throws {
      process.closeInput()
      #expect(process.waitForExit() == 0)
      #expect(try process.restOfErrors().isEmpty)
    }

    private func send(_ request: [String: Any]) throws {
      process.send(
        Array(try JSONSerialization.data(withJSONObject: request)) + [UInt8(ascii: "\n")])
    }

    private func answer<Value: Decodable>(
      _ request: [String: Any], _ type: Value.Type
    ) throws -> Value {
      try send(request)
      guard let line = try process.readLine() else {
        throw HTTPProcess.Failed(reason: try process.restOfErrors())
      }
      return try JSONDecoder().decode(type, from: Data(line.utf8))
    }
  }
}
