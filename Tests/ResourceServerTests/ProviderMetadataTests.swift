import HTTPClient
import JOSE
import OAuth
import Support
import TestSupport
import Testing

@testable import ResourceServer

struct ProviderMetadataTests {
  static let issuer = "https://idp.example/realms/one"

  /// RFC 8414 §3.1, §5, OpenID Connect Discovery 1.0 §4.
  @Test(arguments: [
    (
      "https://idp.example/realms/one",
      [
        "https://idp.example/.well-known/oauth-authorization-server/realms/one",
        "https://idp.example/.well-known/openid-configuration/realms/one",
        "https://idp.example/realms/one/.well-known/openid-configuration",
      ]
    ),
    (
      "https://idp.example/one/",
      [
        "https://idp.example/.well-known/oauth-authorization-server/one",
        "https://idp.example/.well-known/openid-configuration/one",
        "https://idp.example/one/.well-known/openid-configuration",
      ]
    ),
    (
      "https://idp.example//",
      [
        "https://idp.example/.well-known/oauth-authorization-server/",
        "https://idp.example/.well-known/openid-configuration/",
        "https://idp.example//.well-known/openid-configuration",
      ]
    ),
    (
      "https://idp.example",
      [
        "https://idp.example/.well-known/oauth-authorization-server",
        "https://idp.example/.well-known/openid-configuration",
      ]
    ),
    (
      "https://idp.example:8443/",
      [
        "https://idp.example:8443/.well-known/oauth-authorization-server",
        "https://idp.example:8443/.well-known/openid-configuration",
      ]
    ),
    (
      "http://127.0.0.1:8080",
      [
        "http://127.0.0.1:8080/.well-known/oauth-authorization-server",
        "http://127.0.0.1:8080/.well-known/openid-configuration",
      ]
    ),
    ("https://idp.example?tenant=1", []), ("https://idp.example/#a", []), ("https://", []),
    ("https:///one", []), ("ftp://idp.example", []), ("idp.example", []), ("", []),
    ("https://idp.example/ one", []), ("https://idp.example/é", []),
    ("https://anshika@idp.example", []),
  ])
  func theAddressesAreThoseOfTheStandards(_ issuer: String, _ addresses: [String]) {
    #expect(IssuerURL.metadataAddresses(of: issuer) == addresses)
  }

  static let keys = "https://idp.example/keys"
  static let introspection = "https://idp.example/introspect"
  static let document = """
    {"issuer":"\(issuer)","jwks_uri":"\(keys)","introspection_endpoint":"\(introspection)",\
    "scopes_supported":["openid"]}
    """

  @Test func readsADocument() throws {
    let metadata = try ProviderMetadata(Array(Self.document.utf8), issuer: Self.issuer)
    #expect(metadata[.keys] == Self.keys)
    #expect(metadata[.introspection] == Self.introspection)
    let least = try ProviderMetadata(Array(#"{"issuer":"a"}"#.utf8), issuer: "a")
    #expect([.keys, .token].allSatisfy { least[$0] == nil })
    #expect(least.tokenMethods == nil)
  }

  static let signIn = with(
    #""authorization_endpoint":"https://idp.example/authorize?tenant=1","#
      + #""token_endpoint":"https://idp.example/token","userinfo_endpoint":"https://idp.example/me","#
      + #""token_endpoint_auth_methods_supported":["client_secret_post"],"jwks_uri":"\#(keys)""#)

  /// OpenID Connect Discovery 1.0 §3
  @Test func readsTheEndpointsForSigningIn() throws {
    let metadata = try ProviderMetadata(Array(Self.signIn.utf8), issuer: Self.issuer)
    #expect(metadata[.authorization] == "https://idp.example/authorize?tenant=1")
    #expect(metadata[.token] == "https://idp.example/token")
    #expect(metadata[.userInfo] == "https://idp.example/me")
    #expect(metadata.tokenMethods == ["client_secret_post"])
  }

  /// A resource server needs none of them.
  @Test(arguments: ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"])
  func aMistakeInAnEndpointForSigningInDisablesThatEndpointOnly(_ name: String) throws {
    let text = Self.signIn.replacing(#""\#(name)":"https:"#, with: #""\#(name)":"gopher:"#)
    let metadata = try ProviderMetadata(Array(text.utf8), issuer: Self.issuer)
    #expect(metadata[try #require(.init(rawValue: name))] == nil)
    #expect(metadata[.keys] == Self.keys)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    let error: ProviderMetadataError
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ error: ProviderMetadataError) {
      (self.name, self.text, self.error) = (name, text, error)
    }
  }

  static func with(_ member: String) -> String { #"{"issuer":"\#(issuer)",\#(member)}"# }

  static let bad =
    [
      Row("not JSON", "{", .malformed), Row("an array", "[]", .malformed),
      Row("an OAuth error", #"{"error":"server_error"}"#, .malformed),
      Row("no issuer", #"{"jwks_uri":"\#(keys)"}"#, .malformed),
      Row("the issuer is a number", #"{"issuer":1}"#, .malformed),
      Row("the issuer twice", with(#""issuer":"\#(issuer)""#), .malformed),
      Row("over 64 KiB", with(#""a":"\#(String(repeating: "a", count: 65_536))""#), .tooLong),
      Row("jwks_uri is a number", with(#""jwks_uri":1"#), .malformed),
      Row("jwks_uri is null", with(#""jwks_uri":null"#), .malformed),
      Row("jwks_uri is an array", with(#""jwks_uri":["\#(keys)"]"#), .malformed),
      Row(
        "introspection_endpoint is an object", with(#""introspection_endpoint":{}"#), .malformed),
    ]
    + [
      "", "/keys", "//idp.example/keys", "file://idp.example/keys", "gopher://idp.example/",
      "https://", "https:///keys", "https://?a", "https://idp.example/#a",
      "https://idp.example@evil.example/", "https://idp.example/ ",
      "https://idp.example/\\u000d\\u000aA: b",
      "https://idp.example/é", "https://idp.example/" + String(repeating: "a", count: 2048),
    ].map { Row("jwks_uri is \($0)", with(#""jwks_uri":"\#($0)""#), .malformed) }
    + [
      "https://idp.example/realms/one/", "https://idp.example/realms/On", "HTTPS://idp.example",
      "https://idp.example/realms/two", "",
    ].map {
      Row(
        "O20 the issuer is \($0)", #"{"issuer":"\#($0)","jwks_uri":"\#(keys)"}"#, .wrongIssuer($0))
    }

  /// O20
  @Test(arguments: bad)
  func refuses(_ row: Row) {
    #expect(throws: row.error) { try ProviderMetadata(Array(row.text.utf8), issuer: Self.issuer) }
  }

  // MARK: Discovery

  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let answers: [FakeProvider.Answer]
    let result: Result<String, ProviderFailure>
    /// How many of the addresses are asked.
    let requests: Int
    var testDescription: String { name }

    init(
      _ name: String, _ answers: [FakeProvider.Answer], _ result: Result<String, ProviderFailure>,
      requests: Int
    ) {
      (self.name, self.answers, self.result, self.requests) = (name, answers, result, requests)
    }
  }

  static let good = FakeProvider.Answer.json(document)
  static let notFound = FakeProvider.Answer.response(404, document)
  static let cases = [
    Case("the first", [good], .success(keys), requests: 1),
    Case("the second", [notFound, good], .success(keys), requests: 2),
    Case("the third", [notFound, notFound, good], .success(keys), requests: 3),
    Case("none", [notFound, notFound, notFound], .failure(.noMetadata), requests: 3),
    Case("500 is tried further", [.response(500, document), good], .success(keys), requests: 2),
    Case("not JSON", [.json("<html>"), good], .success(keys), requests: 2),
    Case(
      "200 with an error", [.json(#"{"error":"server_error"}"#), good], .success(keys), requests: 2),
    Case("too large", [.error(.tooLarge), good], .success(keys), requests: 2),
    Case(
      "without jwks_uri", [.json(#"{"issuer":"\#(issuer)"}"#), good], .success(keys), requests: 2),
    Case(
      "O20 another issuer ends it", [.json(#"{"issuer":"https://evil.example"}"#), good],
      .failure(.wrongIssuer("https://evil.example")), requests: 1),
    Case(
      "O21 a redirect is not followed",
      [.response(302, document, [("Location", "https://evil.example/")]), notFound, notFound],
      .failure(.noMetadata), requests: 3),
    Case(
      "no response ends it", [.error(.timeout), good], .failure(.noResponse(.timeout)), requests: 1),
  ]

  /// RFC 8414 §3, O20, O21
  @Test(arguments: cases)
  func discovers(_ row: Case) async {
    let addresses = IssuerURL.metadataAddresses(of: Self.issuer)
    let provider = FakeProvider(
      Dictionary(uniqueKeysWithValues: zip(addresses, row.answers).map { ($0, $1) }))
    var asked: String?
    let result: Result<String, ProviderFailure>
    do throws(ProviderFailure) {
      result = .success(
        try await Discovery.url(of: .keys, issuer: Self.issuer, http: provider, asked: &asked))
    } catch { result = .failure(error) }
    #expect(result == row.result)
    #expect(asked == addresses[row.requests - 1])
    #expect(
      provider.takeRequests()
        == addresses[..<row.requests].map { "GET \($0)\nAccept: application/json" })
  }

  /// Each failure has its reason in the log, and no two have the same.
  @Test func eachFailureHasItsReason() {
    let all: [ProviderFailure] = [
      .noResponse(.timeout), .noResponse(.unreachable), .wrongStatus(500), .noMetadata,
      .wrongIssuer("a"), .invalidKeys(.malformed), .invalidKeys(.tooLong), .noUsableKey,
      .malformedResponse,
    ]
    #expect(Set(all.map(\.reason)).count == all.count)
  }
}
