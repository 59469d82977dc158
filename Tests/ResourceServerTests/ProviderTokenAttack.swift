import Auth
import Support
import TestSupport

@testable import JOSE

/// A token that must be refused, and why. Its signature is valid unless the row says otherwise. The
/// file is long because it is this table.
struct ProviderTokenAttack: Sendable, CustomStringConvertible {
  /// The row of ATTACKS.md.
  let id: String
  let name: String
  let token: String
  let error: AuthenticationError

  var description: String { "\(id) \(name)" }

  init(_ id: String, _ name: String, _ token: String, _ error: AuthenticationError) {
    (self.id, self.name, self.token, self.error) = (id, name, token, error)
  }

  init(_ id: String, _ name: String, _ token: String, _ error: JWTError) {
    self.init(id, name, token, .invalidToken(error))
  }

  private static func claims(
    _ id: String, _ error: JWTError, _ rows: [(String, [String: String?])]
  ) -> [ProviderTokenAttack] {
    rows.map { .init(id, $0.0, TestIssuer.token($0.1), error) }
  }

  private static func headers(
    _ id: String, _ error: JWTError, _ rows: [(String, [String: String?])]
  ) -> [ProviderTokenAttack] {
    rows.map { .init(id, $0.0, TestIssuer.token(header: $0.1), error) }
  }

  static let all = keys + audiences + issuers + times + claims + scopes + forms

  // MARK: Keys and algorithms: RFC 8725 §2.1, §3.1

  /// The public key in a form that an HMAC of a careless verifier would take.
  private static func hmac(_ secret: String) -> String {
    guard let key = try? HMACKey(secret: Array(secret.utf8)) else { fatalError("too short") }
    let members = [
      ("alg", #""HS256""#), ("kid", #""rsa""#), ("typ", #""at+jwt""#),
    ]
    return CompactJWS.text(
      header: Array(TokenAttack.text(members).utf8),
      payload: Array(TokenAttack.text(TestIssuer.claims).utf8), key: key)
  }

  private static func unsigned(_ algorithm: String) -> String {
    let token = TestIssuer.token(header: ["alg": #""\#(algorithm)""#])
    let end = token.utf8.lastIndex(of: UInt8(ascii: ".")) ?? token.utf8.endIndex
    return String(token[...end])
  }

  static let keys: [ProviderTokenAttack] =
    [
      .init("O1", "HS256 with the JWK as secret", hmac(TestSigningKey.rsa.jwk()), .wrongAlgorithm),
      .init(
        "O1", "HS256 with the modulus as secret", hmac(TestSigningKey.rsa.members[4].1),
        .wrongAlgorithm),
    ]
    + ["none", "None", "NONE", "nOnE", "", " none"].map {
      .init("O1", "unsigned with alg \"\($0)\"", unsigned($0), .wrongAlgorithm)
    }
    + headers(
      "O1", .wrongAlgorithm,
      [
        ("no alg", ["alg": nil]), ("alg of another key", ["alg": #""RS256""#]),
        ("alg in lower case", ["alg": #""eddsa""#]), ("alg as array", ["alg": #"["EdDSA"]"#]),
      ])
    + headers(
      "O1", .embeddedKey,
      [
        ("jwk", ["jwk": TestSigningKey.ed25519.jwk()]),
        ("jku", ["jku": #""https://idp.example/jwks""#]),
        ("x5u", ["x5u": #""https://idp.example/chain""#]), ("x5c", ["x5c": "[]"]),
      ])
    + headers(
      "O1", .missingKeyID, [("no kid", ["kid": nil]), ("kid is a number", ["kid": "1"])])
    + headers(
      "O1", .unknownKey,
      [("unknown kid", ["kid": #""other""#]), ("kid is a path", ["kid": #""../ed""#])])
    + [
      .init(
        "O1", "the kid of another key", TestIssuer.token(key: .ed25519("ed", seed: 8)),
        .wrongSignature),
      .init(
        "O1", "a PSS signature for RS256",
        TestIssuer.token(header: ["alg": #""RS256""#], key: .rsaPSS.named("rsa")), .wrongSignature),
    ]
    // RFC 9068 §4, RFC 8725 §3.11
    + headers(
      "O5", .wrongType,
      [
        ("typ JWT", ["typ": #""JWT""#]), ("no typ", ["typ": nil]), ("typ null", ["typ": "null"]),
        ("typ is empty", ["typ": #""""#]), ("typ of a logout token", ["typ": #""logout+jwt""#]),
        ("typ of a refresh token", ["typ": #""rt+jwt""#]),
        ("typ at+jwt and more", ["typ": #""at+jwt;""#]),
      ])

  // MARK: Audiences: RFC 7519 §4.1.3, RFC 9068 §4

  static let audiences: [ProviderTokenAttack] =
    claims(
      "O3", .wrongAudience,
      [
        ("another server", ["aud": #""https://other.example/mcp""#]),
        ("an array without us", ["aud": #"["https://a.example","https://b.example"]"#]),
        ("an empty array", ["aud": "[]"]), ("empty", ["aud": #""""#]),
        ("a prefix of ours", ["aud": #""https://mcp.example""#]),
        ("ours is a prefix", ["aud": #""https://mcp.example/mcp/more""#]),
        ("another case", ["aud": #""https://MCP.example/mcp""#]),
        ("a slash more", ["aud": #""https://mcp.example/mcp/""#]),
        ("the default port", ["aud": #""https://mcp.example:443/mcp""#]),
        ("scopes as audience", ["aud": #""calculate:basic""#]),
        ("ours in a list", ["aud": #""https://mcp.example/mcp https://b.example""#]),
        ("the issuer", ["aud": #""https://idp.example""#]),
      ])
    + claims(
      "O3", .malformedClaim("aud"),
      [
        ("no aud", ["aud": nil]), ("a number", ["aud": "1"]), ("null", ["aud": "null"]),
        ("an array with a number", ["aud": #"["https://mcp.example/mcp",1]"#]),
        ("an object", ["aud": #"{"https://mcp.example/mcp":1}"#]),
      ])

  // MARK: Issuers: RFC 7519 §4.1.1, RFC 9068 §4

  static let issuers: [ProviderTokenAttack] =
    claims(
      "O2", .wrongIssuer,
      [
        ("a slash more", ["iss": #""https://idp.example/""#]),
        ("another case", ["iss": #""https://IDP.example""#]),
        ("another issuer", ["iss": #""https://other.example""#]),
        ("another tenant", ["iss": #""https://idp.example/other""#]),
        ("http", ["iss": #""http://idp.example""#]), ("empty", ["iss": #""""#]),
      ])
    + claims(
      "O2", .malformedClaim("iss"),
      [("no iss", ["iss": nil]), ("an array", ["iss": #"["https://idp.example"]"#])])
    + [
      .init(
        "O2", "another issuer's valid token",
        TestIssuer.token(["iss": #""https://other.example""#], key: .ed25519("theirs", seed: 9)),
        JWTError.unknownKey)
    ]

  // MARK: Times: RFC 7519 §4.1.4 to §4.1.6, with a leeway of 30 s

  static let times: [ProviderTokenAttack] =
    claims(
      "O4", .expired,
      [
        ("exp 30 s ago", ["exp": "1789999970"]), ("exp 0", ["exp": "0"]),
        ("exp with a fraction", ["exp": "1789999970.0"]),
      ])
    + claims("O4", .notYetValid, [("nbf in 30.001 s", ["nbf": "1790000030.001"])])
    + claims("O4", .issuedInTheFuture, [("iat in 31 s", ["iat": "1790000031"])])
    + ["exp", "nbf", "iat"].flatMap { name in
      claims(
        "O4", .malformedClaim(name),
        [
          ("\(name) as text", [name: #""1790000000""#]), ("\(name) null", [name: "null"]),
          ("\(name) negative", [name: "-1"]), ("\(name) 2^63", [name: "9223372036854775808"]),
          ("\(name) 1e300", [name: "1e300"]), ("\(name) in the year 10000", [name: "253402300800"]),
        ])
    }
    + claims("O4", .malformedClaim("exp"), [("no exp", ["exp": nil])])
    + claims("O4", .malformedClaim("iat"), [("no iat", ["iat": nil])])

  // MARK: Subjects, clients, proof of possession

  static let claims: [ProviderTokenAttack] =
    claims(
      "O8", .malformedClaim("sub"),
      [
        ("no sub", ["sub": nil]), ("sub is empty", ["sub": #""""#]),
        ("sub is a number", ["sub": "1"]),
        ("a line feed in sub", ["sub": #""a\nb""#]), ("DEL in sub", ["sub": #""a\u007f""#]),
        ("sub of 257 bytes", ["sub": TokenAttack.quoted("a", 257)]),
      ])
    + ["client_id", "azp", "cid", "appid"].flatMap { name in
      claims(
        "O8", .malformedClaim(name),
        [
          ("\(name) is a number", [name: "1"]), ("\(name) is empty", [name: #""""#]),
          ("a line feed in \(name)", [name: #""a\nb""#]),
        ])
    }
    + [
      ("a certificate", #"{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}"#),
      ("a DPoP key", #"{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}"#),
      ("an empty cnf", "{}"), ("cnf null", "null"),
    ].map { .init("O6", "bound to \($0.0)", TestIssuer.token(["cnf": $0.1]), .boundToken) }

  // MARK: Scopes: RFC 6749 §3.3, RFC 8693 §4.2

  static let scopes: [ProviderTokenAttack] =
    claims(
      "O7", .malformedClaim("scope"),
      [
        ("scope as array", ["scope": #"["calculate:basic"]"#]), ("scope as number", ["scope": "1"]),
        ("scope as object", ["scope": "{}"]), ("scope null", ["scope": "null"]),
        ("two spaces", ["scope": #""a  b""#]), ("a space before", ["scope": #"" a""#]),
        ("a space behind", ["scope": #""a ""#]), ("a space alone", ["scope": #"" ""#]),
        (
          "257 scopes",
          ["scope": "\"" + Array(repeating: "s", count: 257).joined(separator: " ") + "\""]
        ),
      ])
    + claims(
      "O7", .malformedClaim("scp"),
      [
        ("scp as number", ["scp": "1"]), ("scp with a number", ["scp": #"["a",1]"#]),
        ("scp with two spaces", ["scp": #""a  b""#]),
        ("257 scopes in scp", ["scope": nil, "scp": TokenAttack.strings(257)]),
      ])

  // MARK: Forms: RFC 7515 §7.1, RFC 7516 §9, RFC 8259

  static let forms: [ProviderTokenAttack] = [
    .init("O1", "8193 bytes", long(8193), .tooLong),
    .init("O1", "a JWE", "e30.a.b.c.d", .notThreeParts),
    .init("O1", "an opaque token", "2YotnFZFEjr1zCsicMWpAA", .notThreeParts),
    .init(
      "O1", "a JWE in a JWS",
      TestIssuer.token(
        header: TokenAttack.text(TestIssuer.header(of: .ed25519), ["cty": #""JWT""#]),
        payload: "e30.a.b.c.d"),
      .malformedPayload),
    .init(
      "O1", "a claim twice",
      TestIssuer.token(
        header: TokenAttack.text(TestIssuer.header(of: .ed25519)),
        payload:
          #"{"aud":"\#(TestIssuer.audience)",\#(rest(TokenAttack.text(TestIssuer.claims)))"#),
      .malformedPayload),
    .init(
      "O1", "alg twice",
      TestIssuer.token(
        header: #"{"alg":"none",\#(rest(TokenAttack.text(TestIssuer.header(of: .ed25519))))"#,
        payload: TokenAttack.text(TestIssuer.claims)),
      .malformedHeader),
    .init(
      "O1", "an extension that is critical", TestIssuer.token(header: ["crit": #"["exp"]"#]),
      .criticalExtension),
  ]

  /// An object without its first brace.
  private static func rest(_ object: String) -> String {
    String(decoding: object.utf8.dropFirst(), as: UTF8.self)
  }

  /// A valid token, filled up to so many bytes.
  static func long(_ length: Int) -> String {
    for padding in (length * 3 / 4 - 600)..<length {
      for space in ["", "a", "aa"] {
        let token = TestIssuer.token(
          ["x": TokenAttack.quoted("a", padding)], header: ["y": "\"\(space)\""])
        if token.utf8.count == length { return token }
        if token.utf8.count > length + 4 { fatalError("no token has \(length) bytes") }
      }
    }
    fatalError("no token has \(length) bytes")
  }
}
