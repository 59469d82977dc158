import Support
import Testing

@testable import OAuth

struct AuthorizationRedirectTests {
  private static let issuer = "https://calculator.example"
  private static let iss = "iss=https%3A%2F%2Fcalculator.example"

  /// RFC 6749 §3.1.2: the query of the URI stays.
  @Test(arguments: [
    ("https://a.example/cb", "https://a.example/cb?"), ("https://a.example", "https://a.example?"),
    ("https://a.example/cb?b=%20c+d", "https://a.example/cb?b=%20c+d&"),
    ("https://a.example/cb?", "https://a.example/cb?"),
    ("https://a.example/cb?b&", "https://a.example/cb?b&"),
    ("http://[::1]:1/cb", "http://[::1]:1/cb?"),
  ])
  func keepsTheURI(_ uri: String, _ start: String) {
    let location = AuthorizationRedirect.code(Secret("c")).location(
      at: uri, state: "s", issuer: Self.issuer)
    #expect(location.exposed == start + "code=c&state=s&" + Self.iss)
  }

  /// RFC 6749 §4.1.2.1, RFC 9207 §2
  @Test func anErrorHasTheIssuerToo() {
    let problem = OAuthProblem(.accessDenied, "The person has refused.")
    let location = AuthorizationRedirect.error(problem).location(
      at: "https://a.example/cb", state: nil, issuer: Self.issuer)
    #expect(
      location.exposed
        == "https://a.example/cb?error=access_denied&error_description=The+person+has+refused."
        + "&" + Self.iss)
  }

  /// A state that would end the parameter, the URI or the header field.
  @Test func aStateStaysOneParameter() throws {
    let state = "a&code=b#c\r\nX: d%26é"
    let location = AuthorizationRedirect.code(Secret("c")).location(
      at: "https://a.example/cb", state: state, issuer: Self.issuer)
    #expect(
      location.exposed
        == "https://a.example/cb?code=c&state=a%26code%3Db%23c%0D%0AX%3A+d%2526%C3%A9&" + Self.iss)
  }
}
