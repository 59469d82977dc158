import Testing
import TestSupport
import TestHarness

@testable import JOSE

/// Attacks with tokens over the wire. Every invalid token gets the same bytes, and only the log
/// contains the reason. The rows of `TokenAttack` also test the verifier alone, in `AuthTests`.
struct JWTAttackTests {
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
    CompactJWS.text(
      header: Array(header.utf8), payload: Array(payload.utf8), key: mustMake(secret))
  }

  static func mustMake(_ secret: String) -> HMACKey {
    do throws(HMACKeyError) {
      return try HMACKey(secret: Array(secret.utf8), allowingWeak: true)
    } catch {
      preconditionFailure("a secret of a test is empty")
    }
  }

  /// S1 for tokens: types are checked, never coerced.
  static let absent: [(name: String, argument: String, reason: String)] = [
    ("S1 absent", #""x":1"#, "missing_credential"),
    ("S1 empty", #""jwt_token":"""#, "missing_credential"),
    ("S1 null", #""jwt_token":null"#, "missing_credential"),
    ("S1 array", #""jwt_token":["\#(token())"]"#, "malformed_credential"),
  ]

  @Test(arguments: absent)
  func withoutAToken(_ name: String, _ argument: String, _ reason: String) throws {
    let server = try JWTHarness()
    try Self.expectRefusal(server, argument, reason)
    #expect(try server.call("add", #""a":1,"b":2,"jwt_token":"\#(Self.token())""#).text == "3")
  }

  @Test(arguments: TokenAttack.all)
  func fails(_ attack: TokenAttack) throws {
    let server = try JWTHarness(environment: [
      "JWT_SECRET": TokenAttack.secret, "JWT_ISSUER": TokenAttack.issuer,
      "JWT_AUDIENCE": TokenAttack.audience,
    ])
    server.clock.advance(seconds: TokenAttack.now - ManualClock.start)
    let token = attack.text { input, secret in
      Self.mustMake(secret).signature(over: Array(input.utf8)[...])
    }
    try Self.expectRefusal(server, #""jwt_token":"\#(Self.escaped(token))""#, attack.reason)
    // The server still runs, and accepts a valid token.
    let good = Self.token(
      header: TokenAttack.text(TokenAttack.header), payload: TokenAttack.text(TokenAttack.claims),
      secret: TokenAttack.secret)
    #expect(try server.call("add", #""a":1,"b":2,"jwt_token":"\#(good)""#).text == "3")
  }

  private static func expectRefusal(
    _ server: JWTHarness, _ argument: String, _ reason: String
  ) throws {
    let reply = server.send(Wire.call("add", #""a":1,"b":2,\#(argument)"#))
    let refused = Wire.failure("Invalid or expired JWT token", kind: "authentication_failed")
    #expect(
      reply == refused.replacing(StdioHarness.serverInfo, with: JWTHarness.serverInfo))
    let log = server.takeLog()
    #expect(log.count == 1)
    #expect(log.first?.contains(#""reason":"\#(reason)"}"#) == true, "\(log)")
  }

  /// The text as a part of a JSON string.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": #"\\#(scalar)"#
      case "\u{0}"..<" ":
        #"\u00"# + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }.joined()
  }

  /// T11: the full media type is the same type (RFC 7515 §4.1.9).
  @Test func theFullMediaTypeIsAccepted() throws {
    let header = #"{"alg":"HS256","kid":"\#(Self.key.id)","typ":"application/at+jwt"}"#
    let answer = try JWTHarness().call(
      "add", #""a":1,"b":2,"jwt_token":"\#(Self.token(header: header))""#)
    #expect(answer.text == "3")
  }

  /// A token with any one bit flipped is refused.
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

  // MARK: Accepted tokens

  /// T34, RFC 6749 §3.3: an unknown permission grants nothing, and the token stays valid.
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

  /// Invalid arguments of a call to `refresh_token`.
  static let badArguments = [
    #","permissions":5"#, #","permissions":["*"]"#, #","permissions":["tokens:manage"]"#,
    #","permissions":"calculate:basic""#, #","x":1"#, #","user_id":"mallory","expires_in":-1"#,
  ]

  /// T33, RFC 9700 §4.14.2: a used token ends its family, even if the call is otherwise invalid.
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

  /// Invalid arguments do not use up a valid token.
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

  // MARK: Refused arguments

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
      "generate_token takes user_id, permissions and expires_in, and auth_token for the "
        + "credential; remove every other argument."
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

  /// C13: the log contains no token and no secret.
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
