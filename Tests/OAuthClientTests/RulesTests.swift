import Auth
import OAuth
import OAuthClient
import Support
import Testing

struct BearerChallengeTests {
  @Test(arguments: [
    (
      #"Bearer resource_metadata="https://a/m", scope="a b", error="insufficient_scope""#,
      "https://a/m|a b|insufficient_scope"
    ),
    (#"Basic realm="x, Bearer y=\"z\"", bearer RESOURCE_METADATA = u"#, "u|-|-"),
    ("Negotiate abc==, Bearer scope=a", "-|a|-"),
    ("Bearer", "-|-|-"), (", ,Bearer ,", "-|-|-"),
    (#"Bearer scope="a\"b""#, "-|-|-"), (#"Bearer error="x""#, "-|-|-"),
    ("Bearer scope=a, scope=b", "none"), ("scope=a", "none"), (#"Bearer scope="a"#, "none"),
    (#"Bearer scope="a" b"#, "none"), ("Bearer scope=\"a\u{1}\"", "none"), ("Basic x", "none"),
    ("Bearer" + String(repeating: ",a", count: 64), "none"),
    ("Bearer scope=" + String(repeating: "a", count: 1 << 14), "none"),
  ])
  func challengesAreRead(_ value: String, _ expected: String) {
    let challenge = BearerChallenge([value])
    let text = challenge.map {
      "\($0.resourceMetadata ?? "-")|\($0.scope?.text ?? "-")|\($0.error?.rawValue ?? "-")"
    }
    #expect(text ?? "none" == expected)
  }

  @Test func aMalformedValueDoesNotHideAnother() {
    #expect(BearerChallenge([#"Bearer a=""#, #"Bearer scope="x""#])?.scope?.text == "x")
  }
}

struct AddressRulesTests {
  @Test(arguments: [
    ("https://mcp.example", "https://as.example/x", true),
    ("https://mcp.example", "http://as.example/x", false),
    ("https://mcp.example", "file:///etc/passwd", false),
    ("https://mcp.example", "javascript://x", false),
    ("https://mcp.example", "http://169.254.169.254/latest", false),
    ("https://mcp.example", "https://169.254.169.254/latest", false),
    ("https://mcp.example", "https://10.0.0.1/", false),
    ("https://mcp.example", "https://[fd00::1]/", false),
    ("https://mcp.example", "https://[::ffff:10.0.0.1]/", false),
    ("https://mcp.example", "https://127.1/", false),
    ("https://mcp.example", "https://0x7f000001/", false),
    ("https://mcp.example", "https://2130706433/", false),
    ("https://mcp.example", "https://LOCALHOST./", false),
    ("https://mcp.example", "https://a.localhost/", false),
    ("https://mcp.example", "http://127.0.0.1:80/", false),
    ("https://mcp.example", "https://8.8.8.8/", true),
    ("https://10.0.0.1", "https://10.0.0.1:8443/x", true),
    ("https://10.0.0.1", "http://10.0.0.1/x", false),
    ("https://10.0.0.1", "https://10.0.0.2/x", false),
    ("https://10.0.0.1", "https://127.0.0.1/x", false),
    ("https://10.0.0.1", "https://as.example/", true),
    ("http://localhost:3000", "http://127.0.0.1:4000/x", true),
    ("http://localhost:3000", "https://10.0.0.1/", false),
  ])
  func aServerNamesOnlyWhatItMay(_ server: String, _ url: String, _ isAllowed: Bool) throws {
    let rules = AddressRules(server: try #require(Origin(of: server)))
    #expect(rules.allows(url) == isAllowed)
  }
}

struct ResourceMetadataTests {
  @Test(arguments: [
    ("https://mcp.example/a/mcp", "https://mcp.example/a/mcp", true),
    ("https://mcp.example/a/mcp", "https://MCP.example:443/a", true),
    ("https://mcp.example/a/mcp", "https://mcp.example", true),
    ("https://mcp.example/a/mcp", "https://mcp.example/", true),
    ("https://mcp.example/a/mcp?x=1", "https://mcp.example/a/mcp", true),
    ("https://mcp.example/ab/mcp", "https://mcp.example/a", false),
    ("https://mcp.example/a/mcp", "https://mcp.example/a/mcp/b", false),
    ("https://mcp.example/a/mcp", "https://evil.example/a/mcp", false),
    ("https://mcp.example/a/mcp", "https://mcp.example.evil.example/a", false),
    ("https://mcp.example/a/mcp", "https://mcp.example:8443/a/mcp", false),
    ("https://mcp.example/a/mcp", "http://mcp.example/a/mcp", false),
    ("https://mcp.example/a/mcp", "https://mcp.example/a/./", false),
    ("https://mcp.example/a/../b/mcp", "https://mcp.example/a", false),
    ("https://mcp.example/a/%2e%2e/b", "https://mcp.example/a", false),
    ("https://mcp.example/a/mcp", "https://mcp.example/a%2Fmcp", false),
    ("https://mcp.example/a%2Fmcp", "https://mcp.example/a", false),
    ("https://mcp.example/a/mcp", "https://mcp.example/a?x", false),
    ("https://mcp.example/a/mcp", "https://mcp.example/A", false),
  ])
  func theResourceIsTheServerOrAParent(
    _ server: String, _ resource: String, _ isCovered: Bool
  ) throws {
    let rules = AddressRules(server: try #require(Origin(of: server)))
    let text =
      #"{"resource":"\#(resource)","authorization_servers":["file:///x","https://as.example"]}"#
    if isCovered {
      let metadata = try ResourceMetadata(Array(text.utf8), server: server, rules: rules)
      #expect(metadata.resource == resource)
      #expect(metadata.issuer == "https://as.example")
    } else {
      #expect(throws: OAuthClientError.wrongResource) {
        try ResourceMetadata(Array(text.utf8), server: server, rules: rules)
      }
    }
  }

  @Test(arguments: [
    ("https://a.example/x/mcp/", ["/x/mcp", ""]), ("https://a.example", [""]),
    ("https://a.example/?q", [""]),
  ])
  func theAddressesAreThoseOfTheStandard(_ server: String, _ paths: [String]) {
    #expect(
      ResourceMetadata.addresses(of: server)
        == paths.map { "https://a.example/.well-known/oauth-protected-resource\($0)" })
  }
}
