import Foundation
import Testing
import TestSupport
import TestHarness

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// `CalculatorStdio` as a process: its behaviour over its pipes.
@Suite(.serialized) struct StdioExecutableTests {
  static let key = StdioHarness.key
  static let good = Wire.call("add", #""a":0.1,"b":0.2,"auth_token":"\#(key)""#)
  static let answer = Wire.result("0.3")
  static let parseError = Wire.error(-32700, "Parse error: the message is not strict JSON", id: nil)

  // MARK: Lines

  @Test(arguments: [
    ("LF", good + "\n"), ("CRLF", good + "\r\n"), ("no end at the end of input", good),
    ("blank lines around", "\n\r\n  \n" + good + "\n\n"),
  ])
  func answersALine(_ name: String, _ text: String) throws {
    let server = try ServerProcess()
    server.send(text, end: "")
    server.closeInput()
    #expect(try server.readLine() == Self.answer)
    #expect(try server.readLine() == nil)
    #expect(server.waitForExit() == 0)
  }

  @Test func answersAtOnce() throws {
    let server = try ServerProcess()
    for _ in 0..<3 {  // while the input is open
      server.send(Self.good)
      #expect(try server.readLine() == Self.answer)
    }
  }

  @Test func endsInsideALine() throws {
    let server = try ServerProcess()
    server.send(String(Self.good.dropLast(10)), end: "")
    server.closeInput()
    #expect(try server.readLine() == Self.parseError)
    #expect(server.waitForExit() == 0)
  }

  @Test func keepsTheOrderOfEqualIdentifiers() throws {
    let server = try ServerProcess()
    for number in 0..<50 {
      server.send(Wire.call("add", #""a":\#(number),"b":0,"auth_token":"\#(Self.key)""#))
    }
    #expect(try server.readLines(50) == (0..<50).map { Wire.result(String($0)) })
  }

  /// The replies are more than a pipe holds. A client that writes first and reads later must not
  /// block for ever.
  @Test(arguments: [(good, answer), (Wire.modern("tools/list"), nil)])
  func takesAThousandRequestsBeforeOneAnswerIsRead(_ request: String, _ reply: String?) throws {
    let server = try ServerProcess()
    server.send(Array(repeatElement(request + "\n", count: 1000).joined().utf8))
    server.closeInput()
    let first = try #require(try server.readLine())
    #expect(first == reply ?? first)
    #expect(try server.readLines(999) == Array(repeating: first, count: 999))
    #expect(try server.readLine() == nil)
    #expect(server.waitForExit() == 0)
  }

  // MARK: Bad input

  struct Rubbish: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let reply: String
  }

  @Test(arguments: [
    Rubbish(
      testDescription: "64 KiB of nesting", bytes: .init(repeating: 0x5B, count: 1 << 16),
      reply: parseError),
    Rubbish(
      testDescription: "NUL bytes", bytes: .init(repeating: 0, count: 1 << 16), reply: parseError),
    Rubbish(
      testDescription: "no UTF-8", bytes: .init(repeating: 0xFF, count: 1 << 16), reply: parseError),
    Rubbish(
      testDescription: "a truncated request", bytes: Array(good.utf8.dropLast(1)), reply: parseError
    ),
    Rubbish(
      testDescription: "a line of just over 1 MiB",
      bytes: .init(repeating: 0x20, count: (1 << 20) + 1),
      reply: Wire.error(-32600, "Invalid request: a message has at most 1048576 bytes", id: nil)),
  ])
  func survives(_ rubbish: Rubbish) throws {
    let server = try ServerProcess()
    server.send(rubbish.bytes + [UInt8(ascii: "\n")])
    #expect(try server.readLine() == rubbish.reply)
    server.send(Self.good)
    #expect(try server.readLine() == Self.answer)
  }

  @Test func survivesRandomBytes() throws {
    var random = SplitMix64(seed: 1)
    let server = try ServerProcess()
    for _ in 0..<100 {
      let bytes = (0..<1000).map { _ in UInt8.random(in: 11...255, using: &random) }
      server.send(bytes + [UInt8(ascii: "\n")])
      #expect(try server.readLine() == Self.parseError)
    }
    server.send(Self.good)
    #expect(try server.readLine() == Self.answer)
  }

  @Test func aGibibyteWithoutALineEndTakesNoMemory() throws {
    let server = try ServerProcess()
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    for _ in 0..<1024 { server.send(chunk) }
    server.send("")
    #expect(
      try server.readLine()
        == Wire.error(-32600, "Invalid request: a message has at most 1048576 bytes", id: nil))
    server.send(Self.good)
    #expect(try server.readLine() == Self.answer)
    if let peak = server.peakMemory { #expect(peak < 32 << 10) }
  }

  /// J11: a megabyte of small values makes the parser use the most memory.
  @Test(arguments: ["[", #"{"":"#])
  func aMebibyteOfNestingStaysUnder32MB(_ open: String) throws {
    let server = try ServerProcess()
    let close = open == "[" ? "]" : "}"
    let one = String(repeating: open, count: 63) + "0" + String(repeating: close, count: 63)
    let count = ((1 << 20) - 3) / (one.utf8.count + 1)
    let message = "[" + Array(repeating: one, count: count).joined(separator: ",") + "]"
    for _ in 0..<3 {
      server.send(message)
      #expect(try server.readLine() == Self.parseError)
    }
    server.send(Self.good)
    #expect(try server.readLine() == Self.answer)
    if let peak = server.peakMemory { #expect(peak < 32 << 10) }
  }

  @Test func aMillionUnreadBytesOfLogDoNotStopIt() throws {
    let server = try ServerProcess()
    let count = 10_000  // 1.3 MB of audit lines, of which a pipe holds 64 KiB
    let requests = Array(repeatElement(Self.good + "\n", count: count).joined().utf8)
    let program = server.program
    Thread { program.write(requests) }.start()
    #expect(try server.readLines(count) == Array(repeating: Self.answer, count: count))
    server.closeInput()
    #expect(server.waitForExit() == 0)
  }

  // MARK: The end

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalEndsItAfterTheLastAnswer(_ number: Int32) throws {
    let server = try ServerProcess()
    server.send(Self.good)
    #expect(try server.readLine() == Self.answer)
    server.deliver(number)
    #expect(try server.readLine() == nil)
    #expect(server.waitForExit() == 0)
  }

  @Test func aClosedOutputEndsItQuietly() throws {
    let server = try ServerProcess(environment: [
      "CALCULATOR_API_KEY": Self.key, "CALCULATOR_LOG": "off",
    ])
    server.send(Self.good)
    #expect(try server.readLine() == Self.answer)
    server.closeOutput()
    #expect(server.waitForExit() == 0)
    #expect(try server.restOfErrors() == "")
  }

  // MARK: Configuration

  struct Configuration: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let arguments: [String]
    let environment: [String: String]
    let status: Int32
    let errors: String
  }

  @Test(arguments: [
    Configuration(
      testDescription: "no key", arguments: [], environment: [:], status: 78,
      errors:
        "CalculatorStdio: CALCULATOR_API_KEY: is not set, so nobody could call the tools; set it to "
        + "the output of: openssl rand -hex 32, or CALCULATOR_REQUIRE_AUTH=false to run open"),
    Configuration(
      testDescription: "two errors, two lines", arguments: [],
      environment: ["CALCULATOR_API_KEY": "hunter2", "CALCULATOR_REQUIRE_AUTH": "yes"], status: 78,
      errors:
        "CalculatorStdio: CALCULATOR_REQUIRE_AUTH: must be exactly true or false; for the default: "
        + "unset CALCULATOR_REQUIRE_AUTH\nCalculatorStdio: CALCULATOR_API_KEY: key 1 is shorter than 16 "
        + "characters; replace it with the output of: openssl rand -hex 32, or set "
        + "CALCULATOR_ALLOW_WEAK_SECRETS=true"),
    Configuration(
      testDescription: "no such file", arguments: ["--env-file", "/nowhere"],
      environment: ["CALCULATOR_API_KEY": key], status: 78,
      errors: "CalculatorStdio: --env-file: names no file that this process can read; correct the "
        + "path or the permissions"),
  ])
  func refusesToStart(_ row: Configuration) throws {
    let server = try ServerProcess(arguments: row.arguments, environment: row.environment)
    #expect(server.waitForExit() == row.status)
    #expect(try server.restOfErrors() == row.errors)
    #expect(try server.readLine() == nil)
  }

  @Test(arguments: [
    (["--version"], "0.1.0", Int32(0)), (["--help"], "CALCULATOR_API_KEY[_FILE]", 0),
    (["--port", "1"], "", 64),
  ])
  func hasACommandLine(_ arguments: [String], _ output: String, _ status: Int32) throws {
    let server = try ServerProcess(arguments: arguments, environment: [:])
    var printed = ""
    while let line = try server.readLine() { printed += line + "\n" }
    #expect(output.isEmpty ? printed.isEmpty : printed.contains(output))
    #expect(server.waitForExit() == status)
    #expect(try server.restOfErrors().contains("Unknown option '--port'") == (status == 64))
  }

  @Test func runsOpenAndSaysSo() throws {
    let server = try ServerProcess(environment: ["CALCULATOR_REQUIRE_AUTH": "false"])
    server.send(Wire.call("add", #""a":0.1,"b":0.2"#))
    #expect(try server.readLine() == Self.answer)
    #expect(try server.readErrorLine()?.contains("the server is open") == true)
  }

  @Test(arguments: [("off", 0), ("info", 1), ("debug", 1)])
  func writesAnAuditLine(_ level: String, _ count: Int) throws {
    let server = try ServerProcess(environment: [
      "CALCULATOR_API_KEY": Self.key, "CALCULATOR_LOG": level,
    ])
    server.send(Self.good)
    server.closeInput()
    #expect(server.waitForExit() == 0)
    let lines = try server.restOfErrors().split(separator: "\n")
    #expect(lines.filter { $0.contains(#""event":"authentication""#) }.count == count)
    #expect(!lines.joined().contains(Self.key))
  }

  // MARK: Rotation

  @Test func readsTheKeyFileAgainOnSIGHUP() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    func write(_ content: String) throws {
      try Data(content.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
    let second = "second-key-0123456789"
    func accepted(_ server: ServerProcess, _ key: String) throws -> Bool {
      server.send(Wire.call("add", #""a":0.1,"b":0.2,"auth_token":"\#(key)""#))
      return try server.readLine() == Self.answer
    }
    func notice(_ server: ServerProcess) throws -> String {
      while let line = try server.readErrorLine() {
        if line.contains(#""event":"notice""#) { return line }
      }
      return ""
    }

    try write(Self.key)
    let server = try ServerProcess(environment: ["CALCULATOR_API_KEY_FILE": file.path])
    #expect(try accepted(server, Self.key))
    #expect(try !accepted(server, second))

    try write("\(Self.key),\(second)\n")  // the new key works before the old one is removed
    server.deliver(SIGHUP)
    #expect(try notice(server).contains("read 2 key(s) again"))
    #expect(try accepted(server, Self.key))
    #expect(try accepted(server, second))

    try write("short\n")  // after an invalid file the old keys stay
    server.deliver(SIGHUP)
    let refused = try notice(server)
    #expect(refused.contains("kept the old keys") && !refused.contains("\"short\""))
    #expect(try accepted(server, second))

    try write(second)  // without its line end the file may be incomplete
    server.deliver(SIGHUP)
    #expect(try notice(server).contains("had a line end at its end and has none"))
    #expect(try accepted(server, Self.key))

    try write("\(second)\n")
    server.deliver(SIGHUP)
    #expect(try notice(server).contains("read 1 key(s) again"))
    #expect(try !accepted(server, Self.key))
    #expect(try accepted(server, second))
  }

  /// ATTACKS G1: SIGHUP does not apply some settings, and says so by name.
  @Test func namesASettingThatWaitsForARestart() throws {
    let folder = try TemporaryFolder()
    let key = "CALCULATOR_API_KEY=\(Self.key)\n"
    try folder.write(".env", key + "CALCULATOR_LOG=info\n")
    let server = try ServerProcess(
      arguments: ["--env-file", folder.path(".env")], environment: [:])
    server.send(Self.good)
    #expect(try server.readLine() == Self.answer)
    try folder.write(".env", key + "CALCULATOR_LOG=debug\n")
    server.deliver(SIGHUP)
    var lines: [String] = []
    while lines.count < 2, let line = try server.readErrorLine() {
      if line.contains("SIGHUP") { lines.append(line) }
    }
    #expect(lines.first?.contains("read 1 key(s) again") == true)
    #expect(
      lines.last?.contains("\"SIGHUP: CALCULATOR_LOG keeps its old value until a restart\"") == true
    )
  }

  /// ATTACKS S20: each attempt has a line or is counted, also if the input ends or a signal arrives
  /// while lines wait.
  @Test(arguments: [nil, SIGTERM, SIGINT])
  func theEndLosesNoLineWithoutACount(_ number: Int32?) throws {
    let server = try ServerProcess()
    let calls = 5_000
    server.send(
      (0..<calls).map { Wire.call("add", id: String($0), #""a":1,"b":2,"auth_token":"bad""#) }
        .joined(separator: "\n"))
    if number == nil { server.closeInput() }
    #expect(try server.readLines(calls).count == calls)
    if let number { server.deliver(number) }
    var (lines, dropped) = (0, 0)
    while let line = try server.readErrorLine() {
      #expect(line.last == "}")
      if let match = line.firstMatch(of: /log_lines_dropped","count":(\d+)/) {
        dropped += Int(match.1) ?? 0
      } else {
        lines += 1
      }
    }
    #expect(lines + dropped == calls)
    #expect(server.waitForExit() == 0)
  }
}
