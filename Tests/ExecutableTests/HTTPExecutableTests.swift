import Foundation
import Testing
import TestSupport

/// `CalculatorHTTP` as a process: its configuration errors, its port and its commands.
struct HTTPExecutableTests {
  static let key = HTTPProcess.key

  struct Configuration: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var arguments: [String] = []
    let environment: [String: String]
    /// The start of each line of standard error, after the name of the program.
    let errors: [String]
  }

  static let limit =
    "must be a whole number from 1 to 1000000 and a period, such as 60/second, 60/minute or "
    + "60/hour; or off"

  @Test(arguments: [
    Configuration(
      testDescription: "nothing", environment: [:],
      errors: [
        "CALCULATOR_API_KEY: no credential is configured, so nobody could call the tools; set"
      ]),
    Configuration(
      testDescription: "credentials over plain HTTP in public (L3, RFC 6750 §5.3)",
      arguments: ["--host", "0.0.0.0"], environment: ["CALCULATOR_API_KEY": key],
      errors: ["--host: '0.0.0.0' without TLS would expose every credential on the network"]
    ),
    Configuration(
      testDescription: "a key and its file (S17)",
      environment: ["CALCULATOR_API_KEY": key, "CALCULATOR_API_KEY_FILE": "/nowhere"],
      errors: ["CALCULATOR_API_KEY: CALCULATOR_API_KEY_FILE is also set; unset one of them"]),
    Configuration(
      testDescription: "0/minute (R10)",
      environment: ["CALCULATOR_API_KEY": key, "CALCULATOR_RATE_LIMIT": "0/minute"],
      errors: ["CALCULATOR_RATE_LIMIT: \(limit)"]),
    Configuration(
      testDescription: "-1 (R10)",
      environment: ["CALCULATOR_API_KEY": key, "CALCULATOR_FAILURE_LIMIT": "-1"],
      errors: ["CALCULATOR_FAILURE_LIMIT: \(limit)"]),
    Configuration(
      testDescription: "10/ (R10)",
      environment: ["CALCULATOR_API_KEY": key, "CALCULATOR_RATE_LIMIT": "10/"],
      errors: ["CALCULATOR_RATE_LIMIT: \(limit)"]),
    Configuration(
      testDescription: "a certificate without a key",
      environment: ["CALCULATOR_API_KEY": key, "CALCULATOR_TLS_CERT": "/nowhere"],
      errors: ["CALCULATOR_TLS_KEY: is not set, but CALCULATOR_TLS_CERT is; set both"]),
    Configuration(
      testDescription: "a key without a certificate",
      environment: ["CALCULATOR_API_KEY": key, "CALCULATOR_TLS_KEY": "/nowhere"],
      errors: ["CALCULATOR_TLS_CERT: is not set, but CALCULATOR_TLS_KEY is; set both"]),
    Configuration(
      testDescription: "weak secrets, all told at once (C15, T17)",
      environment: [
        "CALCULATOR_API_KEY": "hunter2", "JWT_SECRET": "0123456789abcdef0123456789abcde",
        "CALCULATOR_BASIC_USER": "anshika", "CALCULATOR_BASIC_PASSWORD": "hunter2",
      ],
      errors: [
        "CALCULATOR_API_KEY: key 1 is shorter than 16 characters",
        "JWT_SECRET: has less than 32 bytes",
        "CALCULATOR_BASIC_PASSWORD: must have at least 8 characters",
      ]),
    Configuration(
      testDescription: "what everybody knows (C15)",
      environment: [
        "CALCULATOR_API_KEY": "replace-with-the-output-of-openssl-rand-hex-32",
        "JWT_SECRET": "replace-with-the-output-of-openssl-rand-hex-32",
        "CALCULATOR_BASIC_USER": "anshika",
        "CALCULATOR_BASIC_PASSWORD": "replace-with-a-password-of-your-own",
      ],
      errors: [
        "CALCULATOR_API_KEY: key 1 is a placeholder that nobody filled in",
        "JWT_SECRET: is a placeholder that nobody filled in",
        "CALCULATOR_BASIC_PASSWORD: must not be a placeholder that nobody filled in",
      ]),
    Configuration(
      testDescription: "neither true nor false (S16)",
      environment: ["CALCULATOR_API_KEY": key, "CALCULATOR_REQUIRE_AUTH": "0"],
      errors: ["CALCULATOR_REQUIRE_AUTH: must be exactly true or false"]),
  ])
  func refusesToStart(_ row: Configuration) throws {
    let process = try ServerProcess(
      "CalculatorHTTP", arguments: ["--port", "0"] + row.arguments, environment: row.environment)
    #expect(process.waitForExit() == 78)
    #expect(try process.readLine() == nil)
    let lines = try process.restOfErrors().split(separator: "\n")
    #expect(lines.count == row.errors.count)
    for (line, error) in zip(lines, row.errors) {
      #expect(String(line).hasPrefix("CalculatorHTTP: \(error)"))
    }
    for (name, value) in row.environment where name.contains(/KEY$|SECRET$|PASSWORD$/) {
      #expect(value == "/nowhere" || !lines.joined().contains(value))
    }
  }

  @Test func tellsTheLineOfABadCredentialsFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "credentials", "{\"keys\":[\n" + #"{"name":"a","sha256":"hunter2","role":"root"}]}"#)
    let process = try ServerProcess(
      "CalculatorHTTP", environment: ["CALCULATOR_CREDENTIALS": path])
    #expect(process.waitForExit() == 78)
    let start = "CalculatorHTTP: CALCULATOR_CREDENTIALS: line 2 of '\(path)': "
    let end = "; see it with: sed -n 2p '\(path)'"
    #expect(
      try process.restOfErrors()
        == #"\#(start)"sha256" must have 64 hexadecimal digits\#(end)"# + "\n"
        + #"\#(start)"role" must be one of guest, basic, advanced, admin\#(end)"#)
  }

  @Test func saysThatThePortIsTaken() throws {
    let first = try HTTPProcess()
    let second = try ServerProcess(
      "CalculatorHTTP", arguments: ["--port", String(first.port)],
      environment: HTTPProcess.environment)
    #expect(second.waitForExit() == 71)
    #expect(try second.readLine() == nil)
    let errors = try second.restOfErrors()
    #expect(
      errors == "CalculatorHTTP: cannot listen at 127.0.0.1 port \(first.port): "
        + "Address already in use; take another port, such as 8081")
    #expect(try first.status(["X-API-Key: \(Self.key)"]) == 200)
  }

  @Test func theSystemPicksThePort() throws {
    let servers = [try HTTPProcess(), try HTTPProcess()]
    #expect(servers[0].port != servers[1].port)
    for server in servers {
      #expect(server.url == "http://127.0.0.1:\(server.port)/mcp")
      #expect(try server.status(["X-API-Key: \(Self.key)"]) == 200)
    }
  }

  @Test func theEnvironmentFileIsReadAndTheRealEnvironmentWins() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("env", "CALCULATOR_API_KEY=another-key-0123456789\nJWT_LEEWAY=5s\n")
    let server = try HTTPProcess(arguments: ["--env-file", path])
    #expect(try server.status(["X-API-Key: \(Self.key)"]) == 200)
    #expect(try server.status(["X-API-Key: another-key-0123456789"]) == 401)
  }

  // MARK: Commands

  @Test func theirLinesWorkInACredentialsFile() throws {
    let folder = try TemporaryFolder()
    let password = "p\u{e4}ssword: with a colon"
    let made = try HTTPProcess.newKey("ci", role: "advanced")
    let hashed = try HTTPProcess.command(
      ["hash-password", "--user", "ben"], input: password + "\n")
    #expect(hashed.status == 0)
    #expect(!(made.line + hashed.output).contains(made.key))
    #expect(!hashed.output.contains(password))
    let path = try folder.write(
      "credentials", #"{"keys":[\#(made.line)],"users":[\#(hashed.output)]}"#)
    let server = try HTTPProcess(["CALCULATOR_CREDENTIALS": path])
    #expect(try server.status(["X-API-Key: \(made.key)"]) == 200)
    #expect(try server.status(["Authorization: \(String.basic("ben", password))"]) == 200)
    #expect(try server.status(["Authorization: \(String.basic("ben", "guess"))"]) == 401)
    let log = try server.end().joined()
    #expect(log.contains(#""subject":"ci""#) && log.contains(#""subject":"ben""#))
  }

  @Test(arguments: [
    (
      ["hash-password", "--user", "ben"], "short\n", "the password must have at least 8 characters"
    ),
    (["hash-password", "--user", "be:n"], "long enough\n", "--user takes 1 to 256 bytes"),
    (["new-key", "--name", ""], "", "--name takes 1 to 256 bytes"),
    (["new-key", "--name", "ci", "--role", "root"], "", "--role takes one of guest, basic"),
    (["new-key", "--name", "ci", "--expires", "soon"], "", "--expires takes a UTC time such as"),
  ])
  func theyRefuse(_ arguments: [String], _ input: String, _ error: String) throws {
    let result = try HTTPProcess.command(arguments, input: input)
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("Error: \(error)"))
  }

  // MARK: Secrets

  /// ASVS 16.2.5, C13: no log, no output and no process list contains a secret.
  @Test func noSecretIsSeen() throws {
    let folder = try TemporaryFolder()
    let made = try HTTPProcess.newKey("ci", role: "basic")
    let server = try HTTPProcess([
      "CALCULATOR_CREDENTIALS": try folder.write("credentials", #"{"keys":[\#(made.line)]}"#),
      "CALCULATOR_LOG": "debug",
    ])
    let token = try HTTPProcess.token()
    let wrong = "not-the-key-0123456789"
    for (field, status) in [
      ("X-API-Key: \(HTTPProcess.key)", 200), ("X-API-Key: \(made.key)", 200),
      ("Authorization: Bearer \(token)", 200),
      ("Authorization: \(String.basic(HTTPProcess.user, HTTPProcess.password))", 200),
      ("X-API-Key: \(wrong)", 401), ("Authorization: Bearer \(token)x", 401),
      ("Authorization: \(String.basic(HTTPProcess.user, wrong))", 401),
    ] {
      #expect(try server.status([field]) == status)
    }
    var seen = [server.url]
    #if os(Linux)
      let commandLine = "/proc/\(server.server.program.id)/cmdline"
      seen.append(try String(contentsOfFile: commandLine, encoding: .utf8))
    #endif
    let log = try server.end()
    #expect(log.count == 7)
    seen += log
    let secrets = [
      HTTPProcess.key, HTTPProcess.password, HTTPProcess.secret, made.key, wrong, token,
      String(token.split(separator: ".").last ?? ""),
    ]
    for secret in secrets {
      let base64 = Data(secret.utf8).base64EncodedString()
      #expect(!seen.joined().contains(secret))
      #expect(!seen.joined().contains(base64))
    }
    #expect(
      !seen.joined().contains(String.basic(HTTPProcess.user, HTTPProcess.password).dropFirst(6)))
  }
}
