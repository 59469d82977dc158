import HTTPClient
import HTTPTransport
import Support
import TestHarness
import TestSupport
import Testing
import Upstream

@testable import MCPServiceOAuth

/// With tokens of an external issuer this server cannot sign the browser in: a code of the last page
/// completes a connection.
struct UpstreamCodeTests {
  private static let scope = "calculate:basic upstream:read"

  @Test(arguments: [
    (SiteError.none, "Your account has allowed no site. Call init_oauth_flow to connect again."),
    (.unknown(names: ["a", "b"]), "Your account has no such site. Its sites are: a, b."),
    (
      .several(names: ["a", "b"]),
      "Several sites fit. Name one of these, or its URL, as site: a, b."
    ),
  ])
  func saysWhichSitesThereAre(_ error: SiteError, _ sentence: String) {
    #expect(error.sentence == sentence)
  }

  private static func call(
    _ server: OAuthHarness, _ tool: String, _ arguments: String, _ token: String
  ) async -> String {
    await server.send(
      fields: [
        ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool),
      ], token: token, body: Wire.call(tool, arguments)
    ).text
  }

  /// MCP 2026-07-28 client/elicitation, "Phishing": the code of one user's flow is nothing for another.
  /// ATTACKS O142
  @Test func theCodeIsForTheUserWhoAsked() async throws {
    let folder = try TemporaryFolder()
    let server = try OAuthHarness([
      "JIRA_URL": "https://jira.example", "JIRA_AUTH_TYPE": "oauth",
      "JIRA_OAUTH_CLIENT_ID": "calculator",
      "JIRA_OAUTH_CLIENT_SECRET": "s3cret-of-the-client-0123",
      "CALCULATOR_STATE_KEY": "0123456789abcdef0123456789abcdef",
      "CALCULATOR_STATE": folder.path(),
    ])
    server.provider["https://jira.example/rest/oauth2/latest/token"] =
      #"{"access_token":"acc3ss","refresh_token":"r3fresh","token_type":"bearer","expires_in":3600}"#
    let ann = TestIssuer.token(["sub": #""ann""#, "scope": "\"\(Self.scope)\""])
    let ben = TestIssuer.token(["sub": #""ben""#, "scope": "\"\(Self.scope)\""])
    let begun = await Self.call(server, "init_oauth_flow", #""service":"jira""#, ann)
    #expect(begun.contains("Then call complete_oauth_flow with the code of the page."))
    let id = try #require(begun.firstMatch(of: /mcp\.example(\/connect\/[\w-]{43})/)).1
    let page = await server.send("GET", String(id))
    #expect(page.status == 200 && !page.text.contains("password"))
    let csrf = try #require(page.text.firstMatch(of: /name="csrf" value="([^"]+)"/)).1
    let cookie = [("Cookie", try page.cookie), ("Origin", OAuthHarness.resource)]
    let redirect = await server.send(
      "POST", String(id), fields: cookie, body: "csrf=\(csrf)",
      type: "application/x-www-form-urlencoded")
    let location = try #require(redirect["Location"].first)
    let state = try #require(location.firstMatch(of: /state=([^&]+)/)).1
    let last = await server.send(
      "GET", "/jira/callback", query: "state=\(state)&code=the-code", fields: cookie
    ).text
    let code = try #require(last.firstMatch(of: /[A-Z2-9]{4}(-[A-Z2-9]{4}){3}/)).0
    let stolen = await Self.call(server, "complete_oauth_flow", #""code":"\#(code)""#, ben)
    #expect(stolen.contains("The code is wrong"))
    let list = await Self.call(server, "list_connections", "", ben)
    #expect(list.contains("There is no connection."))
    let done = await Self.call(server, "complete_oauth_flow", #""code":"\#(code)""#, ann)
    #expect(done.contains("Jira is connected."), "\(done)")
    let twice = await Self.call(server, "complete_oauth_flow", #""code":"\#(code)""#, ann)
    #expect(twice.contains("The code is wrong"))
    let malformed = await Self.call(server, "complete_oauth_flow", #""code":7"#, ann)
    #expect(malformed.contains("code must be a text."))
    let log = server.takeLog()
    #expect(!log.joined().contains(String(code)))
    // The link and the completion, and no refused code.
    #expect(log.count { $0.contains(#""upstream":"jira"}"#) } == 2, "\(log)")
  }
}
