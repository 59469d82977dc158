import HTTPTransport
import JSON
import Support
import TestHarness
import TestSupport
import Testing

@testable import MCPServiceOAuth

/// A person who signs in with Atlassian is connected to Jira already, if the tokens of the sign-in are good
/// for it.
struct AtlassianSignInTests {
  private static let settings = [
    "CALCULATOR_OAUTH_PROVIDER": "atlassian", "ATLASSIAN_CLIENT_ID": "calculator",
    "ATLASSIAN_CLIENT_SECRET": "s3cret-of-the-client-0123",
    "ATLASSIAN_SCOPE": "read:me read:jira-work offline_access",
    "CALCULATOR_OAUTH_DEFAULT_ROLE": "advanced",
    "JIRA_URL": "https://acme.atlassian.net", "JIRA_AUTH_TYPE": "oauth",
    "JIRA_OAUTH_CLIENT_ID": "calculator", "JIRA_OAUTH_CLIENT_SECRET": "s3cret-of-the-client-0123",
    "CALCULATOR_STATE_KEY": "0123456789abcdef0123456789abcdef",
  ]

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    var changes: [String: String] = [:]
    var refresh = #""refresh_token":"r3fresh","#
    var scope = "read:me read:jira-work offline_access"
    var sites = 200
    var isConnected = false
    /// Whether there is a line of the audit log about it.
    var isTold = false
    var testDescription: String { name }
  }

  static let rows = [
    Row(name: "the same client and all scopes", isConnected: true, isTold: true),
    Row(name: "another client", changes: ["JIRA_OAUTH_CLIENT_ID": "another"]),
    Row(
      name: "another authorization server",
      changes: ["JIRA_OAUTH_TOKEN_URL": "https://auth.example/oauth/token"]),
    Row(name: "Data Center", changes: ["JIRA_EDITION": "datacenter"]),
    Row(name: "a scope that the person did not allow", scope: "read:me offline_access"),
    Row(name: "a scope that only begins so", scope: "read:me read:jira-work-x offline_access"),
    Row(name: "no refresh token", refresh: ""),
    Row(name: "no sites now", sites: 503, isTold: true),
  ]

  @Test(arguments: rows)
  func aSignInMayConnect(_ row: Row) async throws {
    let folder = try TemporaryFolder()
    let services = UpstreamServerTests.Services([
      (
        "https://auth.atlassian.com/oauth/token", 200,
        #"{"access_token":"acc3ss",\#(row.refresh)"token_type":"Bearer","expires_in":3600,"scope":"\#(row.scope)"}"#
      ),
      ("https://api.atlassian.com/me", 200, #"{"account_id":"557058:1","name":"Ann"}"#),
      (
        "https://api.atlassian.com/oauth/token/accessible-resources", row.sites,
        #"[{"id":"1","url":"https://acme.atlassian.net","name":"acme","scopes":[]}]"#
      ),
      (
        "https://api.atlassian.com/ex/jira/1/", 200,
        #"{"issues":[{"id":"1","fields":{"customfield_10016":4}}],"isLast":true}"#
      ),
    ])
    let server = try OwnServerHarness(
      Self.settings.merging(["CALCULATOR_STATE": folder.path()]) { $1 }.merging(row.changes) { $1 },
      services: services)
    let token = try await Self.signIn(server)
    let log = server.takeLog().filter { $0.contains(#""event":"connection""#) }
    #expect(log.count == (row.isTold ? 1 : 0), "\(log)")
    let list = await Self.call(server, "list_connections", "", token)
    #expect(list.contains(#""service":"jira""#) == row.isConnected, "\(list)")
    let sum = await Self.call(server, "sum_story_points", #""jql":"project = A""#, token)
    #expect(sum.contains(#""result":4"#) == row.isConnected, "\(sum)")
    if row.isConnected {
      #expect(log[0].contains(#""outcome":"completed","service":"jira""#))
      let stored = services.sent.last?.authorization
      #expect(stored == "Bearer acc3ss")
    }
    #expect(!log.joined().contains("r3fresh"))
  }

  private static func call(
    _ server: OwnServerHarness, _ tool: String, _ arguments: String, _ token: String
  ) async -> String {
    await server.send(
      "POST", "/mcp",
      fields: [
        ("Content-Type", "application/json"), ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"), ("Mcp-Name", tool), ("Authorization", "Bearer \(token)"),
      ], body: Array(Wire.call(tool, arguments).utf8)
    ).text
  }

  /// Consent, the page of Atlassian, and the exchange of the code.
  private static func signIn(_ server: OwnServerHarness) async throws -> String {
    let (form, cookie) = try await server.signInPage(scope: "calculate:basic upstream:read")
    let redirect = await server.post(
      "/consent", form + [("decision", "allow")],
      fields: [("Cookie", cookie), ("Origin", OwnServerHarness.base)])
    try #require(redirect.status == 303)
    let location = try #require(redirect["Location"].first)
    let state = try #require(location.firstMatch(of: /state=([^&]+)/)).1
    let back = await server.send(
      "GET", "/atlassian/callback", query: "state=\(state)&code=the-code",
      fields: [("Cookie", try redirect.cookie)])
    let final = try #require(back["Location"].first)
    let code = try #require(final.firstMatch(of: /code=([^&]+)/)).1
    let response = await server.post(
      "/token",
      [
        ("grant_type", "authorization_code"), ("code", String(code)),
        ("redirect_uri", OwnServerHarness.redirectURI), ("client_id", "app"),
        ("code_verifier", OwnServerHarness.verifier),
      ])
    let object = try #require(try JSONParser.parse(response.body).object)
    return try #require(object["access_token"]?.string)
  }
}
