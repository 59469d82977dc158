import Foundation
import JSON
import Testing
import TestSupport

/// The release binary and third-party libraries verify each other's tokens: PyJWT, joserfc,
/// jwcrypto and the openssl command.
@Suite(.enabled(if: Python.areThere, "\(Python.hint)"))
struct TokenCrossingTests {
  static let secret = "a-secret-for-tests-0123456789abcdef0123456789abcdef0123456789abcdef"
  static let issuer = "https://calculator.example"
  static let audience = "https://calculator.example/mcp"
  static let libraries = ["PyJWT", "joserfc", "jwcrypto"]

  static func environment(secret: String = secret) -> [String: String] {
    ["JWT_SECRET": secret, "JWT_ISSUER": issuer, "JWT_AUDIENCE": audience]
  }

  // MARK: Tokens of this project

  @Test func othersTakeWhatWeIssue() throws {
    let token = try Self.issue()
    let checked = try Self.check(token)
    for library in Self.libraries {
      let outcome = checked[library]?.object
      let header = outcome?["header"]?.object
      let claims = try #require(outcome?["claims"]?.object, "\(library) refused it")
      #expect(header?["alg"] == "HS256")
      #expect(header?["typ"] == "at+jwt")  // RFC 9068 §2.1
      #expect(claims["iss"] == .string(Self.issuer))
      #expect(claims["sub"] == "anshika")
      #expect(claims["aud"] == .string(Self.audience))
      #expect(claims["permissions"] == ["calculate:basic"])
      let times = ["iat", "exp"].compactMap { name -> Int? in
        if case .number(let number) = claims[name] { Int(number.text) } else { nil }
      }
      #expect(times.count == 2 && times[1] - times[0] == 600)
      #expect(claims["jti"]?.string?.isEmpty == false)
      // RFC 7638 §3: two libraries compute the thumbprint, and both get the `kid` of the header.
      if library != "PyJWT" { #expect(outcome?["thumbprint"] == header?["kid"]) }
    }
  }

  /// The checks of the script can fail; otherwise the test above would prove little.
  @Test func othersRefuseWhatSomebodyElseIssued() throws {
    let checked = try Self.check(
      try Self.issue(Self.environment(secret: String(Self.secret.reversed()))))
    let refusals = Self.libraries.map { checked[$0]?.object?["refused"]?.string }
    #expect(refusals == ["InvalidSignatureError", "BadSignatureError", "InvalidJWSSignature"])
  }

  // MARK: Tokens of other libraries

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var secret = TokenCrossingTests.secret
    var algorithm = "HS256"
    /// The expiry in seconds from now.
    var expiry = 600
    /// `nil` if the token is valid; otherwise the reason that the command prints.
    var refusal: String?
  }

  static let cases = [
    Case(testDescription: "ours in all"),
    Case(
      testDescription: "another secret", secret: String(secret.reversed()),
      refusal: "wrong_signature"),
    Case(testDescription: "HS384", algorithm: "HS384", refusal: "wrong_algorithm"),
    Case(testDescription: "expired", expiry: -1, refusal: "expired"),
  ]

  @Test(arguments: cases)
  func takesWhatOthersMake(_ sample: Case) throws {
    let now = Int(Date().timeIntervalSince1970)
    let claims: JSONValue = [
      "iss": .string(Self.issuer), "sub": "anshika", "aud": .string(Self.audience),
      "iat": .number(JSONNumber(now - 60)), "exp": .number(JSONNumber(now + sample.expiry)),
      "jti": "made-elsewhere", "permissions": ["calculate:basic"],
    ]
    let made = try Self.run(
      "make",
      [
        "secret": .string(sample.secret), "algorithm": .string(sample.algorithm),
        "header": ["typ": "at+jwt", "kid": .string(try Self.keyID())], "claims": claims,
      ])
    for maker in Self.libraries + ["openssl"] {
      let token = try #require(made[maker]?.string)
      let (status, output, errors) = try Self.command(["verify"], input: token)
      if let refusal = sample.refusal {
        #expect(status == 1, "\(maker)")
        #expect(output == "", "\(maker)")
        #expect(errors.contains(refusal), "\(maker)")
      } else {
        #expect(status == 0, "\(maker): \(errors)")
        let lines = output.split(separator: "\n")
        #expect(lines.count == 1, "\(maker): one line of JSON")
        let shown = try JSONParser.parse(Array(lines.joined().utf8)).object
        for (name, value) in claims.object?.members.map({ ($0.name, $0.value) }) ?? [] {
          #expect(shown?[name] == value, "\(maker): \(name)")
        }
      }
    }
  }

  // MARK: Running

  /// A token of the command, for ten minutes and one permission.
  static func issue(_ environment: [String: String] = environment()) throws -> String {
    let (status, output, errors) = try command(
      [
        "issue", "--user", "anshika", "--permissions", "calculate:basic", "--expires-in", "600",
      ], environment: environment)
    try #require(status == 0, "\(errors)")
    return output.trimmingCharacters(in: .newlines)
  }

  /// The `kid` of the key, as the command writes it. The test above compares it with other
  /// libraries.
  static func keyID() throws -> String {
    let checked = try check(try issue())
    return try #require(checked["PyJWT"]?.object?["header"]?.object?["kid"]?.string)
  }

  static func command(
    _ arguments: [String], input: String = "", environment: [String: String] = environment()
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = try ServerProcess(
      "CalculatorJWT", arguments: ["token"] + arguments, environment: environment)
    process.send(input)
    process.closeInput()
    var output = ""
    while let line = try process.readLine() { output += line + "\n" }
    let errors = try process.restOfErrors()
    return (process.waitForExit(), output, errors)
  }

  static func check(_ token: String) throws -> JSONObject {
    try run(
      "check",
      [
        "secret": .string(secret), "issuer": .string(issuer), "audience": .string(audience),
        "token": .string(token),
      ])
  }

  /// Runs `tokens.py`, which prints one JSON object.
  static func run(_ task: String, _ order: JSONValue) throws -> JSONObject {
    let (status, output) = try Python.run(
      "tokens.py", in: "modern", arguments: [task], input: Data(order.serialized()))
    try #require(status == 0)
    return try #require(try JSONParser.parse(Array(output)).object)
  }
}
