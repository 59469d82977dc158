import JSON
import Support
import Testing

@testable import OAuth

/// The parameters `resource`, `scope` and `error`.
struct ParameterTests {
  private static let resource = ResourceIndicator(base: "https://calculator.example:8443")

  /// RFC 8707 §2
  @Test(arguments: [
    nil, "https://calculator.example:8443/mcp", "HTTPS://calculator.example:8443/mcp",
    "https://CALCULATOR.Example:8443/mcp", "https://calculator.example:8443",
    "https://calculator.example:8443/", "https://Calculator.example:8443/",
  ])
  func takesOurResource(_ parameter: String?) throws { try Self.resource.check(parameter) }

  @Test(arguments: [
    ("another host", "https://other.example:8443/mcp"),
    ("fragment", "https://calculator.example:8443/mcp#a"),
    ("empty fragment", "https://calculator.example:8443/mcp#"),
    ("query", "https://calculator.example:8443/mcp?a"),
    ("slash", "https://calculator.example:8443/mcp/"),
    ("two slashes", "https://calculator.example:8443//"),
    ("upper case path", "https://calculator.example:8443/MCP"),
    ("another path", "https://calculator.example:8443/admin"),
    ("another port", "https://calculator.example/mcp"),
    ("http", "http://calculator.example:8443/mcp"),
    ("userinfo", "https://a@calculator.example:8443/mcp"),
    ("host prefix", "https://calculator.example:8443.evil.example/mcp"),
    ("path alone", "/mcp"), ("urn", "urn:calculator"), ("empty", ""), ("slashes", "///"),
    ("Kelvin sign", "https://calculator.example:8443/mcp\u{301}"),
    ("encoded", "https://calculator.example:8443/%6dcp"),
  ])
  func refusesAnotherResource(_ name: String, _ parameter: String) throws {
    let problem = try #require(throws: OAuthProblem.self) { try Self.resource.check(parameter) }
    #expect(problem.error == .invalidTarget)
  }

  /// RFC 6749 §3.3
  @Test(arguments: [
    ("a", ["a"]), ("b a", ["b", "a"]), ("a b a", ["a", "b"]),
    ("calculate:basic !#[]~", ["calculate:basic", "!#[]~"]),
  ])
  func readsScopes(_ text: String, _ scopes: [String]) throws {
    let list = try #require(ScopeList(text))
    #expect(list.scopes == scopes)
    #expect(list.text == scopes.joined(separator: " "))
  }

  @Test(arguments: [
    "", " ", " a", "a ", "a  b", "a\tb", "a\nb", "a\"", "a\\b", "é", "a\u{0}", "a\u{7f}",
    "a\u{a0}b",
  ])
  func refusesScopes(_ text: String) { #expect(ScopeList(text) == nil) }

  @Test func scopesHaveALimit() {
    let long = String(repeating: "a", count: 1024)
    #expect(ScopeList(long) != nil)
    #expect(ScopeList(long + "a") == nil)
    let many = (1...64).map { "a\($0)" }.joined(separator: " ")
    #expect(ScopeList(many)?.scopes.count == 64)
    #expect(ScopeList(many + " b") == nil)
  }

  @Test func scopesAreLimitedByOthers() {
    #expect(ScopeList("c a b")?.intersection(["a", "c", "d"]).text == "c a")
  }

  /// RFC 6749 §5.2, RFC 7591 §3.2.2
  @Test func anErrorHasAStatus() {
    let others: [OAuthError: Int] = [
      .invalidClient: 401, .accessDenied: 403, .serverError: 500, .temporarilyUnavailable: 503,
    ]
    for error in OAuthError.allCases { #expect(error.status == others[error] ?? 400) }
  }

  @Test func aProblemIsJSON() {
    let problem = OAuthProblem(.invalidGrant, "The code has expired.")
    let text = #"{"error":"invalid_grant","error_description":"The code has expired."}"#
    #expect(problem.json.serialized().elementsEqual(text.utf8))
  }

  /// Each sentence has only the characters of RFC 6749 §5.2, or `problem` would end the process.
  @Test func eachErrorOfMetadataHasASentence() {
    for error in ClientMetadataError.allCases { #expect(!error.problem.description.isEmpty) }
  }
}
