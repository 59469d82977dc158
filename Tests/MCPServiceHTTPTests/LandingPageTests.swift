import HTTPTransport
import JSON
import TestHarness
import Testing

@testable import MCPServiceHTTP

/// The landing page.
struct LandingPageTests {
  private static let off: [String: String?] = [
    "CALCULATOR_API_KEY": nil, "JWT_SECRET": nil, "CALCULATOR_BASIC_USER": nil,
    "CALCULATOR_BASIC_PASSWORD": nil,
  ]

  private static func page(
    _ changes: [String: String?], _ fields: [(String, String)] = [HTTPPipelineTests.host]
  ) throws -> HTTPResponse {
    try HTTPHarness(changes).send("GET", "/", fields: fields)
  }

  /// The text of each `pre`: the endpoint, the command and the configuration.
  private static func examples(_ page: HTTPResponse) -> [String] {
    page.text.matches(of: /(?s)<pre><code>(.*?)<\/code><\/pre>/).map { match in
      [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .reduce(String(match.1)) { $0.replacing($1.0, with: $1.1) }
    }
  }

  /// One example for each enabled kind of credential, and none for a disabled one.
  @Test(
    arguments: [
      (
        [:], #"-H "X-API-Key: $CALCULATOR_API_KEY""#,
        ["X-API-Key": "replace-with-your-key"]
      ),
      (
        ["CALCULATOR_API_KEY": nil], #"-H "Authorization: Bearer $TOKEN""#,
        ["Authorization": "Bearer replace-with-your-token"]
      ),
      (
        ["CALCULATOR_API_KEY": nil, "JWT_SECRET": nil], #"-u "$NAME:$PASSWORD""#,
        ["Authorization": "Basic replace-with-base64-of-name:password"]
      ),
      (off.merging(["CALCULATOR_REQUIRE_AUTH": "false"]) { $1 }, "\\", [:]),
    ] as [([String: String?], String, [String: String])])
  func showsWhatIsOn(_ changes: [String: String?], _ option: String, _ headers: [String: String])
    throws
  {
    let examples = Self.examples(try Self.page(changes))
    try #require(examples.count == 3)
    #expect(examples[0] == "http://127.0.0.1:8080/mcp")
    #expect(examples[1].hasPrefix("curl http://127.0.0.1:8080/mcp \(option)"))
    let options = ["X-API-Key", "Bearer", "-u"].filter { examples[1].contains($0) }
    #expect(options.count == (headers.isEmpty ? 0 : 1))
    guard case .object(let config) = try JSONParser.parse(Array(examples[2].utf8)),
      case .object(let servers)? = config["mcpServers"],
      case .object(let server)? = servers["calculator-http"]
    else {
      Issue.record("the config is no config")
      return
    }
    #expect(server["url"] == "http://127.0.0.1:8080/mcp")
    let expected = JSONObject(headers.map { ($0.key, .string($0.value)) })
    #expect(server["headers"] == (headers.isEmpty ? nil : .object(expected)))
  }

  @Test func listsTheToolsAndWhatTheyNeed() throws {
    let text = try Self.page([:]).text
    for (tool, permission) in [
      ("add", "calculate:basic"), ("subtract", "calculate:basic"), ("multiply", "calculate:basic"),
      ("divide", "calculate:basic"), ("power", "calculate:advanced"),
      ("modulo", "calculate:advanced"), ("square_root", "calculate:advanced"),
    ] {
      let row = try #require(
        text.firstMatch(of: try Regex("<tr><th scope=\"row\"><code>\(tool)</code>.*</tr>")))
      #expect(String(text[row.range]).contains("<td><code>\(permission)</code></td></tr>"))
    }
  }

  /// The page loads nothing from another host, requests no file and runs no script.
  @Test func loadsNothing() throws {
    let page = try Self.page([:])
    let policy = try #require(page["Content-Security-Policy"].first)
    #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
    #expect(policy.contains("; img-src data:; ") && policy.contains("frame-ancestors 'none'"))
    #expect(page.text.contains(#"<link rel="icon" href="data:image/svg+xml,"#))
    #expect(!page.text.contains("<script") && !page.text.contains(" src="))
    #expect(page["Cache-Control"] == ["no-store"])
  }

  @Test func saysWhereOthersReachIt() throws {
    let base = try Self.page(["CALCULATOR_BASE_URL": "https://calc.example"])
    #expect(Self.examples(base).first == "https://calc.example/mcp")
    let fields = [("Host", "localhost:9"), ("X-Forwarded-Proto", "https")]
    #expect(Self.examples(try Self.page([:], fields)).first == "http://localhost:9/mcp")
    let proxied = try Self.page(["CALCULATOR_TRUSTED_PROXIES": "127.0.0.1"], fields)
    #expect(Self.examples(proxied).first == "https://localhost:9/mcp")
  }
}
