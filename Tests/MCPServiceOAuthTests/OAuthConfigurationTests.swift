import Auth
import Calculator
import HTTPClient
import MCPService
import MCPServiceHTTP
import Support
import Synchronization
import TestSupport
import Testing

@testable import MCPServiceOAuth

struct OAuthConfigurationTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let changes: [String: String?]
    let errors: [String]
  }

  static let place =
    "has no place in CalculatorOAuth, which accepts only tokens of the identity provider; unset it"

  @Test(arguments: [
    Row(testDescription: "the least", changes: [:], errors: []),
    Row(
      testDescription: "the least on one machine",
      changes: [
        "CALCULATOR_OAUTH_ISSUER": "http://localhost:9", "CALCULATOR_BASE_URL": "http://[::1]:8080",
        "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
      ], errors: []),
    Row(
      testDescription: "nothing",
      changes: ["CALCULATOR_OAUTH_ISSUER": nil, "CALCULATOR_BASE_URL": nil],
      errors: [
        "CALCULATOR_BASE_URL: is not set; set it to a scheme and a name, without a path and without / at its end, such as https://calculator.example",
        "CALCULATOR_OAUTH_ISSUER: is not set; set it to a URL, such as https://login.example/realms/main",
      ]),
    Row(
      testDescription: "credentials of other servers",
      changes: [
        "CALCULATOR_API_KEY": "correct-horse-battery-staple", "CALCULATOR_API_KEY_FILE": "/x",
        "CALCULATOR_REQUIRE_AUTH": "false",
      ],
      errors: [
        "CALCULATOR_API_KEY: \(place)", "CALCULATOR_API_KEY_FILE: \(place)",
        "CALCULATOR_REQUIRE_AUTH: \(place)",
      ]),
    Row(
      testDescription: "what is on anyway", changes: ["CALCULATOR_REQUIRE_AUTH": "true"], errors: []
    ),
    Row(
      testDescription: "an issuer without TLS",
      changes: ["CALCULATOR_OAUTH_ISSUER": "http://idp.example"],
      errors: [
        "CALCULATOR_OAUTH_ISSUER: must begin with https:// (http:// only to this machine, with CALCULATOR_OAUTH_ALLOW_LOOPBACK=true); set it to a URL such as https://login.example/realms/main"
      ]),
    Row(
      testDescription: "an issuer with a query",
      changes: ["CALCULATOR_OAUTH_ISSUER": "https://idp.example/?a=b"],
      errors: [
        "CALCULATOR_OAUTH_ISSUER: has a query; set it to a URL such as https://login.example/realms/main"
      ]),
    Row(
      testDescription: "an issuer with a user",
      changes: ["CALCULATOR_OAUTH_ISSUER": "https://a:b@idp.example"],
      errors: [
        "CALCULATOR_OAUTH_ISSUER: must be a URL without a user, spaces and a fragment; set it to a URL such as https://login.example/realms/main"
      ]),
    Row(
      testDescription: "a public address without TLS",
      changes: ["CALCULATOR_BASE_URL": "http://mcp.example"],
      errors: [
        "CALCULATOR_BASE_URL: must begin with https://, except on this machine; set it to a URL such as https://calculator.example"
      ]),
    Row(
      testDescription: "a base URL with a path",
      changes: ["CALCULATOR_BASE_URL": "https://mcp.example/"],
      errors: [
        "CALCULATOR_BASE_URL: must be a scheme and a name, without a path and without / at its end, such as https://calculator.example; correct it"
      ]),
    Row(
      testDescription: "a port that does not exist",
      changes: ["CALCULATOR_BASE_URL": "https://mcp.example:65536"],
      errors: [
        "CALCULATOR_BASE_URL: must be a scheme and a name, without a path and without / at its end, such as https://calculator.example; correct it"
      ]),
    Row(
      testDescription: "a colon without a port",
      changes: ["CALCULATOR_BASE_URL": "https://mcp.example:"],
      errors: [
        "CALCULATOR_BASE_URL: must be a scheme and a name, without a path and without / at its end, such as https://calculator.example; correct it"
      ]),
    Row(
      testDescription: "an authority on this machine beside another error",
      changes: [
        "CALCULATOR_OAUTH_ISSUER": "idp", "CALCULATOR_AUTHORITY_URL": "http://localhost:9/",
        "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
      ],
      errors: [
        "CALCULATOR_OAUTH_ISSUER: must begin with https://; set it to a URL such as https://login.example/realms/main"
      ]),
    Row(
      testDescription: "the metadata in place of the issuer",
      changes: [
        "CALCULATOR_OAUTH_ISSUER": "https://idp.example/main/.well-known/openid-configuration"
      ],
      errors: [
        "CALCULATOR_OAUTH_ISSUER: is the address of the metadata, not the issuer; set it to what issuer is in this document, often the text before /.well-known"
      ]),
    Row(
      testDescription: "a type in another case",
      changes: ["CALCULATOR_OAUTH_TOKEN_TYPES": "jwt"],
      errors: [
        "CALCULATOR_OAUTH_TOKEN_TYPES: must be one or more of at+jwt, JWT, absent, written exactly so, with commas between them, such as at+jwt,JWT; for the default: unset CALCULATOR_OAUTH_TOKEN_TYPES"
      ]),
    Row(
      testDescription: "JSON in place of a path",
      changes: ["CALCULATOR_OAUTH_SCOPES": #"{"scopes": {"hunter2": "basic"}}"#],
      errors: [
        "CALCULATOR_OAUTH_SCOPES: has JSON, but the value is the path of a JSON file; write the JSON into a file, and set the variable to its path"
      ]),
    Row(
      testDescription: "a proxy with TLS",
      changes: ["CALCULATOR_OAUTH_PROXY": "https://proxy.example:3128"],
      errors: [
        "CALCULATOR_OAUTH_PROXY: must begin with http://; set it to a URL such as http://proxy.example:3128"
      ]),
    Row(
      testDescription: "an algorithm that no public key has",
      changes: ["CALCULATOR_OAUTH_ALGORITHMS": "RS256,HS256"],
      errors: [
        "CALCULATOR_OAUTH_ALGORITHMS: must be one or more of RS256, PS256, ES256, EdDSA, written exactly so, with commas between them, such as ES256,EdDSA; for the default: unset CALCULATOR_OAUTH_ALGORITHMS"
      ]),
    Row(
      testDescription: "half of an introspection",
      changes: ["CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID": "calculator"],
      errors: [
        "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET: is not set, but CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID is; set both, or unset CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID"
      ]),
    Row(
      testDescription: "a token for no authority",
      changes: ["CALCULATOR_AUTHORITY_TOKEN": "correct-horse-battery-staple"],
      errors: [
        "CALCULATOR_AUTHORITY_URL: is not set, but CALCULATOR_AUTHORITY_TOKEN is; set both, or unset CALCULATOR_AUTHORITY_TOKEN"
      ]),
    Row(
      testDescription: "S19 a placeholder as the token for the authority",
      changes: [
        "CALCULATOR_AUTHORITY_URL": "https://a.example/x",
        "CALCULATOR_AUTHORITY_TOKEN": "replace-with-the-token",
      ],
      errors: [
        "CALCULATOR_AUTHORITY_TOKEN: is a placeholder that nobody filled in; set it to the secret that the other service issued"
      ]),
    Row(
      testDescription: "two authorities",
      changes: [
        "CALCULATOR_AUTHORITY_URL": "https://a.example/x", "CALCULATOR_AUTHORITY_FILE": "/x",
      ],
      errors: [
        "CALCULATOR_AUTHORITY_URL: CALCULATOR_AUTHORITY_FILE is also set; unset one of them"
      ]),
    Row(
      testDescription: "an introspection URL alone",
      changes: ["CALCULATOR_OAUTH_INTROSPECTION_URL": "https://idp.example/ask"],
      errors: [
        "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID: is not set, but CALCULATOR_OAUTH_INTROSPECTION_URL is; set both, or unset CALCULATOR_OAUTH_INTROSPECTION_URL"
      ]),
  ])
  func reads(_ row: Row) { #expect(OAuthHarness.errors(row.changes) == row.errors) }

  /// ATTACKS L3: a token on a public address without TLS is an error, as other credentials are.
  @Test func noTokensOverPlainHTTPInPublic() {
    let errors = OAuthHarness.errors([:], host: "0.0.0.0")
    #expect(errors.count == 1)
    #expect(
      errors.first?.contains(
        "--host: '0.0.0.0' without TLS would expose every credential on the network") == true)
  }

  /// ATTACKS O40, O49: the operator has named these origins and no other, and loopback only by its
  /// setting.
  @Test(arguments: [true, false])
  func outboundRequestsFollowTheSettings(_ isDevelopment: Bool) throws {
    let seen = Mutex<(origins: Set<Origin>, settings: CurlClient.Settings)?>(nil)
    let oauth = OAuthConfiguration(offering: CalculatorServer.oauth) { origins, settings in
      seen.withLock { $0 = (origins, settings) }
      return TestProvider()
    }
    let all: [String: String?] = [
      "CALCULATOR_OAUTH_JWKS_URL": "https://keys.example/a",
      "CALCULATOR_OAUTH_INTROSPECTION_URL": "https://ask.example/a",
      "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID": "calculator",
      "CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET": "correct-horse-battery-staple",
      "CALCULATOR_AUTHORITY_URL": "https://authority.example:8443/a",
      "CALCULATOR_OAUTH_PROXY": "http://proxy.example:3128",
      "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
    ]
    _ = try oauth.read(
      environment: OAuthHarness.variables(isDevelopment ? all : [:]), file: nil, host: "127.0.0.1",
      after: .none)
    let (origins, settings) = try #require(seen.withLock { $0 })
    let urls =
      isDevelopment
      ? [
        TestIssuer.url, "https://keys.example", "https://ask.example",
        "https://authority.example:8443",
      ] : [TestIssuer.url]
    #expect(origins == Set(urls.compactMap(Origin.init(of:))))
    #expect(settings.allowsLoopback == isDevelopment)
    #expect(settings.proxy == (isDevelopment ? "http://proxy.example:3128" : nil))
    #expect(settings.caFile == nil)
  }

  /// A server whose protection could not be made does not start, even if no error says why.
  @Test func withoutAProtectionThereIsNoConfiguration() {
    var reader = EnvironmentReader(.oauth, environment: Environment(), file: nil)
    let errors = #expect(throws: ConfigurationErrors.self) {
      try HTTPConfiguration.read(from: &reader, host: "127.0.0.1", guests: .admin, protect: nil)
    }
    #expect(errors?.all.map(\.variable) == ["CALCULATOR_OAUTH_ISSUER"])
  }

  @Test func aScopesFileHasALine() throws {
    let file = try TemporaryFile("{\"scopes\":\n{\"calc\":[\"calculate:everything\"]}}")
    let errors = OAuthHarness.errors(["CALCULATOR_OAUTH_SCOPES": file.path])
    #expect(errors.count == 1)
    #expect(
      errors.first?.hasBytes(atStart: "CALCULATOR_OAUTH_SCOPES: '\(file.path)': line 2: ") == true)
  }
}
