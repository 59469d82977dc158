import Foundation
import Synchronization
import Testing
import TestHarness
import TestSupport

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// SIGHUP and SIGTERM while `CalculatorHTTP` has work.
struct HTTPSignalTests {
  /// ATTACKS S20: on SIGTERM the server writes the waiting log lines before it exits.
  @Test func terminateLosesNoLineOfTheLog() throws {
    let server = try HTTPProcess()
    let socket = try HTTPSocket(port: server.port)
    let calls = 2_000
    for start in stride(from: 0, to: calls, by: 20) {
      socket.send((start..<start + 20).map { HTTPProcess.request(id: String($0)) }.joined())
      for _ in 0..<20 { #expect(try socket.response()?.status == 200) }
    }
    let lines = try server.end()
    #expect(lines.count { $0.contains(#""outcome":"accepted"}"#) } == calls)
    #expect(lines.allSatisfy { $0.last == "}" })
  }

  /// SIGHUP: a valid file applies immediately, an invalid one does not, and no request fails
  /// meanwhile.
  @Test func readsCredentialsAgainWhileItServes() throws {
    let folder = try TemporaryFolder()
    let first = try HTTPProcess.newKey("first", role: "basic")
    let second = try HTTPProcess.newKey("second", role: "basic")
    func write(_ lines: String...) throws -> String {
      try folder.write("credentials", #"{"keys":[\#(lines.joined(separator: ","))]}"#)
    }
    let server = try HTTPProcess(["CALCULATOR_CREDENTIALS": try write(first.line)])
    let others = try Load(server)

    #expect(try server.status(["X-API-Key: \(second.key)"]) == 401)
    _ = try write(first.line, second.line)  // the new key works before the old one is removed
    server.server.deliver(SIGHUP)
    #expect(try server.notice().contains("SIGHUP: read credentials, secrets and certificate again"))
    #expect(try server.status(["X-API-Key: \(first.key)"]) == 200)
    #expect(try server.status(["X-API-Key: \(second.key)"]) == 200)

    try folder.write("credentials", #"{"keys":[\#(second.line)"#)  // incomplete (C14)
    server.server.deliver(SIGHUP)
    #expect(try server.notice().contains("kept the old: CALCULATOR_CREDENTIALS: line 1 of"))
    #expect(try server.status(["X-API-Key: \(first.key)"]) == 200)

    _ = try write(second.line)
    server.server.deliver(SIGHUP)
    #expect(try server.notice().contains("SIGHUP: read credentials"))
    #expect(try server.status(["X-API-Key: \(first.key)"]) == 401)
    #expect(try server.status(["X-API-Key: \(second.key)"]) == 200)
    let (sent, answered) = others.stop()
    #expect(sent == answered && sent > 0)
  }

  /// ATTACKS G1: without a file nothing can have changed, and SIGHUP does not say that it has.
  @Test(arguments: ["CalculatorHTTP", "CalculatorJWT", "CalculatorStdio"])
  func saysThatThereIsNothingToReadAgain(_ name: String) throws {
    let arguments = name == "CalculatorHTTP" ? ["--port", "0"] : []
    let key = HTTPProcess.key
    let environment = ["CALCULATOR_API_KEY": key, "JWT_SECRET": HTTPProcess.secret]
      .filter { $0.key != (name == "CalculatorJWT" ? "CALCULATOR_API_KEY" : "") }
    let server = try ServerProcess(name, arguments: arguments, environment: environment)
    if name == "CalculatorHTTP" {
      _ = try server.readLine()
    } else {
      server.send(Wire.modern("tools/list"))
      _ = try server.readLine()
    }
    server.deliver(SIGHUP)
    var line = try server.readErrorLine()
    while let other = line, !other.contains("SIGHUP") { line = try server.readErrorLine() }
    #expect(line?.contains("SIGHUP: nothing to read again") == true)
  }

  /// ATTACKS G1: SIGHUP does not apply some settings, and says so by name.
  @Test func namesEachSettingThatWaitsForARestart() throws {
    let folder = try TemporaryFolder()
    try folder.write(".env", "CALCULATOR_METRICS=false\nCALCULATOR_LOG=info\n")
    let server = try HTTPProcess(arguments: ["--env-file", folder.path(".env")])
    try folder.write(".env", "CALCULATOR_METRICS=true\nCALCULATOR_LOG=debug\n")
    server.server.deliver(SIGHUP)
    #expect(try server.notice().contains("SIGHUP: read credentials, secrets and certificate again"))
    let kept = [try server.notice(), try server.notice()]
    for name in ["CALCULATOR_METRICS", "CALCULATOR_LOG"] {
      #expect(
        kept.contains { $0.contains("\"SIGHUP: \(name) keeps its old value until a restart\"") },
        "\(name)")
    }
    #expect(try server.status(["X-API-Key: \(HTTPProcess.key)"]) == 200)
  }

  /// SIGHUP: a new connection gets the new certificate and an open one continues. An incomplete
  /// renewal, with only one of the two files, changes nothing.
  @Test func renewsTheCertificate() throws {
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    for folder in folders { try Certificate.make(in: folder.url.path) }
    let live = try TemporaryFolder()
    func install(_ names: String..., from folder: TemporaryFolder) throws {
      for name in names {
        try live.write(name, try String(contentsOfFile: folder.path(name), encoding: .utf8))
      }
    }
    try install("cert.pem", "key.pem", from: folders[0])
    let server = try HTTPProcess([
      "CALCULATOR_TLS_CERT": live.path("cert.pem"), "CALCULATOR_TLS_KEY": live.path("key.pem"),
    ])
    func isTrusted(by folder: TemporaryFolder) throws -> Bool {
      try Command.run(
        "curl",
        [
          "--silent", "--cacert", folder.path("ca.pem"),
          "https://localhost:\(server.port)/healthz",
        ]
      ).output == "ok\n"
    }
    #expect(try [isTrusted(by: folders[0]), isTrusted(by: folders[1])] == [true, false])
    try install("cert.pem", from: folders[1])
    server.server.deliver(SIGHUP)
    #expect(try server.notice().contains("kept the old: CALCULATOR_TLS_KEY: must name the key of"))
    #expect(try [isTrusted(by: folders[0]), isTrusted(by: folders[1])] == [true, false])
    try install("key.pem", from: folders[1])
    server.server.deliver(SIGHUP)
    #expect(try server.notice().contains("SIGHUP: read credentials, secrets and certificate again"))
    #expect(try [isTrusted(by: folders[0]), isTrusted(by: folders[1])] == [false, true])
  }

  /// On SIGTERM the server finishes the requests it has received, also those with a password, then
  /// exits with status 0.
  @Test(arguments: [SIGTERM, SIGINT])
  func answersWhatHasArrivedBeforeItEnds(_ number: Int32) throws {
    let server = try HTTPProcess()
    let idle = try HTTPSocket(port: server.port)
    // Each sends another wrong password, so none is remembered and each needs a scrypt.
    let sockets = try (0..<8).map { number in
      let socket = try HTTPSocket(port: server.port)
      let value = String.basic(HTTPProcess.user, "guess \(number)")
      socket.send(HTTPProcess.request(fields: ["Authorization: \(value)"]))
      return socket
    }
    let half = try HTTPSocket(port: server.port)
    let request = HTTPProcess.request()
    half.send(String(request.dropLast(10)))
    // These requests come later: when they are answered, the others have arrived.
    for _ in 0..<4 { #expect(try server.status(["X-API-Key: \(HTTPProcess.key)"]) == 200) }
    server.server.deliver(number)
    half.send(String(request.suffix(10)))
    #expect(try half.response()?.body == HTTPProcess.answer())
    for socket in sockets { #expect(try socket.response()?.status == 401) }
    #expect(try idle.response() == nil)
    #expect(server.server.waitForExit() == 0)
    #expect(throws: HTTPSocket.Failed.self) { try HTTPSocket(port: server.port) }
    let log = try server.server.restOfErrors()
    #expect(log.matches(of: /"outcome":"unauthenticated"/).count == 8)
    #expect(log.matches(of: /"outcome":"accepted"/).count == 5)
  }
}

/// Clients that send requests until they are stopped.
private final class Load {
  private struct State {
    var isStopped = false
    var sent = 0
    var answered = 0
  }

  private final class Shared: Sendable { let state = Mutex(State()) }

  private let shared = Shared()
  private let group = DispatchGroup()

  init(_ server: HTTPProcess) throws {
    for _ in 0..<4 {
      let (shared, port, group) = (shared, server.port, group)
      group.enter()
      Thread {
        defer { group.leave() }
        guard let socket = try? HTTPSocket(port: port) else { return }
        let request = HTTPProcess.request()
        while !shared.state.withLock({ $0.isStopped }) {
          shared.state.withLock { $0.sent += 1 }
          socket.send(request)
          guard (try? socket.response())?.body == HTTPProcess.answer() else { return }
          shared.state.withLock { $0.answered += 1 }
        }
      }.start()
    }
    while shared.state.withLock({ $0.answered }) < 100 { sched_yield() }
  }

  /// The number of requests sent, and of correct responses.
  func stop() -> (sent: Int, answered: Int) {
    shared.state.withLock { $0.isStopped = true }
    group.wait()
    return shared.state.withLock { ($0.sent, $0.answered) }
  }
}
