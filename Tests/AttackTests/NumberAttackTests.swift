import Calculator
import Auth
import MCPService
import Foundation
import HTTPTransport
import Testing
import TestHarness

@testable import MCPServiceHTTP

/// T32 (CVE-2025-53366): the ends of every range of a number that comes from outside. Each number
/// is used or refused, and none ends the process.
struct NumberAttackTests {
  static let numbers = [
    "-9223372036854775808", "9223372036854775807", "9223372036854775808", "18446744073709551616",
    "9007199254740991", "9007199254740993", "-9007199254740991", "-9007199254740993",
    "9223372036854776", "-9223372036854776", "9223372036854775", "-9223372036854775", "1e300",
    "-1e300", "1e-300", "9223372036854775807.5",
  ]
  /// The numbers that a setting can contain.
  static let digits = numbers.filter { !$0.contains("e") && !$0.contains(".") }

  // MARK: Arguments

  @Test(arguments: numbers)
  func argumentsOverStdio(_ number: String) throws {
    let server = try StdioHarness()
    let key = #","auth_token":"\#(StdioHarness.key)""#
    for tool in ["add", "subtract", "multiply", "divide", "power", "modulo"] {
      for arguments in [
        #""a":\#(number),"b":2"#, #""a":2,"b":\#(number)"#, #""a":\#(number),"b":\#(number)"#,
      ] {
        let reply = server.send(Wire.call(tool, arguments + key))
        #expect(
          reply?.contains(#""result":{"content":[{"type":"text""#) == true, "\(tool) \(arguments)")
      }
    }
    let root = server.send(Wire.call("square_root", #""a":\#(number)"# + key))
    #expect(root?.contains(#""result":{"content":[{"type":"text""#) == true)
    #expect(server.send(Wire.call("add", #""a":1,"b":2"# + key))?.contains(#""text":"3""#) == true)
  }

  @Test(arguments: numbers)
  func argumentsOverHTTP(_ number: String) throws {
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "off"])
    func call(_ tool: String, _ arguments: String) -> Int {
      harness.send(
        fields: [
          ("Host", "localhost"), ("Content-Type", "application/json"),
          ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool),
          ("X-API-Key", HTTPHarness.key),
        ], body: Wire.call(tool, arguments)
      ).status
    }
    for tool in ["add", "divide", "power", "modulo"] {
      #expect(call(tool, #""a":\#(number),"b":\#(number)"#) == 200)
    }
    #expect(call("square_root", #""a":\#(number)"#) == 200)
  }

  @Test(arguments: numbers)
  func lifetimes(_ number: String) throws {
    let server = try JWTHarness()
    let answer = try server.call("generate_token", #""user_id":"anshika","expires_in":\#(number)"#)
    #expect(answer.structuredContent == nil)
    #expect(answer.text.hasPrefix("expires_in must be a whole number of seconds"))
    #expect(
      try server.call("generate_token", #""user_id":"anshika","expires_in":1"#).structuredContent?
        .expires_in == 1)
  }

  @Test(arguments: digits)
  func lifetimesAtTheTerminal(_ number: String) async throws {
    let command = TokenCommand(
      name: CalculatorServer.jwt.name,
      environment: Environment(JWTHarness.environment), environmentFile: nil)
    guard let seconds = Int(number) else { return }
    let output = await command.issue(to: "anshika", permissions: [], seconds: seconds)
    #expect(output.errors == "--expires-in takes whole seconds from 1 to 3600, which JWT_TTL sets")
    #expect(output.status == 1)
  }

  // MARK: Claims

  static let key = JWTAttackTests.key

  @Test(arguments: numbers.filter { $0 != "1e-300" }, ["exp", "iat", "nbf"])
  func claims(_ number: String, _ claim: String) throws {
    let server = try JWTHarness()
    let payload =
      switch claim {
      case "exp": JWTAttackTests.payload(expires: number)
      case "iat": JWTAttackTests.payload(issued: number)
      default: JWTAttackTests.payload(more: #","nbf":\#(number)"#)
      }
    let token = JWTAttackTests.token(payload: payload)
    #expect(
      try server.call("add", #""a":1,"b":2,"jwt_token":"\#(token)""#).text
        == "Invalid or expired JWT token")
    #expect(server.takeLog().first?.contains(#""reason":"malformed_\#(claim)"}"#) == true)
  }

  // MARK: Settings

  static let lifetimes = ["JWT_TTL", "JWT_REFRESH_TTL", "JWT_LEEWAY"]
  static let limits = ["CALCULATOR_RATE_LIMIT", "CALCULATOR_FAILURE_LIMIT"]

  static let settings: [(variable: String, value: String)] = digits.flatMap { number in
    lifetimes.flatMap { name in ["", "s", "m", "h", "d"].map { (name, number + $0) } }
      + limits.flatMap { name in ["", "/second", "/minute", "/hour"].map { (name, number + $0) } }
      + ["CALCULATOR_RATE_BURST", "CALCULATOR_THREADS", "CALCULATOR_CONNECTIONS_PER_CLIENT"]
      .map { ($0, number) }
  }

  @Test func settingsOfCalculatorHTTP() {
    for (variable, value) in Self.settings {
      var environment = HTTPHarness.environment
      environment["CALCULATOR_BASIC_USER"] = nil  // hashing a password takes long
      environment["CALCULATOR_BASIC_PASSWORD"] = nil
      environment[variable] = value
      let errors = #expect(throws: ConfigurationErrors.self, "\(variable)=\(value)") {
        try HTTPConfiguration.read(environment: environment, file: nil, host: "127.0.0.1")
      }
      #expect(errors?.all.first?.description.hasPrefix(variable) == true)
    }
  }

  @Test func settingsOfCalculatorJWT() {
    for (variable, value) in Self.settings where Self.lifetimes.contains(variable) {
      let errors = #expect(throws: ConfigurationErrors.self, "\(variable)=\(value)") {
        try JWTConfiguration.read(
          environment: ["JWT_SECRET": JWTHarness.secret, variable: value], file: nil)
      }
      #expect(errors?.all.first?.description.hasPrefix(variable) == true)
    }
  }

  // MARK: Files

  @Test(arguments: digits)
  func parametersOfScrypt(_ number: String) {
    let end = "$MDEyMzQ1Njc4OWFiY2RlZg$" + String(repeating: "A", count: 43)
    for parameters in [
      "ln=\(number),r=8,p=5", "ln=14,r=\(number),p=5", "ln=14,r=8,p=\(number)",
      "ln=\(number),r=\(number),p=\(number)",
    ] {
      let file =
        #"{"users":[{"name":"a","role":"basic","password":"$scrypt$\#(parameters)\#(end)"}]}"#
      #expect(throws: CredentialsFileErrors.self, "\(parameters)") {
        try CredentialsFile.read(Array(file.utf8))
      }
    }
  }

  @Test(arguments: numbers)
  func expiryInAFile(_ number: String) {
    let digest = String(repeating: "ab", count: 32)
    for expires in [
      number, #""\#(number)""#, #""\#(number)-01-01T00:00:00Z""#,
      #""2027-01-01T\#(number):00:00Z""#,
    ] {
      let file =
        #"{"keys":[{"name":"a","role":"basic","sha256":"\#(digest)","expires":\#(expires)}]}"#
      #expect(throws: CredentialsFileErrors.self, "\(expires)") {
        try CredentialsFile.read(Array(file.utf8))
      }
    }
  }
}
