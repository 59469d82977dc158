import Testing
import TestSupport
import TestHarness

@testable import JOSE

/// Attacks on the tokens, as they come over the wire: whatever is wrong, the bytes that go back are
/// the same, and only the log knows why. (`JOSETests` has the table of the verifier itself.)
struct JWTAttackTests {
  struct Attack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// What stands in the call's arguments beside `a` and `b`.
    let argument: String
    let reason: String

    /// A token with this header and payload, signed with `secret`.
    init(
      _ name: String, header: String = JWTAttackTests.header,
      payload: String = JWTAttackTests.payload(), secret: String = JWTHarness.secret,
      reason: TokenFailure
    ) {
      self.init(
        name, token: JWTAttackTests.token(header: header, payload: payload, secret: secret),
        reason: reason.rawValue)
    }

    init(_ name: String, token: String, reason: String) {
      self.init(name, argument: #""jwt_token":"\#(token)""#, reason: reason)
    }

    init(_ name: String, argument: String, reason: String) {
      (testDescription, self.argument, self.reason) = (name, argument, reason)
    }
  }

  static let key = mustMake(JWTHarness.secret)
  static let header = #"{"alg":"HS256","kid":"\#(key.id)","typ":"at+jwt"}"#
  static let now = ManualClock.start

  static func payload(
    issuer: String = #""calculator""#, audience: String = #""calculator""#,
    subject: String = #""anshika""#, expires: String = "\(now + 60)", issued: String = "\(now)",
    permissions: String = #"["calculate:basic"]"#, more: String = ""
  ) -> String {
    #"{"iss":\#(issuer),"aud":\#(audience),"sub":\#(subject),"exp":\#(expires),"iat":\#(issued),"#
      + #""jti":"1","permissions":\#(permissions)\#(more)}"#
  }

  static func token(
    header: String = header, payload: String = payload(), secret: String = JWTHarness.secret
  ) -> String {
    TokenSigner.compact(
      header: Array(header.utf8), payload: Array(payload.utf8), key: mustMake(secret))
  }

  static func mustMake(_ secret: String) -> HMACKey {
    do throws(HMACKeyError) {
      return try HMACKey(secret: Array(secret.utf8), allowingWeak: true)
    } catch {
      preconditionFailure("a secret of a test is empty")
    }
  }

  static func alg(_ alg: String) -> String {
    #"{"alg":\#(alg),"kid":"\#(key.id)","typ":"at+jwt"}"#
  }

  static func parts(_ change: (inout [Substring]) -> Void) -> String {
    var parts = token().split(separator: ".", omittingEmptySubsequences: false)
    change(&parts)
    return parts.joined(separator: ".")
  }

  static let attacks: [Attack] = [
    // S1 for tokens: types are checked, never coerced.
    Attack("S1 absent", argument: #""x":1"#, reason: "missing_credential"),
    Attack("S1 empty", argument: #""jwt_token":"""#, reason: "missing_credential"),
    Attack("S1 null", argument: #""jwt_token":null"#, reason: "missing_credential"),
    Attack("S1 array", argument: #""jwt_token":["\#(token())"]"#, reason: "malformed_credential"),
    // T1–T3: no algorithm but the key's own (RFC 8725 §2.1).
    Attack("T1 none", header: alg(#""none""#), reason: .wrongAlgorithm),
    Attack("T1 None", header: alg(#""None""#), reason: .wrongAlgorithm),
    Attack("T1 NONE", header: alg(#""NONE""#), reason: .wrongAlgorithm),
    Attack("T1 nOnE", header: alg(#""nOnE""#), reason: .wrongAlgorithm),
    Attack("T1 empty", header: alg(#""""#), reason: .wrongAlgorithm),
    Attack("T1 zzz", header: alg(#""zzz""#), reason: .wrongAlgorithm),
    Attack("T1 absent", header: #"{"kid":"\#(key.id)","typ":"at+jwt"}"#, reason: .wrongAlgorithm),
    Attack("T2 none, no signature", token: parts { $0[2] = "" }, reason: "wrong_signature"),
    Attack("T3 HS384 with the right secret", header: alg(#""HS384""#), reason: .wrongAlgorithm),
    Attack("T3 HS512 with the right secret", header: alg(#""HS512""#), reason: .wrongAlgorithm),
    Attack("T5 RS256 with the HMAC key", header: alg(#""RS256""#), reason: .wrongAlgorithm),
    Attack("T6 hs256", header: alg(#""hs256""#), reason: .wrongAlgorithm),
    Attack("T6 array", header: alg(#"["HS256"]"#), reason: .wrongAlgorithm),
    Attack("T6 number", header: alg("256"), reason: .wrongAlgorithm),
    Attack(
      "T6 twice", header: #"{"alg":"none","alg":"HS256","kid":"\#(key.id)","typ":"at+jwt"}"#,
      reason: .malformedHeader),
    // T7–T8: keys that the sender brings along (CVE-2018-0114).
    Attack(
      "T7 embedded jwk",
      header: #"{"alg":"HS256","kid":"\#(key.id)","typ":"at+jwt","jwk":{"kty":"oct","k":"AA"}}"#,
      reason: .embeddedKey),
    Attack(
      "T7 x5c", header: #"{"alg":"HS256","kid":"\#(key.id)","typ":"at+jwt","x5c":["MIIB"]}"#,
      reason: .embeddedKey),
    Attack(
      "T8 jku", header: #"{"alg":"HS256","kid":"x","typ":"at+jwt","jku":"http://127.0.0.1:1/k"}"#,
      reason: .embeddedKey),
    Attack(
      "T8 x5u", header: #"{"alg":"HS256","kid":"x","typ":"at+jwt","x5u":"http://127.0.0.1:1/k"}"#,
      reason: .embeddedKey),
    Attack(
      "T9 kid traversal", header: #"{"alg":"HS256","kid":"../../../dev/null","typ":"at+jwt"}"#,
      reason: .unknownKey),
    Attack(
      "T9 kid injection", header: #"{"alg":"HS256","kid":"x' OR '1'='1","typ":"at+jwt"}"#,
      reason: .unknownKey),
    Attack("T9 no kid", header: #"{"alg":"HS256","typ":"at+jwt"}"#, reason: .missingKeyID),
    // T10–T13
    Attack(
      "T10 crit", header: #"{"alg":"HS256","kid":"\#(key.id)","typ":"at+jwt","crit":["exp"]}"#,
      reason: .criticalExtension),
    Attack(
      "T10 b64", header: #"{"alg":"HS256","kid":"\#(key.id)","typ":"at+jwt","b64":false}"#,
      reason: .unencodedPayload),
    Attack("T11 no typ", header: #"{"alg":"HS256","kid":"\#(key.id)"}"#, reason: .wrongType),
    Attack(
      "T11 typ JWT", header: #"{"alg":"HS256","kid":"\#(key.id)","typ":"JWT"}"#, reason: .wrongType),
    Attack(
      "T12 a refresh token", header: #"{"alg":"HS256","kid":"\#(key.id)","typ":"refresh+jwt"}"#,
      reason: .wrongType),
    Attack("T13 JSON serialization", token: #"{\"payload\":\"e30\"}"#, reason: "not_three_parts"),
    Attack("T13 five parts", token: "a.b.c.d.e", reason: "not_three_parts"),
    Attack("T14 a nested token", payload: #""\#(token())""#, reason: .malformedPayload),
    // T15–T16: bytes have one spelling.
    Attack("T15 padding", token: token() + "=", reason: "not_base64url"),
    Attack("T15 a space", token: token() + " ", reason: "not_base64url"),
    Attack("T15 a question mark", token: parts { $0[1] = "?" + $0[1] }, reason: "not_base64url"),
    Attack(
      "T16 truncated signature", token: String(token().dropLast(3)), reason: "wrong_signature"),
    Attack("T16 longer signature", token: token() + "AAAA", reason: "wrong_signature"),
    Attack(
      "T16 borrowed signature",
      token: parts { parts in
        parts[2] = token(payload: payload(subject: #""x""#)).split(separator: ".")[2]
      }, reason: "wrong_signature"),
    // T17: keys that can be guessed sign nothing here.
    Attack("T17 signed with another secret", secret: "secret", reason: .wrongSignature),
    // T18–T20
    Attack("T18 expired by a second", payload: payload(expires: "\(now - 1)"), reason: .expired),
    Attack("T18 expires now", payload: payload(expires: "\(now)"), reason: .expired),
    Attack(
      "T18 exp a string", payload: payload(expires: "\"\(now + 60)\""), reason: .malformedExpiry),
    Attack("T18 exp 1e300", payload: payload(expires: "1e300"), reason: .malformedExpiry),
    Attack("T18 exp -1", payload: payload(expires: "-1"), reason: .malformedExpiry),
    Attack("T18 exp null", payload: payload(expires: "null"), reason: .malformedExpiry),
    Attack("T19 not yet", payload: payload(more: #","nbf":\#(now + 1)"#), reason: .notYetValid),
    Attack(
      "T19 issued tomorrow", payload: payload(issued: "\(now + 1)"), reason: .issuedInTheFuture),
    Attack("T20 another issuer", payload: payload(issuer: #""calc""#), reason: .wrongIssuer),
    Attack(
      "T20 issuer an array", payload: payload(issuer: #"["calculator"]"#), reason: .malformedIssuer),
    Attack(
      "T21 another audience", payload: payload(audience: #""calculator2""#), reason: .wrongAudience),
    Attack("T21 no audience", payload: payload(audience: "[]"), reason: .malformedAudience),
    // T22–T25
    Attack(
      "T22 a string", payload: payload(permissions: #""calculate:basic""#),
      reason: .malformedPermissions),
    Attack(
      "T22 65 of them",
      payload: payload(
        permissions: "[" + Array(repeating: #""x""#, count: 65).joined(separator: ",") + "]"),
      reason: .malformedPermissions),
    Attack("T23 no subject", payload: payload(subject: #""""#), reason: .malformedSubject),
    Attack("T23 controls", payload: payload(subject: #""a\u000a""#), reason: .malformedSubject),
    Attack(
      "T24 exp twice", payload: payload(more: #","exp":9999999999"#), reason: .malformedPayload),
    Attack("T25 payload an array", payload: "[]", reason: .malformedPayload),
    Attack(
      "T29 a mebibyte", token: String(repeating: "x", count: 1_000_000), reason: "token_too_long"),
  ]

  @Test(arguments: attacks)
  func fails(_ attack: Attack) throws {
    let server = try JWTHarness()
    let reply = server.send(Wire.call("add", #""a":1,"b":2,\#(attack.argument)"#))
    let refused = Wire.failure("Invalid or expired JWT token", kind: "authentication_failed")
    #expect(
      reply == refused.replacing(StdioHarness.serverInfo, with: JWTHarness.serverInfo))
    let log = server.takeLog()
    #expect(log.count == 1)
    #expect(log.first?.contains(#""reason":"\#(attack.reason)"}"#) == true, "\(log)")
    // The process lives, and a good token is still good.
    #expect(try server.call("add", #""a":1,"b":2,"jwt_token":"\#(Self.token())""#).text == "3")
  }

  /// T11: the full media type is the same type (RFC 7515 §4.1.9).
  @Test func theFullMediaTypeIsAccepted() throws {
    let header = #"{"alg":"HS256","kid":"\#(Self.key.id)","typ":"application/at+jwt"}"#
    let answer = try JWTHarness().call(
      "add", #""a":1,"b":2,"jwt_token":"\#(Self.token(header: header))""#)
    #expect(answer.text == "3")
  }

  /// One flipped bit anywhere in a token, all eight of each byte: refused.
  @Test func everyFlippedBitIsSeen() throws {
    let server = try JWTHarness()
    let token = Array(Self.token().utf8)
    func escaped(_ bytes: [UInt8]) -> String {
      bytes.map { #"\u00"# + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    func answer(_ token: [UInt8]) throws -> String {
      try server.call("add", #""a":1,"b":2,"jwt_token":"\#(escaped(token))""#).text
    }
    #expect(try answer(token) == "3")
    for index in token.indices {
      for bit in 0..<8 {
        var changed = token
        changed[index] ^= 1 << bit
        #expect(
          try answer(changed) == "Invalid or expired JWT token", "bit \(bit) of byte \(index)")
      }
    }
  }

  // MARK: What is accepted, and how far

  /// T34, RFC 6749 §3.3: names that this server does not know grant nothing and break nothing.
  @Test(arguments: [
    (#"["*"]"#, "Permission denied: this needs calculate:basic"),
    (
      #"["calculate:*","calculate:basic ","CALCULATE:BASIC",""]"#,
      "Permission denied: this needs calculate:basic"
    ),
    (#"["calculate:everything","calculate:basic","*"]"#, "3"),
    ("[]", "Permission denied: this needs calculate:basic"),
  ])
  func unknownPermissionsGrantNothing(_ permissions: String, _ text: String) throws {
    let server = try JWTHarness()
    let token = Self.token(payload: Self.payload(permissions: permissions))
    #expect(try server.call("add", #""a":1,"b":2,"jwt_token":"\#(token)""#).text == text)
    #expect(
      try server.call("power", #""a":1,"b":2,"jwt_token":"\#(token)""#).text
        == "Permission denied: this needs calculate:advanced")
    #expect(
      try server.call("whoami", #""jwt_token":"\#(token)""#).structuredContent?.permissions
        == (text == "3" ? ["calculate:basic"] : []))
    #expect(server.takeLog().count == 3)
  }

  // MARK: Refresh tokens

  /// What is wrong with the arguments of a call to `refresh_token`.
  static let badArguments = [
    #","permissions":5"#, #","permissions":["*"]"#, #","permissions":["tokens:manage"]"#,
    #","permissions":"calculate:basic""#, #","x":1"#, #","user_id":"mallory","expires_in":-1"#,
  ]

  /// T33, RFC 9700 §4.14.2: a used token ends its family, whatever else is wrong with the call.
  @Test(arguments: badArguments)
  func aUsedRefreshTokenWithBadArguments(_ arguments: String) throws {
    let server = try JWTHarness()
    let first = try server.call("generate_token", #""user_id":"anshika""#)
    let second = try server.call("refresh_token", #""refresh_token":"\#(first.refresh)""#)
    #expect(try server.call("whoami", #""jwt_token":"\#(second.access)""#).text.contains("anshika"))
    _ = server.takeLog()
    let refused = Wire.failure("Invalid or expired JWT token", kind: "authentication_failed")
    #expect(
      server.send(
        Wire.call("refresh_token", #""refresh_token":"\#(first.refresh)"\#(arguments)"#))
        == refused.replacing(StdioHarness.serverInfo, with: JWTHarness.serverInfo))
    let log = server.takeLog()
    #expect(log.count == 1)
    #expect(
      log.first?.contains(#""outcome":"unauthenticated","reason":"replayed_token"}"#) == true)
    for token in [first.access, second.access] {
      #expect(
        try server.call("whoami", #""jwt_token":"\#(token)""#).text
          == "Invalid or expired JWT token", "the family is over")
    }
  }

  /// A good token with bad arguments is not used up.
  @Test(arguments: badArguments)
  func aGoodRefreshTokenWithBadArguments(_ arguments: String) throws {
    let server = try JWTHarness()
    let first = try server.call("generate_token", #""user_id":"anshika""#)
    let refused = try server.call(
      "refresh_token", #""refresh_token":"\#(first.refresh)"\#(arguments)"#)
    #expect(refused.structuredContent == nil)
    #expect(refused.text != "Invalid or expired JWT token")
    let second = try server.call("refresh_token", #""refresh_token":"\#(first.refresh)""#)
    #expect(second.structuredContent?.expires_in == 3600)
  }

  // MARK: What the tools refuse

  @Test(arguments: [
    (
      "T26 tokens:manage", #""user_id":"x","permissions":["tokens:manage"]"#,
      "permissions may name only what this user has: calculate:basic, calculate:advanced."
    ),
    (
      "T26 a lifetime of -1", #""user_id":"x","expires_in":-1"#,
      "expires_in must be a whole number of seconds from 1 to 3600."
    ),
    (
      "T26 a lifetime of 1e12", #""user_id":"x","expires_in":1e12"#,
      "expires_in must be a whole number of seconds from 1 to 3600."
    ),
    (
      "T26 half a second", #""user_id":"x","expires_in":0.5"#,
      "expires_in must be a whole number of seconds."
    ),
    (
      "T26 a user with CRLF", #""user_id":"x\r\n""#,
      "user_id must have 1 to 256 bytes and no control characters."
    ),
    ("T26 no user", #""permissions":[]"#, "user_id must be a string."),
    (
      "T26 permissions a string", #""user_id":"x","permissions":"calculate:basic""#,
      "permissions must be an array of strings."
    ),
    (
      "T26 an unknown one", #""user_id":"x","permissions":["*"]"#,
      "permissions may name only: calculate:basic, calculate:advanced, tokens:manage."
    ),
    (
      "J8 __proto__", #""user_id":"x","__proto__":{}"#,
      "This tool takes user_id, permissions, expires_in, auth_token; remove every other argument."
    ),
  ])
  func generateRefuses(_ name: String, _ arguments: String, _ sentence: String) throws {
    let answer = try JWTHarness().call("generate_token", arguments)
    #expect(answer.text == sentence)
    #expect(answer.structuredContent == nil)
  }

  @Test func aUserOfAMebibyteIsRefused() throws {
    let name = String(repeating: "x", count: 1_000_000)
    #expect(
      try JWTHarness().call("generate_token", #""user_id":"\#(name)""#).text
        == "user_id must have 1 to 256 bytes and no control characters.")
  }

  @Test(arguments: ["", #","auth_token":"wrong-issuer-key-0123""#])
  func nobodyMintsWithoutTheIssuerKey(_ token: String) throws {
    let server = try JWTHarness(environment: [
      "JWT_SECRET": JWTHarness.secret, "CALCULATOR_ISSUER_KEY": "issuer-key-0123456789",
    ])
    #expect(
      try server.call("generate_token", #""user_id":"x"\#(token)"#).text == "Authentication failed")
    let issued = try server.call(
      "generate_token", #""user_id":"x","auth_token":"issuer-key-0123456789""#)
    #expect(issued.structuredContent?.permissions == ["calculate:basic", "calculate:advanced"])
  }

  /// C13: no token and no secret in the log, whatever is called.
  @Test func theLogHoldsNoToken() throws {
    let server = try JWTHarness()
    let pair = try server.call("generate_token", #""user_id":"anshika""#)
    _ = try server.call("add", #""a":1,"b":2,"jwt_token":"\#(pair.access)""#)
    _ = try server.call("add", #""a":1,"b":2,"jwt_token":"\#(pair.refresh)""#)
    _ = try server.call(
      "revoke_token", #""token":"\#(pair.refresh)","jwt_token":"\#(pair.access)""#)
    _ = try server.call("refresh_token", #""refresh_token":"\#(pair.refresh)""#)
    let log = server.takeLog().joined()
    for secret in [pair.access, pair.refresh, JWTHarness.secret] {
      #expect(!log.contains(secret.suffix(20)))
    }
  }
}
