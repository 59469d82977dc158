private import Support

/// A token that must be refused as an access token, and the reason in the audit log. The signature
/// is valid unless the row says otherwise, so that only the attacked rule can refuse the token.
///
/// Two test suites use this table: the verifier alone (`AuthTests`) and `CalculatorJWT` over its
/// wire (`AttackTests`). Each makes the text with its own keys. The file is long because it is this
/// table.
package struct TokenAttack: Sendable, CustomStringConvertible {
  /// The row of ATTACKS.md.
  package let id: String
  package let name: String
  /// The reason in the audit log.
  package let reason: String
  private let header: String
  private let payload: String
  private let signer: String
  private let shape: @Sendable (Parts) -> String

  package var description: String { "\(id) \(name)" }

  /// A token in the compact serialization (RFC 7515 §7.1): each part in Base64url.
  package struct Parts {
    package let header: String
    package let payload: String
    package let signature: String
    package var token: String { "\(header).\(payload).\(signature)" }
  }

  private init(
    _ id: String, _ name: String, _ reason: String, header: String = text(Self.header),
    payload: String = text(Self.claims), signer: String = Self.secret,
    shape: @escaping @Sendable (Parts) -> String = { $0.token }
  ) {
    (self.id, self.name, self.reason) = (id, name, reason)
    (self.header, self.payload, self.signer, self.shape) = (header, payload, signer, shape)
  }

  /// The text of the token.
  /// - Parameter sign: HMAC-SHA-256 of `input` with the key `secret`.
  package func text(sign: (_ input: String, _ secret: String) -> [UInt8]) -> String {
    let (header, payload) = (Self.base64(header), Self.base64(payload))
    let signature = Base64.url.text(of: sign("\(header).\(payload)", signer))
    return shape(Parts(header: header, payload: payload, signature: signature))
  }

  // MARK: The valid token

  /// The values of the verifier under attack.
  package static let secret = "0123456789abcdef0123456789abcdef"
  package static let issuer = "https://calculator"
  package static let audience = "mcp"
  /// In seconds since 1970.
  package static let now = 1_790_000_000
  /// RFC 7638 §3: the thumbprint of `secret`.
  package static let keyID = "XOBEfwKZzZgziWfq7yZzhEKNQfihBMioCzRbNmqUH0Y"
  /// A secret that no verifier has.
  static let stranger = "fedcba9876543210fedcba9876543210"

  /// Names and JSON texts, in the order of the signer.
  package static let header: [(String, String)] = [
    ("alg", #""HS256""#), ("kid", #""\#(keyID)""#), ("typ", #""at+jwt""#),
  ]
  package static let claims: [(String, String)] = [
    ("iss", #""\#(issuer)""#), ("sub", #""anshika""#), ("aud", #""\#(audience)""#),
    ("iat", "1790000000"), ("exp", "1790003600"), ("jti", #""1""#),
    ("permissions", #"["calculate:basic"]"#),
  ]

  /// The JSON text of `members`. A change has the name of a member, old or new, and its JSON text;
  /// `nil` removes it.
  package static func text(
    _ members: [(String, String)], _ changes: [String: String?] = [:]
  ) -> String {
    let kept = members.compactMap { name, text -> (String, String)? in
      guard let change = changes[name] else { return (name, text) }
      return change.map { (name, $0) }
    }
    let new = changes.filter { name, _ in !members.contains { $0.0 == name } }
    let all = kept + new.sorted { $0.key < $1.key }.compactMap { n, t in t.map { (n, $0) } }
    return "{" + all.map { #""\#($0)":\#($1)"# }.joined(separator: ",") + "}"
  }

  /// The object `text` with one more member at its start.
  static func text(_ member: String, before text: String) -> String {
    "{\(member),\(String(decoding: text.utf8.dropFirst(), as: UTF8.self))"
  }

  static func base64(_ text: String) -> String { Base64.url.text(of: Array(text.utf8)) }

  /// The text without its last `count` bytes.
  private static func cut(_ text: String, by count: Int) -> String {
    String(decoding: text.utf8.dropLast(count), as: UTF8.self)
  }

  /// A JSON string of `count` letters.
  package static func quoted(_ letter: String, _ count: Int) -> String {
    #""\#(String(repeating: letter, count: count))""#
  }

  /// A JSON array of `count` strings.
  package static func strings(_ count: Int) -> String {
    "[" + Array(repeating: #""p""#, count: count).joined(separator: ",") + "]"
  }

  // MARK: Kinds of rows

  private static func headers(
    _ id: String, _ reason: String, _ rows: [(name: String, changes: [String: String?])]
  ) -> [TokenAttack] {
    rows.map { TokenAttack(id, $0.name, reason, header: text(header, $0.changes)) }
  }

  private static func payloads(
    _ id: String, _ reason: String, _ rows: [(name: String, changes: [String: String?])]
  ) -> [TokenAttack] {
    rows.map { TokenAttack(id, $0.name, reason, payload: text(claims, $0.changes)) }
  }

  private static func texts(
    _ id: String, _ reason: String, _ rows: [(name: String, shape: @Sendable (Parts) -> String)]
  ) -> [TokenAttack] {
    rows.map { TokenAttack(id, $0.name, reason, shape: $0.shape) }
  }

  package static let all: [TokenAttack] =
    forms + algorithms + noAlgorithm + demands + types + keys + times + parties + shapes + objects

  // MARK: The form: RFC 7515 §5.2, §7.1

  package static let forms: [TokenAttack] =
    texts(
      "T13", "not_three_parts",
      [
        ("one part", { $0.header }), ("two parts", { "\($0.header).\($0.payload)" }),
        ("four parts", { "\($0.token).\($0.signature)" }),
        ("a point behind", { "\($0.token)." }), ("a point before", { ".\($0.token)" }),
        ("two points together", { "\($0.header)..\($0.payload).\($0.signature)" }),
        ("a JWE of five parts", { "\($0.header)...\($0.payload).\($0.signature)" }),
        (
          "JSON serialization",
          {
            #"{"protected":"\#($0.header)","payload":"\#($0.payload)","signature":"\#($0.signature)"}"#
          }
        ),
      ])
    + texts(
      "T13", "not_base64url",
      [
        (
          "JSON serialization with two points inside",
          { #"{"a":"..","protected":"\#($0.header)","payload":"\#($0.payload)","signature":""}"# }
        )
      ])
    + texts(
      "T13", "malformed_header",
      [
        ("points alone", { _ in ".." }), ("no header", { ".\($0.payload).\($0.signature)" }),
      ])
    + texts(
      "T13", "missing_kid",
      [("header and payload swapped", { "\($0.payload).\($0.header).\($0.signature)" })])
    // RFC 7515 §2, RFC 4648 §3.5: bytes have one encoding.
    + texts(
      "T15", "not_base64url",
      [
        ("padding behind the token", { "\($0.token)=" }),
        ("padding behind the header", { "\($0.header)=.\($0.payload).\($0.signature)" }),
        ("a space before", { " \($0.token)" }), ("a space behind", { "\($0.token) " }),
        ("a line feed behind", { "\($0.token)\n" }),
        ("a line feed in the payload", { "\($0.header).\n\($0.payload).\($0.signature)" }),
        ("NUL behind", { "\($0.token)\u{0}" }),
        ("a byte-order mark before", { "\u{FEFF}\($0.token)" }),
        ("Bearer before", { "Bearer \($0.token)" }),
        ("a question mark", { "\($0.header)?.\($0.payload).\($0.signature)" }),
        ("plus of the other alphabet", { "\($0.header).\($0.payload).+\($0.signature)" }),
        ("slash of the other alphabet", { "\($0.header).\($0.payload)./\($0.signature)" }),
        ("a letter that is no ASCII", { "\($0.header).\($0.payload).é\($0.signature)" }),
        ("one character in a group", { "\($0.header).A.\($0.signature)" }),
        ("a signature cut by 2 characters", { cut($0.token, by: 2) }),
      ])
    + texts(
      "T16", "wrong_signature",
      [
        ("no payload", { "\($0.header)..\($0.signature)" }),
        ("no signature", { "\($0.header).\($0.payload)." }),
        ("a signature cut by 3 characters", { cut($0.token, by: 3) }),
        ("more before the signature", { "\($0.header).\($0.payload).AAAA\($0.signature)" }),
        ("more behind the signature", { "\($0.token)AAAA" }),
        (
          "a signature of zeros",
          { "\($0.header).\($0.payload).\(String(repeating: "A", count: 43))" }
        ),
      ])
    + [
      .init("T16", "the signature of another key", "wrong_signature", signer: stranger),
      .init(
        "T16", "the signature of another token", "wrong_signature",
        payload: text(claims, ["sub": #""x""#]),
        shape: { "\($0.header).\(base64(text(claims))).\($0.signature)" }),
      .init("T17", "the signature of a secret of six letters", "wrong_signature", signer: "secret"),
    ]
    + texts(
      "T29", "token_too_long",
      [
        ("a megabyte", { _ in String(repeating: "x", count: 1_000_000) }),
        ("a megabyte of points", { _ in String(repeating: ".", count: 1_000_000) }),
        ("a megabyte behind the token", { $0.token + String(repeating: "A", count: 1_000_000) }),
      ])

  // MARK: The algorithm is the key's: RFC 8725 §2.1, §3.1

  package static let algorithms: [TokenAttack] =
    headers(
      "T1", "wrong_algorithm",
      [
        ("no alg", ["alg": nil]), ("alg is empty", ["alg": #""""#]),
        ("alg is zzz", ["alg": #""zzz""#]), ("alg is null", ["alg": "null"]),
        ("alg is one of encryption", ["alg": #""dir""#, "enc": #""A256GCM""#]),
      ])
    + headers(
      "T3", "wrong_algorithm",
      [("alg is HS384", ["alg": #""HS384""#]), ("alg is HS512", ["alg": #""HS512""#])])
    + headers(
      "T5", "wrong_algorithm",
      [("alg is RS256", ["alg": #""RS256""#]), ("alg is ES256", ["alg": #""ES256""#])])
    + headers(
      "T6", "wrong_algorithm",
      [
        ("alg in small letters", ["alg": #""hs256""#]),
        ("alg with a space behind", ["alg": #""HS256 ""#]),
        ("alg with NUL behind", ["alg": #""HS256\u0000""#]),
        ("alg in full-width digits", ["alg": #""HS２５６""#]),
        ("alg is an array", ["alg": #"["HS256"]"#]), ("alg is a number", ["alg": "256"]),
        ("alg is an object", ["alg": #"{"HS256":true}"#]),
      ])
    + headers(
      "T6", "malformed_header", [("alg twice, one of them escaped", [#"al\u0067"#: #""none""#])])
    + [
      .init(
        "T6", "alg twice", "malformed_header",
        header: text(#""alg":"none""#, before: text(header)))
    ]

  /// Each of the 16 spellings of `none`, with the right signature and with an empty one.
  package static let noAlgorithm: [TokenAttack] = (0..<16).flatMap { spelling in
    let none = String(
      "none".enumerated().map { index, letter in
        spelling >> index & 1 == 1 ? Character(letter.uppercased()) : letter
      })
    let header = text(header, ["alg": #""\#(none)""#])
    return [
      TokenAttack("T1", "alg is \(none)", "wrong_algorithm", header: header),
      TokenAttack(
        "T2", "alg is \(none), an empty signature", "wrong_algorithm", header: header,
        shape: { "\($0.header).\($0.payload)." }),
    ]
  }

  // MARK: Header members that demand more: RFC 7515 §4.1.2 to §4.1.6, §4.1.11, RFC 7797 §6

  package static let demands: [TokenAttack] =
    headers(
      "T7", "embedded_key",
      [
        (
          "jwk with the key that signed",
          ["jwk": #"{"kty":"oct","k":"\#(base64(secret))"}"#]
        ), ("x5c", ["x5c": #"["MIIB"]"#]), ("jwk is null", ["jwk": "null"]),
      ])
    + [
      .init(
        "T7", "jwk, signed with the key it brings", "embedded_key",
        header: text(header, ["jwk": #"{"kty":"oct","k":"\#(base64(stranger))"}"#]),
        signer: stranger)
    ]
    + headers(
      "T8", "embedded_key",
      [
        ("jku", ["jku": #""https://attacker.example/keys""#]),
        ("jku of this machine", ["kid": #""x""#, "jku": #""http://127.0.0.1:1/k""#]),
        ("x5u", ["x5u": #""https://attacker.example/cert""#]),
      ])
    + headers(
      "T10", "critical_extension",
      [
        ("crit", ["crit": #"["exp"]"#, "exp": "1790003600"]), ("crit is empty", ["crit": "[]"]),
        ("crit is null", ["crit": "null"]),
        ("b64 with crit", ["b64": "false", "crit": #"["b64"]"#]),
      ])
    + headers(
      "T10", "unencoded_payload",
      [("b64 is false", ["b64": "false"]), ("b64 is true", ["b64": "true"])])

  // MARK: The type: RFC 8725 §3.11, RFC 9068 §4

  package static let types: [TokenAttack] =
    headers(
      "T11", "wrong_type",
      [
        ("no typ", ["typ": nil]), ("typ is JWT", ["typ": #""JWT""#]),
        ("typ is empty", ["typ": #""""#]), ("typ is application/", ["typ": #""application/""#]),
        ("typ with application/ twice", ["typ": #""application/application/at+jwt""#]),
        ("typ of another tree", ["typ": #""text/at+jwt""#]),
        ("typ with a parameter", ["typ": #""at+jwt;v=1""#]),
        ("typ with a space", ["typ": #"" at+jwt""#]), ("typ is an array", ["typ": #"["at+jwt"]"#]),
        ("typ is null", ["typ": "null"]),
      ])
    + headers("T12", "wrong_type", [("a refresh token", ["typ": #""refresh+jwt""#])])

  // MARK: The key's name: RFC 7515 §4.1.4, RFC 8725 §3.10

  package static let keys: [TokenAttack] =
    headers(
      "T9", "missing_kid",
      [
        ("no kid", ["kid": nil]), ("kid is a number", ["kid": "1"]),
        ("kid is null", ["kid": "null"]), ("kid is an array", ["kid": #"["\#(keyID)"]"#]),
      ])
    + headers(
      "T9", "unknown_key",
      [
        ("kid is empty", ["kid": #""""#]), ("kid is unknown", ["kid": #""\#(base64(stranger))""#]),
        ("kid is a path", ["kid": #""../../../dev/null""#]),
        ("kid is SQL", ["kid": #""x' OR '1'='1""#]),
        ("kid is a command", ["kid": #""|/bin/true""#]),
        ("kid is cut", ["kid": #""\#(cut(keyID, by: 1))""#]),
        ("kid with NUL behind", ["kid": #""\#(keyID)\u0000""#]),
        ("kid in other letters", ["kid": #""\#(keyID.lowercased())""#]),
      ])

  // MARK: Times: RFC 7519 §4.1.4 to §4.1.6

  package static let times: [TokenAttack] =
    payloads(
      "T18", "expired",
      [
        ("expired by a second", ["exp": "1789999999"]),
        ("expired by a millisecond", ["exp": "1789999999.999"]),
        ("expires now", ["exp": "1790000000"]),
        ("expires within this millisecond", ["exp": "1790000000.0009"]),
        ("expired in 1970", ["exp": "0"]),
        ("expires at zero, with an exponent", ["exp": "0e999999999999999999999"]),
      ])
    + payloads(
      "T18", "malformed_exp",
      [
        ("no exp", ["exp": nil]), ("exp is a string", ["exp": #""1790003600""#]),
        ("exp is 1e300", ["exp": "1e300"]), ("exp is 1e6144", ["exp": "1e6144"]),
        ("exp is in the year 10000", ["exp": "253402300800"]),
        ("exp is in milliseconds", ["exp": "1790003600000"]),
        ("exp is over 64 bits", ["exp": "18446744075499555216"]), ("exp is -1", ["exp": "-1"]),
        ("exp is -0", ["exp": "-0"]), ("exp is null", ["exp": "null"]),
        ("exp is true", ["exp": "true"]), ("exp is an array", ["exp": "[1790003600]"]),
        // Names are compared as bytes: a similar name is another claim, which is ignored.
        ("exp in Cyrillic letters", ["exp": nil, "ехр": "1790003600"]),
      ])
    + payloads("T18", "malformed_payload", [("exp is NaN", ["exp": "NaN"])])
    + payloads(
      "T19", "not_yet_valid",
      [
        ("nbf in a second", ["nbf": "1790000001"]),
        ("nbf in a millisecond", ["nbf": "1790000000.001"]),
      ])
    + payloads(
      "T19", "malformed_nbf",
      [
        ("nbf is null", ["nbf": "null"]), ("nbf is a string", ["nbf": #""0""#]),
        ("nbf is -1", ["nbf": "-1"]),
      ])
    + payloads("T19", "issued_in_the_future", [("iat in a second", ["iat": "1790000001"])])
    + payloads(
      "T19", "malformed_iat",
      [
        ("no iat", ["iat": nil]), ("iat is a string", ["iat": #""1790000000""#]),
        ("iat is 1e300", ["iat": "1e300"]),
      ])

  // MARK: Issuer and audience: RFC 7519 §4.1.1, §4.1.3, RFC 8725 §3.8, §3.9

  package static let parties: [TokenAttack] =
    payloads(
      "T20", "malformed_iss",
      [
        ("no iss", ["iss": nil]), ("iss is empty", ["iss": #""""#]),
        ("iss is an array", ["iss": #"["\#(issuer)"]"#]),
      ])
    + payloads(
      "T20", "wrong_issuer",
      [
        ("iss is another", ["iss": #""https://attacker.example""#]),
        ("iss is cut", ["iss": #""https://calc""#]),
        ("iss goes on", ["iss": #""https://calculator.attacker.example""#]),
        ("iss with a slash", ["iss": #""https://calculator/""#]),
        ("iss in capitals", ["iss": #""HTTPS://calculator""#]),
      ])
    + payloads(
      "T21", "malformed_aud",
      [
        ("no aud", ["aud": nil]), ("aud is null", ["aud": "null"]),
        ("aud is an empty array", ["aud": "[]"]),
        ("aud has a number in it", ["aud": #"["mcp",1]"#]),
        ("aud has an array in it", ["aud": #"[["mcp"]]"#]),
        ("aud is an object", ["aud": #"{"mcp":true}"#]),
      ])
    + payloads(
      "T21", "wrong_audience",
      [
        ("aud is empty", ["aud": #""""#]), ("aud is another", ["aud": #""other""#]),
        ("aud is ours and more", ["aud": #""mcp2""#]),
        ("aud is others", ["aud": #"["other","another"]"#]),
        ("aud has ours inside", ["aud": #""mcp other""#]),
        ("aud is a part of ours", ["aud": #"["mc","cp"]"#]), ("aud is a star", ["aud": #""*""#]),
      ])

  // MARK: The shape of the other claims: ASVS 15.3.5, RFC 7519 §4.1.2

  package static let shapes: [TokenAttack] =
    payloads(
      "T22", "malformed_permissions",
      [
        ("no permissions", ["permissions": nil]),
        ("permissions is a string", ["permissions": #""calculate:basic""#]),
        ("permissions is a star", ["permissions": #""*""#]),
        ("permissions is null", ["permissions": "null"]),
        ("permissions is true", ["permissions": "true"]),
        ("permissions is an object", ["permissions": #"{"calculate:basic":true}"#]),
        ("a number in permissions", ["permissions": #"["calculate:basic",1]"#]),
        ("an array in permissions", ["permissions": #"[["calculate:basic"]]"#]),
        ("65 permissions", ["permissions": strings(65)]),
      ])
    + payloads(
      "T22", "token_too_long", [("10,000 permissions", ["permissions": strings(10_000)])])
    + payloads(
      "T23", "malformed_sub",
      [
        ("no sub", ["sub": nil]), ("sub is empty", ["sub": #""""#]),
        ("sub is a number", ["sub": "1"]), ("sub with CRLF", ["sub": #""a\r\nb""#]),
        ("sub with a line feed", ["sub": #""a\u000a""#]), ("sub with NUL", ["sub": #""a\u0000""#]),
        ("sub with an escape sequence", ["sub": #""\u001b[2J""#]),
        ("sub with DEL", ["sub": #""\u007f""#]), ("sub with a C1 control", ["sub": #""\u009b""#]),
        ("sub of 257 bytes", ["sub": quoted("a", 257)]),
        ("sub of 129 letters of 2 bytes", ["sub": quoted("é", 129)]),
      ])
    + payloads(
      "T23", "malformed_jti",
      [
        ("no jti", ["jti": nil]), ("jti is empty", ["jti": #""""#]),
        ("jti is a number", ["jti": "1"]), ("jti of 257 bytes", ["jti": quoted("a", 257)]),
      ])
    + payloads(
      "T23", "malformed_family",
      [
        ("family is a number", ["family": "1"]), ("family is null", ["family": "null"]),
        ("family is empty", ["family": #""""#]),
      ])

  // MARK: Header and payload are strict JSON objects: RFC 7519 §4, §7.2 (10)

  package static let objects: [TokenAttack] =
    [
      ("T14", "a nested token in quotes", #""e30.e30.e30""#),
      ("T14", "a nested token", "e30.e30.e30"),
      ("T24", "sub twice", text(#""sub":"admin""#, before: text(claims))),
      ("T24", "exp twice, once escaped", text(#""e\u0078p":1"#, before: text(claims))),
      ("T25", "an array", "[]"), ("T25", "an array of claims", "[\(text(claims))]"),
      ("T25", "a string", #""sub""#), ("T25", "null", "null"), ("T25", "no JSON", "Test"),
      ("T25", "nothing", ""), ("T25", "a byte-order mark", "\u{FEFF}" + text(claims)),
      ("T25", "a second object behind", text(claims) + "{}"),
    ].map { TokenAttack($0.0, "\($0.1) as payload", "malformed_payload", payload: $0.2) }
    + [
      ("an array", "[]"), ("a string", #""HS256""#), ("null", "null"), ("nothing", ""),
      ("a trailing comma", cut(text(header), by: 1) + ",}"),
      ("something behind", text(header) + "x"),
      ("a byte-order mark", "\u{FEFF}" + text(header)),
      ("65 deep", #"{"a":\#(String(repeating: "[", count: 65))"#),
    ].map { TokenAttack("T25", "\($0.0) as header", "malformed_header", header: $0.1) }
}
