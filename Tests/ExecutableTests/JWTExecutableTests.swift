import Foundation
import Testing
import TestHarness

/// `CalculatorJWT` as a process: its files, its signals, and the command `token`.
struct JWTExecutableTests {
  static let secret = JWTHarness.secret

  /// Runs `CalculatorJWT token …`. Returns its output and its status.
  static func token(
    _ arguments: [String], input: String = "",
    environment: [String: String] = ["JWT_SECRET": secret]
  ) throws -> (output: String, errors: String, status: Int32) {
    let process = try ServerProcess(
      "CalculatorJWT", arguments: ["token"] + arguments, environment: environment)
    process.send(input)
    process.closeInput()
    var lines: [String] = []
    while let line = try process.readLine() { lines.append(line) }
    let status = process.waitForExit()
    return (lines.joined(separator: "\n"), try process.restOfErrors(), status)
  }

  @Test func aTokenOfTheCommandIsGoodAtTheServer() throws {
    let issued = try Self.token(["issue", "--user", "anshika", "--permissions", "calculate:basic"])
    #expect(issued.status == 0)
    let server = try ServerProcess("CalculatorJWT", environment: ["JWT_SECRET": Self.secret])
    server.send(Wire.call("add", #""a":0.1,"b":0.2,"jwt_token":"\#(issued.output)""#))
    #expect(try server.readLine()?.contains(#""structuredContent":{"result":0.3}"#) == true)
    server.send(Wire.call("power", #""a":2,"b":2,"jwt_token":"\#(issued.output)""#))
    #expect(
      try server.readLine()?.contains("Permission denied: this needs calculate:advanced") == true)
  }

  @Test func inspectTellsThePersonWhy() throws {
    let token = try Self.token(["issue", "--user", "anshika"]).output
    let good = try Self.token(["inspect"], input: token)
    #expect(good.status == 0)
    #expect(good.output.contains(#""typ":"at+jwt""#) && good.output.contains(#""sub":"anshika""#))
    #expect(good.output.hasSuffix("verifies"))
    let other = ["JWT_SECRET": "another-secret-0123456789abcdef0123"]
    let bad = try Self.token(["inspect", token], environment: other)
    #expect(bad.status == 1)
    #expect(bad.output.contains(#""sub":"anshika""#))
    #expect(bad.output.hasSuffix("does not verify: unknown_key"))
  }

  @Test(arguments: [
    (["verify"], "rubbish", "does not verify: not_three_parts", Int32(1)),
    (
      ["issue", "--user", "x", "--permissions", "root"], "",
      "--permissions takes one or more of these: calculate:basic calculate:advanced tokens:manage",
      64
    ),
    (
      ["issue", "--user", "x", "--permissions", "calculate:basic,calculate:advanced"], "",
      "--permissions takes one or more of these: calculate:basic calculate:advanced tokens:manage",
      64
    ),
    (
      ["issue", "--user", "x", "--expires-in", "0"], "",
      "--expires-in takes whole seconds from 1 to 3600, which JWT_TTL sets", 1
    ),
  ])
  func theCommandRefuses(_ arguments: [String], _ input: String, _ errors: String, _ status: Int32)
    throws
  {
    let result = try Self.token(arguments, input: input)
    #expect(result.output == "")
    #expect(result.errors == errors)
    #expect(result.status == status)
  }

  @Test func aTimeWithAUnitIsNoNumberOfSeconds() throws {
    let result = try Self.token(["issue", "--user", "x", "--expires-in", "10m"], input: "")
    #expect(result.status == 64)
    #expect(result.errors.contains("it takes seconds, such as 600"))
  }

  @Test func withoutASecretItSaysHowToMakeOne() throws {
    let server = try ServerProcess("CalculatorJWT", environment: [:])
    #expect(server.waitForExit() == 78)
    #expect(
      try server.restOfErrors()
        == "CalculatorJWT: JWT_SECRET: is not set; set it to the output of: openssl rand -hex 32")
  }

  /// SIGHUP reads secrets and users again. Tokens of the previous secret are valid as long as the
  /// setting for previous secrets names it.
  @Test func readsItsFilesAgainOnSIGHUP() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ content: String) throws {
      let file = folder.appending(path: name)
      try Data(content.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
    let second = "second-secret-0123456789abcdef01"
    try write("secret", Self.secret)
    try write("previous", second)
    try write("users", #"{"anshika":"basic"}"#)
    let server = try ServerProcess(
      "CalculatorJWT",
      environment: [
        "JWT_SECRET_FILE": folder.appending(path: "secret").path,
        "JWT_SECRET_PREVIOUS_FILE": folder.appending(path: "previous").path,
        "CALCULATOR_USERS": folder.appending(path: "users").path,
      ])
    func answer(_ tool: String, _ arguments: String) throws -> String {
      server.send(Wire.call(tool, arguments))
      return try server.readLine() ?? ""
    }
    func reload() throws -> String {
      server.deliver(SIGHUP)
      while let line = try server.readErrorLine() {
        if line.contains("SIGHUP") { return line }
      }
      return ""
    }
    let token = try Self.token(["issue", "--user", "anshika"]).output
    let call = #""a":1,"b":2,"jwt_token":"\#(token)""#
    #expect(try answer("add", call).contains(#"{"result":3}"#))
    #expect(
      try answer("generate_token", #""user_id":"mallory""#).contains("not known to this server"))

    try write("secret", second)
    try write("previous", Self.secret)
    try write("users", #"{"anshika":"basic","mallory":"guest"}"#)
    #expect(try reload().contains("read secrets and users again"))
    #expect(try answer("add", call).contains(#"{"result":3}"#), "signed with the previous secret")
    #expect(try answer("generate_token", #""user_id":"mallory""#).contains(#""permissions":[]"#))

    try write("users", #"{"anshika":"root"}"#)
    #expect(try reload().contains("kept the old keys"))
    #expect(try answer("generate_token", #""user_id":"mallory""#).contains(#""permissions":[]"#))

    try write("users", "{}")
    try write("previous", "third-secret-0123456789abcdef0123")
    #expect(try reload().contains("read secrets and users again"))
    #expect(try answer("add", call).contains("Invalid or expired JWT token"))
  }
}
