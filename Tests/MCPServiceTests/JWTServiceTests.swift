import Auth
import Foundation
import Testing
import TestSupport
import TestHarness

@testable import MCPService

/// The tools of `CalculatorJWT`, as a client sees them.
struct JWTServiceTests {
  @Test func listsItsTools() throws {
    let list = try #require(try JWTHarness().send(Wire.modern("tools/list")))
    #expect(
      list.matches(of: /"name":"([a-z_]+)","title"/).map { String($0.1) } == [
        "generate_token", "refresh_token", "revoke_token", "whoami", "add", "subtract", "multiply",
        "divide", "power", "modulo", "square_root",
      ])
  }

  @Test func answersAsOAuthDoes() throws {
    let pair = try JWTHarness().call("generate_token", #""user_id":"anshika","expires_in":60"#)
    #expect(pair.text == pair.access, "the text is the token")
    let answer = try #require(pair.structuredContent)
    #expect(answer.expires_in == 60)
    #expect(answer.expires_at == ManualClock.start + 60)
    #expect(answer.permissions == ["calculate:basic", "calculate:advanced"])
    #expect(pair.refresh.split(separator: ".").count == 3 && pair.refresh != pair.access)
  }

  /// JSON has one kind of number: 600.0 and 6e2 are the integer 600.
  @Test(arguments: ["600", "600.0", "6e2", "6.00E+2", "6000e-1"])
  func readsALifetimeInEverySpelling(_ number: String) throws {
    let pair = try JWTHarness().call(
      "generate_token", #""user_id":"anshika","expires_in":\#(number)"#)
    #expect(pair.structuredContent?.expires_in == 600)
  }

  /// `null` counts as absent: many clients write a missing argument as `null`.
  @Test func anOptionalArgumentMayBeNull() throws {
    let server = try JWTHarness()
    let pair = try server.call(
      "generate_token", #""user_id":"anshika","permissions":null,"expires_in":null"#)
    #expect(pair.structuredContent?.expires_in == 3600)
    #expect(pair.structuredContent?.permissions == ["calculate:basic", "calculate:advanced"])
    let next = try server.call(
      "refresh_token", #""permissions":null,"refresh_token":"\#(pair.refresh)""#)
    #expect(next.structuredContent?.permissions == ["calculate:basic", "calculate:advanced"])
  }

  /// The schema does not require a credential, because a model would invent one.
  @Test func noSchemaRequiresTheCredential() throws {
    struct List: Decodable {
      struct Result: Decodable { let tools: [Tool] }
      struct Tool: Decodable {
        struct Schema: Decodable {
          struct Property: Decodable {}
          let properties: [String: Property]
          let required: [String]
        }
        let inputSchema: Schema
      }
      let result: Result
    }
    let reply = try #require(try JWTHarness().send(Wire.modern("tools/list")))
    let schemas = try JSONDecoder().decode(List.self, from: Data(reply.utf8)).result.tools
      .map(\.inputSchema)
    let names: Set = ["auth_token", "jwt_token", "refresh_token"]
    #expect(names.allSatisfy { name in schemas.contains { $0.properties[name] != nil } })
    #expect(schemas.allSatisfy { names.isDisjoint(with: $0.required) })
  }

  @Test func aTokenLastsUntilItsEnd() throws {
    let server = try JWTHarness()
    let pair = try server.call("generate_token", #""user_id":"anshika","expires_in":60"#)
    let call = #""a":0.1,"b":0.2,"jwt_token":"\#(pair.access)""#
    #expect(try server.call("add", call).text == "0.3")
    server.clock.advance(seconds: 60)
    #expect(try server.call("add", call).text == "Invalid or expired JWT token")
    let next = try server.call("refresh_token", #""refresh_token":"\#(pair.refresh)""#)
    #expect(try server.call("add", #""a":0.1,"b":0.2,"jwt_token":"\#(next.access)""#).text == "0.3")
    #expect(
      try server.call("refresh_token", #""refresh_token":"\#(pair.refresh)""#).text
        == "Invalid or expired JWT token")
    #expect(
      try server.call("add", #""a":0.1,"b":0.2,"jwt_token":"\#(next.access)""#).text
        == "Invalid or expired JWT token", "the whole family is over")
  }

  @Test(arguments: [
    ("guest", "add", "Permission denied: this needs calculate:basic"), ("basic", "add", "3"),
    ("basic", "power", "Permission denied: this needs calculate:advanced"),
    ("advanced", "power", "1"), ("admin", "power", "1"),
  ])
  func rolesDecide(_ role: String, _ tool: String, _ text: String) throws {
    let server = try JWTHarness(environment: [
      "JWT_SECRET": JWTHarness.secret, "CALCULATOR_DEFAULT_ROLE": role,
    ])
    let pair = try server.call("generate_token", #""user_id":"anshika""#)
    #expect(try server.call(tool, #""a":1,"b":2,"jwt_token":"\#(pair.access)""#).text == text)
  }

  @Test func aTokenInMetaIsOutOfTheModelsSight() throws {
    let server = try JWTHarness()
    let token = try server.call("generate_token", #""user_id":"anshika""#).access
    let reply = server.send(
      Wire.call("add", #""a":1,"b":2"#, meta: #","calculator/jwt_token":"\#(token)""#))
    #expect(reply?.contains(#""structuredContent":{"result":3}"#) == true)
    let both = server.send(
      Wire.call(
        "add", #""a":1,"b":2,"jwt_token":"\#(token)""#,
        meta: #","calculator/jwt_token":"\#(token)""#))
    #expect(both?.contains("Invalid or expired JWT token") == true)
  }

  @Test func saysWhoIAm() throws {
    let server = try JWTHarness()
    let pair = try server.call("generate_token", #""user_id":"anshika","permissions":[]"#)
    let me = try server.call("whoami", #""jwt_token":"\#(pair.access)""#)
    #expect(me.text == "anshika, until 2026-07-28T01:00:00.000Z, may: nothing")
    #expect(me.structuredContent?.subject == "anshika")
    #expect(me.structuredContent?.permissions == [])
    #expect(me.structuredContent?.expires_at == ManualClock.start + 3600)
  }

  /// RFC 7009 §2.2: the reply to a revocation reveals nothing about the token.
  @Test func everyRevocationIsAnsweredAlike() throws {
    let server = try JWTHarness()
    let mine = try server.call("generate_token", #""user_id":"anshika""#)
    let other = try server.call("generate_token", #""user_id":"mallory""#)
    let answers = try [mine.access, mine.refresh, other.access, "rubbish"].map { token in
      try server.call("revoke_token", #""token":"\#(token)","jwt_token":"\#(other.access)""#).text
    }
    #expect(Set(answers.prefix(2)) == ["If it was a token that you may end, it is ended."])
    #expect(answers[2] == answers[0])
    #expect(try server.call("whoami", #""jwt_token":"\#(mine.access)""#).structuredContent != nil)
    #expect(try server.call("whoami", #""jwt_token":"\#(other.access)""#).structuredContent == nil)
  }

  // MARK: Configuration

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let environment: [String: String]
    let errors: [ConfigurationError]
  }

  @Test(arguments: [
    Row(
      testDescription: "no secret", environment: [:],
      errors: [.missingSecret(variable: "JWT_SECRET")]),
    Row(
      testDescription: "an empty secret counts as unset", environment: ["JWT_SECRET": ""],
      errors: [.missingSecret(variable: "JWT_SECRET")]),
    Row(
      testDescription: "31 bytes (T17)",
      environment: ["JWT_SECRET": "0123456789abcdef0123456789abcde"],
      errors: [.shortSecret(variable: "JWT_SECRET")]),
    Row(
      testDescription: "a placeholder",
      environment: ["JWT_SECRET": "replace-with-0123456789abcdef0123456789abcdef"],
      errors: [.placeholderSecret(variable: "JWT_SECRET")]),
    Row(
      testDescription: "a short previous one",
      environment: ["JWT_SECRET": JWTHarness.secret, "JWT_SECRET_PREVIOUS": "x"],
      errors: [.shortSecret(variable: "JWT_SECRET_PREVIOUS")]),
    Row(
      testDescription: "a day and a second",
      environment: ["JWT_SECRET": JWTHarness.secret, "JWT_TTL": "86401s"],
      errors: [.mustBe("JWT_TTL", "a number with s, m, h or d behind it, from 1s to 24h")]),
    Row(
      testDescription: "no time at all",
      environment: ["JWT_SECRET": JWTHarness.secret, "JWT_TTL": "0s"],
      errors: [.mustBe("JWT_TTL", "a number with s, m, h or d behind it, from 1s to 24h")]),
    Row(
      testDescription: "no unit",
      environment: ["JWT_SECRET": JWTHarness.secret, "JWT_REFRESH_TTL": "3600"],
      errors: [.mustBe("JWT_REFRESH_TTL", "a number with s, m, h or d behind it, from 1s to 365d")]),
    Row(
      testDescription: "61 seconds of leeway",
      environment: ["JWT_SECRET": JWTHarness.secret, "JWT_LEEWAY": "61s"],
      errors: [.mustBe("JWT_LEEWAY", "a number with s, m, h or d behind it, from 0s to 60s")]),
    Row(
      testDescription: "an issuer with a control character",
      environment: ["JWT_SECRET": JWTHarness.secret, "JWT_ISSUER": "a\nb"],
      errors: [.mustBe("JWT_ISSUER", "1 to 256 bytes without control characters")]),
    // Without these settings more is allowed, so an empty one is an error.
    Row(
      testDescription: "an empty issuer key",
      environment: ["JWT_SECRET": JWTHarness.secret, "CALCULATOR_ISSUER_KEY": ""],
      errors: [.emptyGuard(variable: "CALCULATOR_ISSUER_KEY")]),
    Row(
      testDescription: "an empty path of the issuer key",
      environment: ["JWT_SECRET": JWTHarness.secret, "CALCULATOR_ISSUER_KEY_FILE": ""],
      errors: [.emptyGuard(variable: "CALCULATOR_ISSUER_KEY_FILE")]),
    Row(
      testDescription: "an empty path of the users",
      environment: ["JWT_SECRET": JWTHarness.secret, "CALCULATOR_USERS": ""],
      errors: [.emptyGuard(variable: "CALCULATOR_USERS")]),
    Row(
      testDescription: "an unknown role",
      environment: ["JWT_SECRET": JWTHarness.secret, "CALCULATOR_DEFAULT_ROLE": "root"],
      errors: [
        .mustBe("CALCULATOR_DEFAULT_ROLE", "exactly guest, basic, advanced or admin")
      ]),
    Row(
      testDescription: "a short issuer key",
      environment: ["JWT_SECRET": JWTHarness.secret, "CALCULATOR_ISSUER_KEY": "x"],
      errors: [.invalidKey(variable: "CALCULATOR_ISSUER_KEY", .tooShort(1))]),
    Row(
      testDescription: "the issuer key signs tokens",
      environment: [
        "JWT_SECRET": JWTHarness.secret, "JWT_SECRET_PREVIOUS": JWTHarness.secret,
        "CALCULATOR_ISSUER_KEY": "issuer-key-0123456789,\(JWTHarness.secret)",
      ],
      errors: [
        .sameSecret(variable: "JWT_SECRET", other: "CALCULATOR_ISSUER_KEY"),
        .sameSecret(variable: "JWT_SECRET_PREVIOUS", other: "CALCULATOR_ISSUER_KEY"),
      ]),
    Row(
      testDescription: "users that are no file",
      environment: ["JWT_SECRET": JWTHarness.secret, "CALCULATOR_USERS": "/nowhere"],
      errors: [.unreadableFile(variable: "CALCULATOR_USERS", path: "/nowhere")]),
  ])
  func refusesToStart(_ row: Row) {
    let errors = #expect(throws: ConfigurationErrors.self) {
      try JWTConfiguration.read(environment: row.environment, file: nil)
    }
    #expect(errors?.all == row.errors)
    #expect(errors?.all.allSatisfy { !$0.description.contains("\n") } == true)
  }

  @Test func saysOnceThatEveryoneMayMint() throws {
    let configuration = try JWTConfiguration.read(environment: JWTHarness.environment, file: nil)
    #expect(
      configuration.warnings == [
        "CALCULATOR_ISSUER_KEY is not set: everyone who can write to the pipe can have tokens issued"
      ])
  }
}
