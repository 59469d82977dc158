import Foundation
import TestSupport
import Testing
import TestHarness

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The start of each server: signals, and messages for a person.
@Suite(.serialized) struct StartTests {
  static let servers = ["CalculatorStdio", "CalculatorJWT", "CalculatorHTTP"]
  private static let settings = """
    CALCULATOR_API_KEY=first-key-0123456789
    JWT_SECRET=0123456789abcdef0123456789abcdef

    """

  // MARK: Signals

  /// Blocks a signal, sends it to itself and executes the server: the signal is pending before
  /// `main`.
  private static let launcher = [
    "python3", "-c",
    """
    import os, signal, sys
    number = int(sys.argv[1])
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    os.kill(os.getpid(), number)
    os.execv(sys.argv[2], sys.argv[2:])
    """,
  ]

  /// Executes the server with no signal blocked or ignored, as a shell does. A thread of the tests
  /// blocks all signals, and a process inherits that.
  private static let cleanLauncher = [
    "python3", "-c",
    """
    import os, signal, sys
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
    """,
  ]

  private func arguments(of server: String) -> [String] {
    server == "CalculatorHTTP" ? ["--port", "0"] : []
  }

  /// Waits until the server logs that it has read its settings again.
  private func isReloaded(_ server: ServerProcess) throws -> Bool {
    while let line = try server.readErrorLine() {
      if line.contains("SIGHUP: read") { return true }
    }
    return false
  }

  /// ATTACKS G1: a signal that is pending when the process starts is not lost.
  @Test(arguments: servers, [SIGHUP, SIGTERM])
  func aSignalBeforeTheStartIsNotLost(_ name: String, _ number: Int32) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("env", Self.settings)
    for _ in 0..<20 {
      let server = try ServerProcess(
        name, launcher: Self.launcher + [String(number)],
        arguments: arguments(of: name) + ["--env-file", file], environment: [:])
      if number == SIGHUP {
        #expect(try isReloaded(server))
        server.deliver(SIGTERM)
      }
      #expect(server.waitForExit() == 0)
    }
  }

  /// ATTACKS G1: a signal after `main` has begun, while the configuration is read, is not lost
  /// either.
  @Test(
    .enabled(if: ProcFolder.isThere, "there is no /proc"), .timeLimit(.minutes(10)),
    arguments: servers, [SIGHUP, SIGTERM])
  func aSignalDuringTheStartIsNotLost(_ name: String, _ number: Int32) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("env", Self.settings)
    for _ in 0..<20 {
      let server = try ServerProcess(
        name, launcher: Self.cleanLauncher, arguments: arguments(of: name) + ["--env-file", file],
        environment: [:])
      while try !isBlocked(number, in: server, name) { sched_yield() }
      server.deliver(number)
      if number == SIGHUP {
        #expect(try isReloaded(server))
        server.deliver(SIGTERM)
      }
      #expect(server.waitForExit() == 0)
    }
  }

  struct Ended: Error {}

  private enum ProcFolder {
    static let isThere = FileManager.default.fileExists(atPath: "/proc/self/task")
  }

  /// Whether the process executes the server and blocks the signal, as the first statement of
  /// `main` does. One thread is enough: the system shows the signals as not blocked for a thread
  /// that waits for them.
  private func isBlocked(_ number: Int32, in server: ServerProcess, _ name: String) throws -> Bool {
    guard server.program.isRunning else { throw Ended() }
    let folder = "/proc/\(server.program.id)"
    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/exe")
    guard program?.hasSuffix("/" + name) == true else { return false }
    let threads = try FileManager.default.contentsOfDirectory(atPath: folder + "/task")
    return threads.contains { thread in
      let file = "\(folder)/task/\(thread)/status"
      guard let status = try? String(contentsOfFile: file, encoding: .utf8),
        let text = status.firstMatch(of: /SigBlk:\s*([0-9a-f]+)/),
        let mask = UInt64(text.1, radix: 16)
      else { return false }  // the thread has ended
      return mask & (1 << UInt64(number - 1)) != 0
    }
  }

  /// ATTACKS G2: if a file is replaced by a FIFO, SIGHUP keeps the old settings, and SIGTERM still
  /// ends the server. At the start it is an error.
  @Test(.timeLimit(.minutes(10)), arguments: servers)
  func aFIFOAtSIGHUPDoesNotStopTheServer(_ name: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("env", Self.settings)
    let arguments = arguments(of: name) + ["--env-file", file]
    let server = try ServerProcess(
      name, launcher: Self.launcher + [String(SIGHUP)], arguments: arguments, environment: [:])
    #expect(try isReloaded(server))
    unlink(file)
    try #require(mkfifo(file, 0o600) == 0)
    server.deliver(SIGHUP)
    while let line = try server.readErrorLine() {
      if line.contains("is not a regular file") { break }
    }
    server.deliver(SIGTERM)
    #expect(server.waitForExit() == 0)

    let second = try ServerProcess(name, arguments: arguments, environment: [:])
    #expect(second.waitForExit() == 78)
    #expect(try second.restOfErrors().contains("is not a regular file"))
  }

  /// A command that is not a server ends on a signal like every program.
  @Test(arguments: [
    ("CalculatorJWT", ["token", "verify"]),
    ("CalculatorHTTP", ["hash-password", "--user", "anshika"]),
  ])
  func aCommandEndsByASignal(_ name: String, _ arguments: [String]) throws {
    let process = try ServerProcess(
      name, launcher: Self.launcher + [String(SIGTERM)], arguments: arguments,
      environment: ["JWT_SECRET": JWTHarness.secret])
    #expect(process.waitForExit() == -SIGTERM)
  }

  // MARK: Closed descriptors

  /// Closes a descriptor and executes the server.
  private static let closer = [
    "python3", "-c",
    """
    import os, sys
    os.close(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
    """,
  ]

  /// ATTACKS S21: a closed standard input counts as empty, and is not replaced by a pipe of the
  /// server.
  @Test(.timeLimit(.minutes(10)), arguments: ["CalculatorStdio", "CalculatorJWT"])
  func aClosedInputEndsTheServer(_ name: String) throws {
    let server = try ServerProcess(
      name, launcher: Self.closer + ["0"],
      environment: [
        "CALCULATOR_API_KEY": StdioHarness.key, "JWT_SECRET": JWTHarness.secret,
        "CALCULATOR_ISSUER_KEY": "issuer-key-0123456789", "CALCULATOR_LOG": "off",
      ])
    #expect(server.waitForExit() == 0)
    #expect(try server.restOfErrors() == "")
  }

  // MARK: Messages

  @Test(
    arguments: servers.map { [$0] } + [
      ["CalculatorJWT", "token"], ["CalculatorJWT", "token", "issue"],
      ["CalculatorJWT", "token", "inspect"], ["CalculatorJWT", "token", "verify"],
      ["CalculatorHTTP", "new-key"], ["CalculatorHTTP", "hash-password"],
      ["CalculatorOAuth", "serve"], ["CalculatorOAuth", "clients", "add"],
      ["CalculatorOAuth", "clients", "remove"], ["CalculatorOAuth", "grants", "revoke"],
      ["CalculatorOAuth", "keys", "rotate"],
    ])
  func helpFits80Columns(_ command: [String]) throws {
    let result = try Command.run(
      try ServerProcess.path(of: command[0]), Array(command.dropFirst()) + ["--help"],
      environment: ["COLUMNS": "80"])
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count > 5)
    #expect(lines.filter { $0.count > 80 } == [])
    // A line with one or two words, between lines of the same indentation, where the next word
    // would have fitted: a line that was too long in the source.
    for (line, next) in zip(lines, lines.dropFirst())
    where indentation(line) == indentation(next) && indentation(line) > 0 {
      let words = line.split(separator: " ")
      let word = next.split(separator: " ").first ?? ""
      #expect(words.count > 2 || line.count + 1 + word.count > 80, "\(line)")
    }
  }

  private func indentation(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }

  /// The message is about the option, not about a failed start.
  @Test(arguments: ["http://127.0.0.1:8080", "https://calculator.example/", "localhost/mcp"])
  func aURLIsNoHost(_ host: String) throws {
    let result = try Command.run(
      try ServerProcess.path(of: "CalculatorHTTP"), ["--host", host], environment: [:])
    #expect(result.status == 64)
    #expect(result.errors.hasPrefix("Error: --host takes an address or a name, no URL"))
  }

  /// A server at a terminal prints what it waits for. A client's log does not contain this.
  @Test(arguments: ["CalculatorStdio", "CalculatorJWT"])
  func atATerminalItSaysWhatItWaitsFor(_ name: String) throws {
    let environment = [
      "CALCULATOR_API_KEY": StdioHarness.key, "JWT_SECRET": JWTHarness.secret,
      "CALCULATOR_ISSUER_KEY": "issuer-key-0123456789", "CALCULATOR_LOG": "off",
    ]
    let terminal = [
      "python3", "-c",
      """
      import os, pty, sys
      master, slave = pty.openpty()
      os.set_inheritable(master, True)  # closed, it would be no terminal any more
      os.dup2(slave, 0)
      os.execv(sys.argv[1], sys.argv[1:])
      """,
    ]
    let person = try ServerProcess(name, launcher: terminal, environment: environment)
    #expect(
      try person.readErrorLine()
        == "\(name): waiting for JSON-RPC lines, as an MCP client sends them; put this command into "
        + "a client's configuration, or end with Ctrl-D")
    person.deliver(SIGTERM)
    #expect(person.waitForExit() == 0)
    #expect(try person.restOfErrors() == "")

    let client = try ServerProcess(name, environment: environment)
    client.closeInput()
    #expect(client.waitForExit() == 0)
    #expect(try client.restOfErrors() == "")
  }

  // MARK: Libraries

  /// Only the executables for OAuth send requests and keep a state. The name of a library is text in
  /// the file.
  @Test(arguments: servers, ["libcurl", "libsqlite3"])
  func doesNotLink(_ server: String, _ library: String) throws {
    let file = URL(filePath: try ServerProcess.path(of: server))
    let bytes = try Data(contentsOf: file)
    #expect(bytes.range(of: Data("libcrypto".utf8)) != nil)
    #expect(bytes.range(of: Data(library.utf8)) == nil)
  }
}
