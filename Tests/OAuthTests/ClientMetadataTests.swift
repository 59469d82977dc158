import JSON
import Support
import Testing

@testable import OAuth

struct ClientMetadataTests {
  private static let uris: JSONValue = ["https://client.example/cb"]

  private static func register(_ members: [(String, JSONValue)]) throws -> ClientMetadata {
    var object = JSONObject([("redirect_uris", uris)])
    for (name, value) in members { object[name] = value }
    return try ClientMetadata(registration: object)
  }

  /// RFC 7591 §2: the defaults; unknown members and `null` are ignored.
  @Test func aClientMaySayNothing() throws {
    let client = try Self.register([("unknown", ["a": 1]), ("client_name", .null)])
    #expect(client.name == nil)
    #expect(client.redirectURIs.map(\.text) == ["https://client.example/cb"])
    #expect(client.grantTypes == [.authorizationCode])
    #expect(client.authenticationMethod == .basic)
    #expect(client.scope == nil)
    #expect(client.applicationType == .web)
    #expect(client.clientURI == nil)
  }

  @Test func readsEveryMember() throws {
    let client = try Self.register([
      ("client_name", "Calculator client"), ("client_uri", "https://client.example/"),
      ("grant_types", ["refresh_token", "authorization_code", "implicit"]),
      ("response_types", ["code", "token"]), ("token_endpoint_auth_method", "none"),
      ("scope", "calculate:basic other"), ("application_type", "native"), ("jwks", [:]),
    ])
    #expect(client.name?.text == "Calculator client")
    #expect(client.clientURI == "https://client.example/")
    #expect(client.grantTypes == [.authorizationCode, .refreshToken])
    #expect(client.authenticationMethod == .none)
    #expect(client.scope?.scopes == ["calculate:basic", "other"])
    #expect(client.applicationType == .native)
  }

  /// Cursor sends a private scheme beside others.
  @Test func dropsRedirectURIsThatItNeverUses() throws {
    let client = try Self.register([
      (
        "redirect_uris",
        [
          "cursor://anysphere/cb", "https://a.example/cb", "http://a.example/",
          "https://a.example/cb",
          "http://localhost:1/cb", "javascript:alert(1)", "https://a.example/#b",
        ]
      )
    ])
    #expect(client.redirectURIs.map(\.text) == ["https://a.example/cb", "http://localhost:1/cb"])
  }

  /// OpenID Connect Dynamic Client Registration 1.0 §2
  @Test(
    arguments: [
      (["https://a.example/cb"], nil, .web), (["http://127.0.0.1/cb"], nil, .native),
      (["https://a.example/cb", "cursor://a/cb"], nil, .native),
      (["https://localhost/cb"], nil, .native), (["https://a.example/cb"], "native", .native),
      (["https://a.example/cb"], "tv", .web),
    ] as [([String], String?, ClientMetadata.ApplicationType)])
  func derivesTheApplicationType(
    _ uris: [String], _ type: String?, _ expected: ClientMetadata.ApplicationType
  ) throws {
    let client = try Self.register([
      ("redirect_uris", .array(uris.map { .string($0) })),
      ("application_type", type.map { .string($0) } ?? .null),
    ])
    #expect(client.applicationType == expected)
  }

  @Test(arguments: ["http://a.example", "javascript:alert(1)", "https://a@b/", ""])
  func dropsAClientURIThatIsNone(_ text: String) throws {
    #expect(try Self.register([("client_uri", .string(text))]).clientURI == nil)
  }

  private static let seventeen = JSONValue.array(
    (0..<17).map { .string("https://a.example/\($0)") })

  static let refused: [(name: String, member: (String, JSONValue), error: ClientMetadataError)] = [
    ("no redirect URI", ("redirect_uris", []), .noRedirectURI),
    ("null for redirect URIs", ("redirect_uris", .null), .noRedirectURI),
    ("only a private scheme", ("redirect_uris", ["cursor://a/cb"]), .noRedirectURI),
    ("only javascript", ("redirect_uris", ["javascript:alert(1)"]), .noRedirectURI),
    ("17 redirect URIs", ("redirect_uris", seventeen), .tooManyRedirectURIs),
    ("redirect URI is a number", ("redirect_uris", ["https://a/", 1]), .wrongType),
    ("redirect URIs are a text", ("redirect_uris", "https://a/"), .wrongType),
    ("name is an array", ("client_name", ["a"]), .wrongType),
    ("name of 1 kB", ("client_name", .string(String(repeating: "a", count: 1024))), .longName),
    ("name of 129 bytes", ("client_name", .string(String(repeating: "a", count: 129))), .longName),
    (
      "name of 43 characters in 129 bytes",
      ("client_name", .string(String(repeating: "\u{200B}", count: 43))), .longName
    ),
    ("no authorization code", ("grant_types", ["refresh_token"]), .unsupportedGrantType),
    ("no grant type", ("grant_types", []), .unsupportedGrantType),
    ("no code", ("response_types", ["token"]), .unsupportedResponseType),
    ("no response type", ("response_types", []), .unsupportedResponseType),
    ("private_key_jwt", ("token_endpoint_auth_method", "private_key_jwt"), .unsupportedMethod),
    ("method in upper case", ("token_endpoint_auth_method", "NONE"), .unsupportedMethod),
    ("empty method", ("token_endpoint_auth_method", ""), .unsupportedMethod),
    ("scope with a quote", ("scope", "a \"b"), .malformedScope),
    ("scope is an array", ("scope", ["a"]), .wrongType),
    ("application type is a number", ("application_type", 1), .wrongType),
    ("client URI is an object", ("client_uri", [:]), .wrongType),
  ]

  /// RFC 7591 §3.2.2
  @Test(arguments: refused.indices)
  func refuses(_ index: Int) {
    let (name, member, error) = Self.refused[index]
    #expect(throws: error, "\(name)") { try Self.register([member]) }
  }

  @Test func redirectURIsHaveAnErrorOfTheirOwn() {
    #expect(ClientMetadataError.noRedirectURI.problem.error == .invalidRedirectURI)
    #expect(ClientMetadataError.tooManyRedirectURIs.problem.error == .invalidRedirectURI)
    #expect(ClientMetadataError.unsupportedMethod.problem.error == .invalidClientMetadata)
  }

  // MARK: Names

  /// ATTACKS O80
  @Test(arguments: [
    ("plain", "Calculator", "Calculator"), ("accent", "Café", "Café"),
    ("HTML stays text", "<b>a</b>", "<b>a</b>"), ("NUL", "a\u{0}b", "ab"),
    ("line break", "a\r\nb", "ab"), ("escape", "a\u{1b}[31mb", "a[31mb"), ("C1", "a\u{9b}b", "ab"),
    ("right-to-left override", "evil\u{202E}elgoog", "evilelgoog"),
    ("isolate", "a\u{2066}b\u{2069}", "ab"), ("right-to-left mark", "a\u{200F}b", "ab"),
    ("Arabic letter mark", "a\u{61C}b", "ab"), ("zero-width space", "Goo\u{200B}gle", "Google"),
    ("joiner", "a\u{200D}b", "ab"), ("word joiner", "a\u{2060}b", "ab"),
    ("byte-order mark", "\u{FEFF}a", "a"), ("soft hyphen", "a\u{AD}b", "ab"),
    ("grapheme joiner", "a\u{34F}b", "ab"), ("Hangul filler", "a\u{3164}b", "ab"),
    ("variation selector", "a\u{FE0F}b", "ab"), ("tag", "a\u{E0041}b", "ab"),
    ("line separator", "a\u{2028}b", "ab"), ("paragraph separator", "a\u{2029}b", "ab"),
    ("private use", "a\u{E000}b", "ab"), ("spaces around", " \u{3000}a b\u{A0}", "a b"),
    ("128 bytes", String(repeating: "a", count: 128), String(repeating: "a", count: 128)),
  ])
  func aNameIsVisible(_ name: String, _ text: String, _ shown: String) throws {
    let client = try Self.register([("client_name", .string(text))])
    #expect(client.name?.text.utf8.elementsEqual(shown.utf8) == true)
  }

  /// ATTACKS O80
  @Test(arguments: ["", " ", "\u{200B}", "\u{202E}\u{0}", "\u{3164}"])
  func aNameThatIsInvisibleIsNone(_ text: String) throws {
    #expect(try Self.register([("client_name", .string(text))]).name == nil)
  }
}
