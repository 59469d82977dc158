import HTTPTransport
import TestHarness
import TestSupport
import Testing

/// A client that can open a URL for the user gets the link as a request to the user, not as a text for
/// the model (MCP 2026-07-28 client/elicitation, basic/patterns/mrtr).
struct ElicitationTests {
  private static let settings = [
    "JIRA_URL": "https://jira.example", "JIRA_AUTH_TYPE": "oauth",
    "JIRA_OAUTH_CLIENT_ID": "calculator", "JIRA_OAUTH_CLIENT_SECRET": "s3cret-of-the-client-0123",
    "CALCULATOR_STATE_KEY": "0123456789abcdef0123456789abcdef",
  ]

  private static func call(
    _ capabilities: String, _ responses: String, version: String = "2026-07-28"
  ) async throws -> String {
    let folder = try TemporaryFolder()
    let server = try OwnServerHarness(settings.merging(["CALCULATOR_STATE": folder.path()]) { $1 })
    let token = try await server.tokens(scope: "calculate:basic upstream:read").access
    let body = Wire.call("init_oauth_flow", #""service":"jira""#)
      .replacing(#"clientCapabilities":{}"#, with: #"clientCapabilities":\#(capabilities)"#)
      .replacing(#""arguments":"#, with: #"\#(responses)"arguments":"#)
    return await server.send(
      "POST", "/mcp",
      fields: [
        ("Content-Type", "application/json"), ("MCP-Protocol-Version", version),
        ("Mcp-Method", "tools/call"), ("Mcp-Name", "init_oauth_flow"),
        ("Authorization", "Bearer \(token)"),
      ], body: Array(body.utf8)
    ).text
  }

  @Test func theLinkIsARequestToTheUser() async throws {
    let text = try await Self.call(#"{"elicitation":{"url":{}}}"#, "")
    #expect(text.contains(#""resultType":"input_required""#), "\(text)")
    let request =
      #/"inputRequests":\{"link":\{"method":"elicitation/create","params":\{"mode":"url","url":"https://mcp\.example/connect/[\w-]{43}","message":"Open this page to connect Jira to the calculator\."\}\}\}/#
    #expect(text.firstMatch(of: request) != nil, "\(text)")
    #expect(!text.contains("structuredContent"))
  }

  @Test(arguments: ["{}", #"{"elicitation":{}}"#, #"{"elicitation":{"form":{}}}"#])
  func anotherClientGetsTheLinkAsText(_ capabilities: String) async throws {
    let text = try await Self.call(capabilities, "")
    #expect(text.contains(#""resultType":"complete""#), "\(text)")
    #expect(text.contains("https://mcp.example/connect/"))
  }

  @Test(arguments: [
    (#"{"link":{"action":"accept"}}"#, "The user has the link."),
    (#"{"link":{"action":"decline"}}"#, "The user does not want to connect Jira."),
    (#"{"link":{"action":"cancel"}}"#, "The user does not want to connect Jira."),
    (#"[]"#, "inputResponses must be an object"),
  ])
  func theAnswerMakesNoSecondLink(_ responses: String, _ sentence: String) async throws {
    let text = try await Self.call(
      #"{"elicitation":{"url":{}}}"#, #""inputResponses":\#(responses),"#)
    #expect(text.contains(sentence), "\(text)")
    #expect(!text.contains("/connect/"))
  }
}
