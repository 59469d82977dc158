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
///
/// The file is long because each test goes through the whole server, with the same services.
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
    private let answers: Mutex<[(start: String, status: Int, body: String)]>

    init(_ answers: [(String, Int, String)]) {
      self.answers = Mutex(answers.map { (start: $0.0, status: $0.1, body: $0.2) })
    }

    var sent: [Sent] { all.withLock { $0 } }

    /// From now on, in place of an answer before.
    func answer(_ start: String, _ status: Int, _ body: String = "") {
      answers.withLock { $0.insert((start: start, status: status, body: body), at: 0) }
    }

    /// How many requests have gone to this URL.
    func count(_ start: String) -> Int {
      sent.filter { $0.url.utf8.starts(with: start.utf8) }.count
    }

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
      let answer = answers.withLock { answers in
        answers.first { request.url.utf8.starts(with: $0.start.utf8) }
      }
      guard let answer else { return OutboundResponse(status: 404, body: []) }
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
    _ server: OwnServerHarness, _ tool: String, _ arguments: String, _ token: String?,
    _ fields: [(String, String)] = []
  ) async -> String {
    let own = token.map { [("Authorization", "Bearer \($0)")] } ?? []
    return await server.send(
      "POST", "/mcp",
      fields: [
        ("Content-Type", "application/json"), ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"), ("Mcp-Name", tool),
      ] + own + fields, body: Array(Wire.call(tool, arguments).utf8)
    ).text
  }

  // MARK: Whose credential

  /// ATTACKS O155
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
  /// ATTACKS O145
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
  /// ATTACKS O131
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
  /// ATTACKS O146
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

  /// The server's own account may do more than the caller: Jenkins could not decide about the caller.
  /// ATTACKS O156
  @Test(arguments: [
    ["JENKINS_USERNAME": "robot", "JENKINS_PASSWORD": "0wn-t0ken-of-the-server"],
    ["JENKINS_AUTH_TYPE": "anonymous"],
  ])
  func aBuildIsStartedWithTheCallersOwnCredential(_ account: [String: String]) async throws {
    let services = Services([])
    let file = try TemporaryFile(
      #"{"allow":[{"subject":"password:anshika","tool":"trigger_job"}]}"#)
    let server = try OwnServerHarness(
      Self.jenkins.merging(account) { $1 }.merging([
        "CALCULATOR_AUTHORITY_FILE": file.path, "CALCULATOR_UPSTREAM_SHARED": file.path,
      ]) { $1 }, role: "admin", services: services)
    let token = try await server.tokens(scope: Self.scope).access
    let text = await Self.call(server, "trigger_job", #""job":"a""#, token)
    #expect(text.contains("There is no credential for Jenkins."), "\(text)")
    #expect(services.sent.isEmpty)
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

  /// ATTACKS O156: the authority must allow the job, before Jenkins is asked.
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

  private static func jiraServer(
    _ services: Services, _ folder: TemporaryFolder, _ changes: [String: String] = [:],
    role: String = "advanced"
  ) throws -> OwnServerHarness {
    try OwnServerHarness(
      jira.merging(["CALCULATOR_STATE": folder.path()]) { $1 }.merging(changes) { $1 }, role: role,
      services: services)
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

  /// Signs in and goes through the browser. Returns the page after the callback.
  private static func browse(
    _ link: String, _ server: OwnServerHarness, as user: String = "anshika",
    to start: String = "https://jira.example/rest/oauth2/latest/authorize?"
  ) async throws -> String {
    let path = String(Substring(link.utf8.dropFirst(OwnServerHarness.base.utf8.count)))
    let page = await server.send("GET", path)
    try #require(page.status == 200)
    let csrf = try #require(page.text.firstMatch(of: /name="csrf" value="([^"]+)"/)).1
    let cookie = try page.cookie
    let redirect = await server.post(
      path,
      [("csrf", String(csrf)), ("username", user), ("password", OwnServerHarness.password)],
      fields: [("Cookie", cookie), ("Origin", OwnServerHarness.base)])
    guard redirect.status == 303 else { return redirect.text }
    let location = try #require(redirect["Location"].first)
    #expect(location.utf8.starts(with: start.utf8))
    let state = try #require(location.firstMatch(of: /state=([^&]+)/)).1
    return await server.send(
      "GET", "/jira/callback", query: "state=\(state)&code=the-code", fields: [("Cookie", cookie)]
    ).text
  }

  /// The connection stays, and is there when the user signs in again.
  /// ATTACKS O190
  @Test func anEndedGrantReachesNoConnection() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let tokens = try await server.tokens(scope: Self.scope)
    let begun = await Self.call(server, "init_oauth_flow", #""service":"jira""#, tokens.access)
    let link = try #require(begun.firstMatch(of: /(https:\/\/mcp\.example\/connect\/[\w-]{43})/)).1
    _ = try await Self.browse(String(link), server)
    func sum(_ token: String) async -> String {
      await Self.call(server, "sum_story_points", #""jql":"project = A""#, token)
    }
    #expect(await sum(tokens.access).contains(#""result":0.3"#))
    let count = services.sent.count
    _ = await server.post("/revoke", [("token", tokens.refresh), ("client_id", "app")])
    for tool in ["sum_story_points", "refresh_oauth_token", "list_connections", "disconnect"] {
      let arguments = #""jql":"project = A","service":"jira""#
      let refused = await Self.call(server, tool, arguments, tokens.access)
      #expect(refused.contains("Authentication failed"), "\(tool): \(refused)")
    }
    #expect(services.sent.count == count)
    #expect(await sum(try await server.tokens(scope: Self.scope).access).contains(#""result":0.3"#))
  }

  /// ATTACKS O155
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
    #expect(page.contains("Jira</bdi> is connected"), "\(page)")
    #expect(page.firstMatch(of: /[A-Z2-9]{4}(-[A-Z2-9]{4}){3}/) == nil)
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
    for secret in ["acc3ss", "r3fresh", "s3cret", "the-code"] {
      #expect(!log.contains(secret), "\(secret)")
      #expect(!stored.contains(secret), "\(secret)")
    }
    #expect(!services.sent.contains { $0.text.contains(token) })
  }

  /// MCP 2026-07-28 client/elicitation, "Phishing": Ben opens the link of Anshika's flow, and signs in as
  /// himself. ATTACKS O143
  @Test func anotherUserConnectsNothing() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let token = try await server.tokens(scope: Self.scope).access
    let begun = await Self.call(server, "init_oauth_flow", #""service":"jira""#, token)
    let link = try #require(begun.firstMatch(of: /(https:\/\/mcp\.example\/connect\/[\w-]{43})/)).1
    _ = server.takeLog()
    let page = try await Self.browse(String(link), server, as: "ben")
    #expect(page.contains("This link belongs to another user"), "\(page)")
    #expect(services.sent.isEmpty)
    #expect(
      server.takeLog().contains {
        $0.contains(
          #""event":"connection","address":"192.0.2.1","outcome":"rejected","service":"jira","reason":"other_user""#
        )
      })
    for name in ["anshika", "ben"] {
      let caller = try await server.tokens(scope: Self.scope, user: name).access
      let list = await Self.call(server, "list_connections", "", caller)
      #expect(list.contains("There is no connection."))
    }
  }

  /// Where the server signs people in, no code passes through a model.
  @Test func thereIsNoCodeToCompleteWhereTheServerSignsIn() async throws {
    let folder = try TemporaryFolder()
    let server = try Self.jiraServer(Self.services(), folder)
    let token = try await server.tokens(scope: Self.scope).access
    let text = await Self.call(
      server, "complete_oauth_flow", #""code":"AAAA-AAAA-AAAA-AAAA""#, token)
    #expect(text.contains("unknown tool"), "\(text)")
  }

  // MARK: More about connections

  private static let tokenURL = "https://jira.example/rest/oauth2/latest/token"
  private static let search = "https://jira.example/rest/api/2/search"
  private static let sum = (tool: "sum_story_points", arguments: #""jql":"project = A""#)

  /// The page after the callback.
  private static func page(
    _ server: OwnServerHarness, _ token: String,
    to start: String = "https://jira.example/rest/oauth2/latest/authorize?"
  ) async throws -> String {
    let begun = await call(server, "init_oauth_flow", #""service":"jira""#, token)
    let link = try #require(
      begun.firstMatch(of: /(https:\/\/mcp\.example\/connect\/[\w-]{43})/)
    ).1
    return try await browse(String(link), server, to: start)
  }

  private static func connect(
    _ server: OwnServerHarness, _ token: String,
    to start: String = "https://jira.example/rest/oauth2/latest/authorize?"
  ) async throws {
    let page = try await page(server, token, to: start)
    try #require(page.contains("Jira</bdi> is connected"))
  }

  /// RFC 7519 §4.1.2, ATTACKS O130
  @Test func aConnectionIsOfOneUser() {
    func key(
      _ issuer: String?, _ name: Subject, isClient: Bool = false,
      _ method: Identity.Method = .oauth
    ) -> String? {
      UserKey(
        Identity(
          subject: name, method: method, permissions: [],
          provider: issuer.map { Identity.Provider(issuer: $0, isClient: isClient) }))?.text
    }
    let keys = [
      key("https://a.example", "ann"), key("https://b.example", "ann"),
      key("https://a.example", "ben"), key("https://a.example", "ann", isClient: true),
      key("https://a.example\",\"ann", "b"), key("https://a.example", "ann\",\"b"),
    ]
    #expect(Set(keys.compactMap { $0 }).count == keys.count)
    #expect(key("https://a.example", "ann") == keys[0])
    #expect(key("https://a.example", "ann", .guest) == nil)
    #expect(key(nil, "ann") == nil)
  }

  /// All guests have one name, so no role gives them these permissions. ATTACKS O147
  @Test(arguments: [
    ("list_connections", ""), ("init_oauth_flow", #""service":"jira""#),
    ("refresh_oauth_token", #""service":"jira""#), ("disconnect", #""service":"jira""#),
    ("sum_story_points", #""jql":"project = A""#),
  ])
  func aGuestHasNoConnections(_ tool: String, _ arguments: String) async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(
      services, folder,
      ["CALCULATOR_GUEST_ROLE": "admin", "CALCULATOR_UPSTREAM_HEADERS": "true"])
    let text = await Self.call(server, tool, arguments, nil, [("X-Jira-Token", "tok")])
    #expect(text.contains("Sign in: this needs upstream:read"), "\(text)")
    #expect(services.sent.isEmpty)
  }

  /// With a header neither the connection is used, nor is its token renewed or forgotten. ATTACKS O145
  @Test func aRefusedHeaderIsNotReplaced() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder, ["CALCULATOR_UPSTREAM_HEADERS": "true"])
    let token = try await server.tokens(scope: Self.scope).access
    try await Self.connect(server, token)
    let before = services.sent.count
    services.answer(Self.search, 401)
    let header = [("X-Jira-Token", "of-the-header")]
    let text = await Self.call(server, Self.sum.tool, Self.sum.arguments, token, header)
    #expect(text.contains("does not accept the credential"), "\(text)")
    #expect(services.sent.dropFirst(before).map(\.authorization) == ["Bearer of-the-header"])
    // A token of the connection that works stays, whatever became of the header's.
    services.answer(Self.search, 200, #"{"startAt":0,"total":0,"issues":[]}"#)
    _ = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    let renewals = services.count(Self.tokenURL)
    services.answer(Self.search, 401)
    _ = await Self.call(server, Self.sum.tool, Self.sum.arguments, token, header)
    services.answer(Self.search, 200, #"{"startAt":0,"total":0,"issues":[]}"#)
    let after = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    #expect(after.contains(#""result":0"#), "\(after)")
    #expect(services.count(Self.tokenURL) == renewals)
  }

  @Test func aRefusedTokenOfAConnectionIsRenewed() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let token = try await server.tokens(scope: Self.scope).access
    try await Self.connect(server, token)
    _ = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    let renewals = services.count(Self.tokenURL)
    services.answer(Self.search, 403)
    _ = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    services.answer(Self.search, 401)
    let refused = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    #expect(refused.contains("does not accept the credential"), "\(refused)")
    // A 403 renews nothing. After a 401 the caller is told first, and the next call renews the token.
    #expect(services.count(Self.tokenURL) == renewals)
    services.answer(Self.search, 200, #"{"startAt":0,"total":0,"issues":[]}"#)
    _ = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    #expect(services.count(Self.tokenURL) == renewals + 1)
  }

  @Test func aCheckOfAConnectionGetsANewToken() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let token = try await server.tokens(scope: Self.scope).access
    try await Self.connect(server, token)
    _ = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    let renewals = services.count(Self.tokenURL)
    let works = await Self.call(server, "refresh_oauth_token", #""service":"jira""#, token)
    #expect(works.contains("The connection to Jira works."), "\(works)")
    #expect(services.count(Self.tokenURL) == renewals + 1)
    services.answer(Self.tokenURL, 400, #"{"error":"invalid_grant"}"#)
    let ended = await Self.call(server, "refresh_oauth_token", #""service":"jira""#, token)
    #expect(ended.contains("The connection has ended."), "\(ended)")
    let none = await Self.call(server, "refresh_oauth_token", #""service":"jira""#, token)
    #expect(none.contains("There is no such connection."), "\(none)")
  }

  /// SIGHUP replaces the settings, and no token of a user is lost or asked for again.
  @Test func aReloadKeepsTheConnections() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let token = try await server.tokens(scope: Self.scope).access
    try await Self.connect(server, token)
    _ = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    let renewals = services.count(Self.tokenURL)
    try server.reload()
    let text = await Self.call(server, Self.sum.tool, Self.sum.arguments, token)
    #expect(text.contains(#""result":0.3"#), "\(text)")
    #expect(services.count(Self.tokenURL) == renewals)
  }

  /// ATTACKS O146
  @Test func aReloadReadsTheSharedFileAgain() async throws {
    let services = Services([Self.builds])
    let row = #"{"subject":"password:anshika","tool":"average_build_time"}"#
    let file = try TemporaryFile(#"{"allow":[\#(row)]}"#)
    let server = try OwnServerHarness(
      [
        "JENKINS_URL": Services.jenkins, "JENKINS_AUTH_TYPE": "basic", "JENKINS_USERNAME": "robot",
        "JENKINS_PASSWORD": "0wn-t0ken-of-the-server", "CALCULATOR_UPSTREAM_SHARED": file.path,
      ], services: services)
    let token = try await server.tokens(scope: Self.scope).access
    for (rows, isAllowed) in [(row, true), ("", false), (row, true)] {
      try file.write(#"{"allow":[\#(rows)]}"#)
      try server.reload()
      let text = await Self.call(server, "average_build_time", #""job":"a""#, token)
      #expect(text.contains(#""result":1"#) == isAllowed, "\(text)")
    }
  }

  // MARK: Sites of Atlassian

  private static let api = "https://api.atlassian.com"
  private static let cloud = [
    "JIRA_EDITION": "cloud", "CALCULATOR_UPSTREAM_HEADERS": "true",
  ]

  private static func cloudServices() -> Services {
    let sum = #"{"issues":[{"id":"1","fields":{"customfield_10016":4}}],"isLast":true}"#
    return Services([
      (
        "https://auth.atlassian.com/oauth/token", 200,
        #"{"access_token":"acc3ss","refresh_token":"r3fresh","expires_in":3600}"#
      ),
      (
        "\(api)/oauth/token/accessible-resources", 200,
        #"[{"id":"1","url":"https://acme.atlassian.net","name":"acme","scopes":[]},{"id":"2","url":"https://other.atlassian.net","name":"other","scopes":[]}]"#
      ), ("\(api)/ex/jira/", 200, sum), ("https://jira.example/rest/api/3/search/jql", 200, sum),
    ])
  }

  /// A call of a user who has two sites. ATTACKS O148
  @Test(
    arguments: [
      (nil, nil, nil, "Several sites fit. Name one of these, or its URL, as site: acme, other."),
      (nil, "other", "2", nil), (nil, "https://acme.atlassian.net", "1", nil),
      (nil, "acm", nil, "Your account has no such site. Its sites are: acme, other."),
      ("acme", nil, "1", nil), ("acme", "other", "2", nil),
    ] as [(String?, String?, String?, String?)])
  func theSiteOfACall(
    _ setting: String?, _ wish: String?, _ id: String?, _ sentence: String?
  ) async throws {
    let folder = try TemporaryFolder()
    let services = Self.cloudServices()
    let server = try Self.jiraServer(
      services, folder, Self.cloud.merging(setting.map { ["JIRA_OAUTH_SITE": $0] } ?? [:]) { $1 })
    let token = try await server.tokens(scope: Self.scope).access
    try await Self.connect(server, token, to: "https://auth.atlassian.com/authorize?")
    let site = wish.map { #","site":"\#($0)""# } ?? ""
    let text = await Self.call(server, Self.sum.tool, Self.sum.arguments + site, token)
    if let sentence { #expect(text.contains(sentence), "\(text)") }
    #expect(text.contains(#""result":4"#) == (id != nil), "\(text)")
    #expect(services.count("\(Self.api)/ex/jira/") == (id == nil ? 0 : 1))
    if let id { #expect(services.count("\(Self.api)/ex/jira/\(id)/rest/api/3/search/jql?") == 1) }
  }

  /// The access token has ended before its time: the next call gets a new one.
  @Test(arguments: [
    (401, "Jira does not accept the connection. Try again once.", 1),
    (503, "Jira does not tell the sites now.", 0),
  ])
  func theSitesAreRefused(_ status: Int, _ sentence: String, _ renewals: Int) async throws {
    let folder = try TemporaryFolder()
    let services = Self.cloudServices()
    let server = try Self.jiraServer(services, folder, Self.cloud)
    let token = try await server.tokens(scope: Self.scope).access
    try await Self.connect(server, token, to: "https://auth.atlassian.com/authorize?")
    let arguments = Self.sum.arguments + #","site":"acme""#
    _ = await Self.call(server, Self.sum.tool, arguments, token)
    let sites = "\(Self.api)/oauth/token/accessible-resources"
    let before = services.count("https://auth.atlassian.com/oauth/token")
    services.answer(sites, status)
    let refused = await Self.call(server, Self.sum.tool, arguments, token)
    #expect(refused.contains(sentence), "\(refused)")
    services.answer(
      sites, 200,
      #"[{"id":"1","url":"https://acme.atlassian.net","name":"acme","scopes":[]}]"#)
    let after = await Self.call(server, Self.sum.tool, arguments, token)
    #expect(after.contains(#""result":4"#), "\(after)")
    #expect(services.count("https://auth.atlassian.com/oauth/token") == before + renewals)
  }

  /// A header's credential is for the address of the settings.
  @Test func aHeaderHasNoSite() async throws {
    let folder = try TemporaryFolder()
    let services = Self.cloudServices()
    let server = try Self.jiraServer(services, folder, Self.cloud)
    let token = try await server.tokens(scope: Self.scope).access
    let header = [("X-Jira-Token", "ann@example.com:t0ken")]
    let text = await Self.call(
      server, Self.sum.tool, Self.sum.arguments + #","site":"acme""#, token, header)
    #expect(text.contains("site is only for a connection to Atlassian."), "\(text)")
    #expect(services.sent.isEmpty)
    let sum = await Self.call(server, Self.sum.tool, Self.sum.arguments, token, header)
    #expect(sum.contains(#""result":4"#), "\(sum)")
    #expect(services.count("https://jira.example/rest/api/3/search/jql?") == 1)
  }

  /// If the service gives no usable connection, the page says so, and nothing is stored.
  @Test(arguments: [
    (
      "https://auth.atlassian.com/oauth/token", 200, #"{"access_token":"a","expires_in":3600}"#,
      "Jira gave no token that lasts."
    ),
    ("https://auth.atlassian.com/oauth/token", 503, "", "Jira does not answer now."),
    ("https://auth.atlassian.com/oauth/token", 400, "{}", "Jira did not confirm the connection."),
    ("https://api.atlassian.com/oauth/token/", 503, "", "Jira does not answer now."),
    ("https://api.atlassian.com/oauth/token/", 200, "[]", "Your account has no site"),
    (
      "https://api.atlassian.com/oauth/token/", 200,
      #"[{"id":"3","url":"https://third.atlassian.net","name":"third","scopes":[]}]"#,
      "Your account has no site"
    ),
  ])
  func aConnectionThatCannotBeUsedIsNotMade(
    _ url: String, _ status: Int, _ body: String, _ sentence: String
  ) async throws {
    let folder = try TemporaryFolder()
    let services = Self.cloudServices()
    services.answer(url, status, body)
    let server = try Self.jiraServer(
      services, folder, Self.cloud.merging(["JIRA_OAUTH_SITE": "acme"]) { $1 })
    let token = try await server.tokens(scope: Self.scope).access
    let page = try await Self.page(server, token, to: "https://auth.atlassian.com/authorize?")
    #expect(page.contains(sentence), "\(page)")
    #expect(page.firstMatch(of: /[A-Z2-9]{4}(-[A-Z2-9]{4}){3}/) == nil)
    let list = await Self.call(server, "list_connections", "", token)
    #expect(list.contains("There is no connection."))
  }

  // MARK: Arguments, scopes and paths

  @Test(arguments: [
    ("init_oauth_flow", #""service":"jenkins""#, "service must be one of: jira."),
    ("disconnect", #""service":"confluence""#, "service must be one of: jira."),
    ("disconnect", #""service":"jira""#, "There is no connection to Jira."),
    ("refresh_oauth_token", #""service":"jira""#, "There is no such connection."),
    ("sum_story_points", #""jql":7"#, "jql must be a text."),
    ("sum_story_points", #""jql":"a","site":"acme""#, "takes jql; remove every other argument."),
    ("sum_story_points", #""jql":null"#, "jql is missing"),
  ])
  func anArgumentThatIsNoneIsRefused(
    _ tool: String, _ arguments: String, _ sentence: String
  ) async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let token = try await server.tokens(scope: Self.scope).access
    let text = await Self.call(server, tool, arguments, token)
    #expect(text.contains(sentence), "\(text)")
    #expect(text.contains(#""isError":true"#), "\(text)")
    #expect(services.sent.isEmpty)
  }

  /// Neither a broader role nor the authority stands for a scope.
  @Test(arguments: [("upstream:read", false), ("upstream:write", true)])
  func aTriggerNeedsTheScopeToWrite(_ scope: String, _ isAllowed: Bool) async throws {
    let services = Services([
      ("\(Services.jenkins)/job/a/api/json", 200, #"{"buildable":true,"property":[]}"#),
      ("\(Services.jenkins)/job/a/build", 201, ""),
    ])
    let file = try TemporaryFile(
      #"{"allow":[{"subject":"password:anshika","tool":"trigger_job","object":"a"}]}"#)
    let server = try OwnServerHarness(
      Self.jenkins.merging(["CALCULATOR_AUTHORITY_FILE": file.path]) { $1 }, role: "admin",
      services: services)
    let token = try await server.tokens(scope: "calculate:basic \(scope)").access
    let text = await Self.call(
      server, "trigger_job", #""job":"a""#, token, [("X-Jenkins-Token", "ann:t")])
    #expect(text.contains(#""queue_item":7"#) == isAllowed, "\(text)")
    #expect(services.sent.isEmpty != isAllowed)
  }

  @Test func theToolsOfConnectionsNeedAScope() async throws {
    let folder = try TemporaryFolder()
    let server = try Self.jiraServer(Self.services(), folder)
    let token = try await server.tokens(scope: "calculate:basic").access
    let text = await Self.call(server, "list_connections", "", token)
    #expect(text.contains("upstream:read"), "\(text)")
    #expect(!text.contains("There is no connection."))
  }

  /// Fetch §2.2.2: a page of another site may send some types without asking.
  @Test(arguments: [
    ("GET", "/jira/callback", 403), ("POST", "/jira/callback", 405),
    ("HEAD", "/jira/callback", 405),
    ("DELETE", "/connect/AAAA", 405), ("GET", "/jenkins/callback", 404), ("GET", "/connect", 404),
    ("GET", "/connect/AAAA", 403), ("HEAD", "/connect/AAAA", 403), ("POST", "/connect/AAAA", 400),
    ("GET", "/.well-known/oauth-authorization-server", 200),
  ])
  func thePathsOfAConnection(_ method: String, _ path: String, _ status: Int) async throws {
    let folder = try TemporaryFolder()
    let server = try Self.jiraServer(Self.services(), folder)
    let response = await server.send(
      method, path,
      fields: [("Content-Type", "text/plain"), ("Origin", OwnServerHarness.base)])
    #expect(response.status == status, "\(response.text)")
  }

  /// ASVS 2.4.1
  @Test(arguments: [("/connect/AAAA", 120), ("/jira/callback", 60)])
  func anAddressHasItsShareOfThePages(_ path: String, _ most: Int) async throws {
    let folder = try TemporaryFolder()
    let server = try Self.jiraServer(Self.services(), folder)
    for _ in 0..<most { #expect(await server.send("GET", path).status == 403) }
    #expect(await server.send("GET", path).status == 429)
    #expect(await server.send("GET", path, from: "198.51.100.1").status == 403)
  }

  /// The log has the service and the outcome; the reason of a refusal is one word.
  @Test func aConnectionIsInTheAuditLog() async throws {
    let folder = try TemporaryFolder()
    let services = Self.services()
    let server = try Self.jiraServer(services, folder)
    let token = try await server.tokens(scope: Self.scope).access
    _ = server.takeLog()
    try await Self.connect(server, token)
    let log = server.takeLog().filter { $0.contains(#""event":"connection""#) }
    #expect(
      log.count == 1 && log[0].contains(#""outcome":"completed","service":"jira""#), "\(log)")
    services.answer(Self.tokenURL, 400, #"{"error":"a text of the service"}"#)
    _ = try await Self.page(server, token)
    let refused = server.takeLog().filter { $0.contains(#""event":"connection""#) }
    #expect(refused.count == 1 && refused[0].contains(#""reason":"refused""#), "\(refused)")
    #expect(!refused.joined().contains("a text"))
  }
}
