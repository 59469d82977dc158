import Auth
import Foundation
import HTTPClient
import HTTPTransport
import JSON
import OAuth
import Support
import Synchronization
import TestHarness
import TestSupport
import Testing

@testable import MCPServiceOAuth

/// The tools that call Jira and Jenkins, from the request of a caller to the request of this server.
struct UpstreamServerTests {
  // MARK: The services

  /// Services that answer by URL, and record what they get.
  final class Services: HTTPClient {
    struct Sent: Sendable {
      let url: String
      let authorization: String?
      let text: String
    }

    private let all = Mutex<[Sent]>([])
    private let answers: [(start: String, status: Int, body: String)]

    init(_ answers: [(String, Int, String)]) {
      self.answers = answers.map { (start: $0.0, status: $0.1, body: $0.2) }
    }

    var sent: [Sent] { all.withLock { $0 } }

    func send(_ request: OutboundRequest, for _: Client)
      async throws(OutboundError) -> OutboundResponse
    {
      var body: [UInt8] = []
      if case .post(let bytes) = request.method { body = bytes }
      let fields = request.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
      let sent = Sent(
        url: request.url,
        authorization: request.fields.first { $0.name == "Authorization" }?.value,
        text: "\(request.url)\n\(fields)\n\(String(decoding: body, as: UTF8.self))")
      all.withLock { $0.append(sent) }
      guard let answer = answers.first(where: { request.url.utf8.starts(with: $0.start.utf8) })
      else { return OutboundResponse(status: 404, body: []) }
      return OutboundResponse(
        status: answer.status,
        fields: [
          ("Content-Type", "application/json"), ("Location", "\(Self.jenkins)/queue/item/7/"),
        ],
        body: Array(answer.body.utf8))
    }

    static let jenkins = "https://jenkins.example"
  }

  private static let builds = (
    "\(Services.jenkins)/job/a/api/json", 200,
    #"{"builds":[{"building":false,"duration":1500},{"building":false,"duration":500}]}"#
  )
  private static let jenkins = [
    "JENKINS_URL": Services.jenkins, "CALCULATOR_UPSTREAM_HEADERS": "true",
  ]

  private static let scope = "calculate:basic upstream:read upstream:write"

  private static func call(
    _ server: OwnServerHarness, _ tool: String, _ arguments: String, _ token: String,
    _ fields: [(String, String)] = []
  ) async -> String {
    await server.send(
      "POST", "/mcp",
      fields: [
        ("Content-Type", "application/json"), ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"), ("Mcp-Name", tool), ("Authorization", "Bearer \(token)"),
      ] + fields, body: Array(Wire.call(tool, arguments).utf8)
    ).text
  }

  // MARK: Whose credential

  @Test func aHeaderIsTheCredentialOfItsCallAlone() async throws {
    let services = Services([Self.builds])
    let server = try OwnServerHarness(Self.jenkins, services: services)
    let token = try await server.tokens(scope: Self.scope).access
    _ = server.takeLog()
    let text = await Self.call(
      server, "average_build_time", #""job":"a""#, token, [("X-Jenkins-Token", "ann:t0ken")])
    #expect(text.contains(#""structuredContent":{"result":1}"#), "\(text)")
    #expect(services.sent.map(\.authorization) == ["Basic YW5uOnQwa2Vu"])
    let log = server.takeLog()
    #expect(
      log.last?.contains(
        #""outcome":"accepted","upstream":"jenkins","upstream_credential":"header"}"#) == true,
      "\(log)")
    // The next call has no credential, and gets none.
    let next = await Self.call(server, "average_build_time", #""job":"a""#, token)
    #expect(next.contains("There is no credential for Jenkins."), "\(next)")
    #expect(services.sent.count == 1)
    // Neither the token of the header nor the caller's own is in a log line, or goes further.
    #expect(!(log + server.takeLog()).joined().contains("t0ken"))
    #expect(!services.sent.contains { $0.text.contains(token) })
  }

  /// A credential that is there and cannot be used is never replaced by another one.
  @Test(arguments: [
    ([("X-Jenkins-Token", "")], "is empty"), ([("X-Jenkins-Token", "token")], "must be user:token"),
    ([("X-Jenkins-Token", "a:b"), ("X-Jenkins-Token", "c:d")], "several times"),
    ([("X-Jira-Token", "a:b")], "There is no credential for Jenkins"),
  ])
  func aBadHeaderIsNotReplaced(_ fields: [(String, String)], _ sentence: String) async throws {
    let services = Services([Self.builds])
    let server = try OwnServerHarness(Self.jenkins, services: services)
    let token = try await server.tokens(scope: Self.scope).access
    let text = await Self.call(server, "average_build_time", #""job":"a""#, token, fields)
    #expect(text.contains(sentence), "\(text)")
    #expect(text.contains(#""isError":true"#))
    #expect(services.sent.isEmpty)
  }

  /// CWE-918: a request cannot name the address.
  @Test func aHeaderWithAnAddressIsIgnoredAndLogged() async throws {
    let services = Services([Self.builds])
    let server = try OwnServerHarness(Self.jenkins, services: services)
    let token = try await server.tokens(scope: Self.scope).access
    _ = server.takeLog()
    _ = await Self.call(
      server, "average_build_time", #""job":"a""#, token,
      [("X-Jenkins-Token", "ann:t"), ("X-Jenkins-Url", "https://evil.example")])
    #expect(services.sent.count == 1)
    #expect(services.sent.allSatisfy { $0.url.utf8.starts(with: "https://jenkins.example/".utf8) })
    let log = server.takeLog().joined()
    #expect(log.contains(#""ignored_field":"X-Jenkins-Url""#))
    #expect(!log.contains("evil"))
  }

  /// CWE-441: the server's own credential is for the callers and tools of the file alone.
  @Test(arguments: [
    (#"{"subject":"password:anshika","tool":"average_build_time"}"#, true),
    (#"{"subject":"password:anshika","tool":"trigger_job"}"#, false),
    (#"{"subject":"password:ben","tool":"average_build_time"}"#, false),
  ])
  func theServersOwnCredentialIsForThoseOfTheFile(_ row: String, _ isAllowed: Bool) async throws {
    let services = Services([Self.builds])
    let file = try TemporaryFile(#"{"allow":[\#(row)]}"#)
    let server = try OwnServerHarness(
      [
        "JENKINS_URL": Services.jenkins, "JENKINS_AUTH_TYPE": "basic", "JENKINS_USERNAME": "robot",
        "JENKINS_PASSWORD": "0wn-t0ken-of-the-server", "CALCULATOR_UPSTREAM_SHARED": file.path,
      ], services: services)
    let token = try await server.tokens(scope: Self.scope).access
    let text = await Self.call(server, "average_build_time", #""job":"a""#, token)
    #expect(text.contains(#""result":1"#) == isAllowed, "\(text)")
    #expect(services.sent.count == (isAllowed ? 1 : 0))
  }

  // MARK: Permissions

  @Test(arguments: [("calculate:basic", false), ("calculate:basic upstream:read", true)])
  func aToolNeedsItsScope(_ scope: String, _ isAllowed: Bool) async throws {
    let services = Services([Self.builds])
    let server = try OwnServerHarness(Self.jenkins, services: services)
    let token = try await server.tokens(scope: scope).access
    let text = await Self.call(
      server, "average_build_time", #""job":"a""#, token, [("X-Jenkins-Token", "ann:t")])
    #expect(text.contains(#""result":1"#) == isAllowed, "\(text)")
    #expect(services.sent.isEmpty != isAllowed)
  }

  /// Without a service there is neither a tool nor a scope.
  @Test(arguments: [true, false])
  func theScopesAreThereWithTheTools(_ hasService: Bool) async throws {
    let server = try OwnServerHarness(hasService ? Self.jenkins : [:])
    let metadata = await server.send("GET", "/.well-known/oauth-authorization-server").text
    #expect(metadata.contains("upstream:read") == hasService)
    let token = try await server.tokens(scope: "calculate:basic").access
    let text = await Self.call(server, "average_build_time", #""job":"a""#, token)
    #expect(text.contains("-32602") != hasService)
  }

  /// ATTACKS O59: the authority must allow the job, before Jenkins is asked.
  @Test(arguments: [
    (nil, "a", false), ("folder_A/build", "folder_A/build", true), ("folder_A/build", "a", false),
    ("folder_A", "folder_A/build", false),
  ])
  func theAuthorityDecidesAboutTheJob(
    _ object: String?, _ job: String, _ isAllowed: Bool
  ) async throws {
    let services = Services([
      (
        "\(Services.jenkins)/job/folder_A/job/build/api/json", 200,
        #"{"buildable":true,"property":[]}"#
      ), ("\(Services.jenkins)/job/folder_A/job/build/build", 201, ""),
    ])
    let file = try TemporaryFile(
      #"{"allow":[{"subject":"password:anshika","tool":"trigger_job","object":"\#(object ?? "")"}]}"#
    )
    let authority = object == nil ? [:] : ["CALCULATOR_AUTHORITY_FILE": file.path]
    let server = try OwnServerHarness(
      Self.jenkins.merging(authority) { $1 }, role: "admin", services: services)
    let token = try await server.tokens(scope: Self.scope).access
    let text = await Self.call(
      server, "trigger_job", #""job":"\#(job)""#, token, [("X-Jenkins-Token", "ann:t")])
    #expect(text.contains(#""queue_item":7"#) == isAllowed, "\(text)")
    #expect(services.sent.isEmpty != isAllowed)
  }

  // MARK: Connections

  private static let jira = [
    "JIRA_URL": "https://jira.example", "JIRA_AUTH_TYPE": "oauth",
    "JIRA_OAUTH_CLIENT_ID": "calculator", "JIRA_OAUTH_CLIENT_SECRET": "s3cret-of-the-client-0123",
    "CALCULATOR_STATE_KEY": "0123456789abcdef0123456789abcdef",
  ]

  private static func jiraServer(_ services: Services, _ folder: TemporaryFolder) throws
    -> OwnServerHarness
  {
    try OwnServerHarness(
      jira.merging(["CALCULATOR_STATE": folder.path()]) { $1 }, services: services)
  }

  private static func services() -> Services {
    Services([
      (
        "https://jira.example/rest/oauth2/latest/token", 200,
        #"{"access_token":"acc3ss","refresh_token":"r3fresh","token_type":"bearer","expires_in":3600}"#
      ),
      (
        "https://jira.example/rest/api/2/search", 200,
        #"{"startAt":0,"total":2,"issues":[{"id":"1","fields":{"customfield_10016":0.1}},{"id":"2","fields":{"customfield_10016":0.2}}]}"#
      ),
    ])
  }

  /// Goes through the browser. Returns the page after the callback.
  private static func browse(_ link: String, _ server: OwnServerHarness) async throws -> String {
    let path = String(Substring(link.utf8.dropFirst(OwnServerHarness.base.utf8.count)))
    let page = await server.send("GET", path)
    try #require(page.status == 200)
    let csrf = try #require(page.text.firstMatch(of: /name="csrf" value="([^"]+)"/)).1
    let cookie = try page.cookie
    let redirect = await server.post(
      path, [("csrf", String(csrf))],
      fields: [("Cookie", cookie), ("Origin", OwnServerHarness.base)])
    try #require(redirect.status == 303)
    let location = try #require(redirect["Location"].first)
    #expect(location.utf8.starts(with: "https://jira.example/rest/oauth2/latest/authorize?".utf8))
    let state = try #require(location.firstMatch(of: /state=([^&]+)/)).1
    return await server.send(
      "GET", "/jira/callback", query: "state=\(state)&code=the-code", fields: [("Cookie", cookie)]
    ).text
  }

  @Test func aUserConnectsAndTheToolsUseTheConnection() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let token = try await server.tokens(scope: Self.scope).access
    let before = await Self.call(server, "sum_story_points", #""jql":"project = A""#, token)
    #expect(before.contains("Call init_oauth_flow"), "\(before)")
    let begun = await Self.call(server, "init_oauth_flow", #""service":"jira""#, token)
    let link = try #require(begun.firstMatch(of: /(https:\/\/mcp\.example\/connect\/[\w-]{43})/)).1
    let page = try await Self.browse(String(link), server)
    let code = try #require(page.firstMatch(of: /[A-Z2-9]{4}(-[A-Z2-9]{4}){3}/)).0
    _ = server.takeLog()
    let done = await Self.call(server, "complete_oauth_flow", #""code":"\#(code)""#, token)
    #expect(done.contains("Jira is connected."), "\(done)")
    let sum = await Self.call(server, "sum_story_points", #""jql":"project = A""#, token)
    #expect(sum.contains(#""structuredContent":{"result":0.3}"#), "\(sum)")
    #expect(services.sent.last?.authorization == "Bearer acc3ss")
    let list = await Self.call(server, "list_connections", "", token)
    #expect(list.contains(#""service":"jira""#))
    let ended = await Self.call(server, "disconnect", #""service":"jira""#, token)
    #expect(ended.contains("not connected any more"))
    let after = await Self.call(server, "sum_story_points", #""jql":"project = A""#, token)
    #expect(after.contains("Call init_oauth_flow"))
    // No secret of the service is in the log or in the state.
    let log = server.takeLog().joined()
    let stored = try ["", "-wal"].map {
      String(decoding: try Data(contentsOf: URL(filePath: folder.path() + $0)), as: UTF8.self)
    }.joined()
    for secret in ["acc3ss", "r3fresh", "s3cret", "the-code", String(code)] {
      #expect(!log.contains(secret), "\(secret)")
      #expect(!stored.contains(secret), "\(secret)")
    }
    #expect(!services.sent.contains { $0.text.contains(token) })
  }

  /// MCP 2026-07-28 client/elicitation, "Phishing": the code of one user's flow is nothing for another.
  @Test func theCodeIsForTheUserWhoAsked() async throws {
    let folder = try TemporaryFolder()
    let server = try Self.jiraServer(Self.services(), folder)
    let token = try await server.tokens(scope: Self.scope).access
    let begun = await Self.call(server, "init_oauth_flow", #""service":"jira""#, token)
    let link = try #require(begun.firstMatch(of: /(https:\/\/mcp\.example\/connect\/[\w-]{43})/)).1
    let page = try await Self.browse(String(link), server)
    let code = try #require(page.firstMatch(of: /[A-Z2-9]{4}(-[A-Z2-9]{4}){3}/)).0
    let other = try await server.tokens(scope: Self.scope, user: "ben").access
    let stolen = await Self.call(server, "complete_oauth_flow", #""code":"\#(code)""#, other)
    #expect(stolen.contains("The code is wrong"))
    let list = await Self.call(server, "list_connections", "", other)
    #expect(list.contains("There is no connection."))
    let done = await Self.call(server, "complete_oauth_flow", #""code":"\#(code)""#, token)
    #expect(done.contains("Jira is connected."))
    let twice = await Self.call(server, "complete_oauth_flow", #""code":"\#(code)""#, token)
    #expect(twice.contains("The code is wrong"))
  }
}
